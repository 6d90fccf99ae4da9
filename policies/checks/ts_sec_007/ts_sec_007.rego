# METADATA
# title: Secret store is the tenant store
# description: |
#   Secrets come from the store that the platform names. Where it names none, a store of the namespace may serve,
#   and none of the cluster. Which role a Vault gives is written in Vault.
# custom:
#   id: TS-SEC-007
#   severity: critical
#   scope: object
#   waivable: false
#   needs_tenant: true
#   brought: true
#   remedy: fetch secrets by spec.secrets; only the platform team can name the store, by platform spec.secretStore, and the identities of a tenant, by platform spec.rbac.identities
#   objects: [ExternalSecret, PushSecret, SecretStore, SecretProviderClass, VaultStaticSecret, VaultDynamicSecret]
#   controls:
#     supporting: [mtb:MTB-PL1-CC-TI-2, iso:A.5.17, iso:A.8.3, soc2:CC6.1, csf:PR.AA-05, gdpr:32.1.b]
package checks.ts_sec_007

import data.lib.secrets

deny contains finding if {
	some use in uses
	fault := foreign(use.store)
	finding := {
		"path": use.path,
		"message": fault,
	}
}

# One that nothing uses yet is a way to secrets, too.
deny contains finding if {
	input.object.kind == "SecretStore"
	fault := foreign({"kind": "SecretStore", "name": input.object.metadata.name})
	finding := {
		"path": ["metadata", "name"],
		"message": fault,
	}
}

# A reference to another namespace has a name beside it.
deny contains finding if {
	input.object.kind == "SecretStore"
	walk(input.object.spec.provider, [path, reference])
	reference.name
	namespace := reference.namespace
	not namespace in input.ctx.namespaces
	finding := {
		"path": array.concat(array.concat(["spec", "provider"], path), ["namespace"]),
		"message": sprintf("store takes %v from namespace %v", [reference.name, namespace]),
	}
}

deny contains finding if {
	input.object.kind == "SecretStore"
	namespace := input.object.spec.provider.kubernetes.remoteNamespace
	not namespace in input.ctx.namespaces
	finding := {
		"path": ["spec", "provider", "kubernetes", "remoteNamespace"],
		"message": sprintf("store reads Secrets of namespace %v", [namespace]),
	}
}

deny contains finding if {
	input.object.kind == "SecretStore"
	input.object.spec.provider.fake
	finding := {
		"path": ["spec", "provider", "fake"],
		"message": "store holds its secrets itself",
	}
}

# Known forms are found by TS-SEC-002.
deny contains finding if {
	input.object.kind == "SecretStore"
	some s in input.suspects
	s.by == "name"
	s.path[1] == "provider"
	finding := secrets.finding(s)
}

deny contains finding if {
	some claim in identities
	identity := claim.identity
	not identity in object.get(input.ctx.platform, ["spec", "rbac", "identities", input.ctx.tenant], [])
	finding := {
		"path": claim.path,
		"message": sprintf("identity %v is not one of the tenant", [identity]),
	}
}

deny contains finding if {
	input.object.kind in {"VaultStaticSecret", "VaultDynamicSecret"}
	[namespace, _] := split(input.object.spec.vaultAuthRef, "/")
	not namespace in input.ctx.namespaces
	finding := {
		"path": ["spec", "vaultAuthRef"],
		"message": sprintf("logs in by what namespace %s has", [namespace]),
	}
}

# Each store that the object at hand uses is {"path", "store"}.
uses contains {"path": ["spec", "secretStoreRef"], "store": store} if {
	input.object.kind == "ExternalSecret"
	store := input.object.spec.secretStoreRef
}

uses contains {"path": ["spec", list, i, "sourceRef", "storeRef"], "store": store} if {
	input.object.kind == "ExternalSecret"
	some list in ["data", "dataFrom"]
	some i, entry in input.object.spec[list]
	store := entry.sourceRef.storeRef
}

uses contains {"path": ["spec", "secretStoreRefs", i], "store": store} if {
	some i, store in input.object.spec.secretStoreRefs
}

uses contains {"path": ["spec", "dataTo", i, "storeRef"], "store": store} if {
	input.object.kind == "PushSecret"
	some i, entry in input.object.spec.dataTo
	store := entry.storeRef
}

foreign(store) := sprintf("%s is not the store of the platform", [words(store)]) if {
	input.ctx.platform.spec.secretStore.name
	not platforms(store)
}

foreign(store) := sprintf("%s is one of the whole cluster, and the platform names none", [words(store)]) if {
	not input.ctx.platform.spec.secretStore.name
	kind(store) == "ClusterSecretStore"
}

platforms(store) if {
	store.name == input.ctx.platform.spec.secretStore.name
	kind(store) == object.get(input.ctx.platform.spec.secretStore, "kind", kind(store))
}

words(store) := sprintf("%v %v", [kind(store), object.get(store, "name", "(no name)")])

kind(store) := object.get(store, "kind", "SecretStore")

# Each identity of the cloud that a store takes is {"path", "identity"}.
identities contains {"path": ["spec", "provider", provider, field], "identity": identity} if {
	input.object.kind == "SecretStore"
	some provider, field in {"aws": "role", "azurekv": "identityId"}
	identity := input.object.spec.provider[provider][field]
}

identities contains {"path": ["spec", "provider", "aws", "additionalRoles", i], "identity": identity} if {
	input.object.kind == "SecretStore"
	some i, identity in input.object.spec.provider.aws.additionalRoles
}

identities contains {"path": ["spec", "parameters", field], "identity": identity} if {
	input.object.kind == "SecretProviderClass"
	some field in ["clientID", "userAssignedIdentityID"]
	identity := input.object.spec.parameters[field]
	identity != ""
}
