# METADATA
# title: No minting of ServiceAccount tokens
# custom:
#   id: TS-RBAC-006
#   severity: high
#   scope: object
#   waivable: false
#   brought: true
#   remedy: remove it; a pod gets a token that expires by spec.services.<name>.kubernetesApi
#   objects: [Role, ClusterRole, Secret, ExternalSecret, ClusterExternalSecret, SealedSecret, Cluster, pods]
#   controls:
#     direct: [cis:5.1.13]
#     supporting: [nsa:POD-05, iso:A.5.17, soc2:CC6.1, csf:PR.AA-01]
package checks.ts_rbac_006

import data.lib.pods
import data.lib.podsets
import data.lib.rbac
import data.lib.rbacrules

powers := [{"verbs": {"create"}, "groups": {""}, "resources": {"serviceaccounts/token"}}]

deny contains finding if {
	regex.match(`"(\*|(serviceaccounts|\*)/[^"]*)"`, rbac.text)
	some granted in rbacrules.granting(powers)
	finding := {
		"path": ["rules", granted.index],
		"message": sprintf("rule grants %s, by which its holder acts as the account", [granted.grants]),
	}
}

# Secrets, and templates of them: whoever fills a template makes the Secret.
secrets contains [[], input.object] if input.object.kind == "Secret"

secrets contains [["spec", "target", "template"], template] if {
	input.object.kind in {"ExternalSecret", "ClusterExternalSecret"}
	template := input.object.spec.target.template
}

secrets contains [["spec", "externalSecretSpec", "target", "template"], template] if {
	input.object.kind == "ClusterExternalSecret"
	template := input.object.spec.externalSecretSpec.target.template
}

secrets contains [["spec", "template"], template] if {
	input.object.kind == "SealedSecret"
	template := input.object.spec.template
}

deny contains finding if {
	input.object.kind in {"Secret", "ExternalSecret", "ClusterExternalSecret", "SealedSecret"}
	some [path, secret] in secrets
	secret.type == "kubernetes.io/service-account-token"
	finding := {
		"path": array.concat(path, ["type"]),
		"message": "Secret is a token of a ServiceAccount that never expires",
	}
}

deny contains finding if {
	input.object.kind in {"Secret", "ExternalSecret", "ClusterExternalSecret", "SealedSecret"}
	some [path, secret] in secrets
	account := secret.metadata.annotations["kubernetes.io/service-account.name"]
	finding := {
		"path": array.concat(path, ["metadata", "annotations", "kubernetes.io/service-account.name"]),
		"message": sprintf("Secret asks for a token of ServiceAccount %v that never expires", [account]),
	}
}

# A pod has what its account may do, and this account does what the GitOps engine does. A database of CloudNativePG
# makes an account of its own name.
delivery := "tenant-delivery"

deny contains finding if {
	some p in pods.all
	podsets.account(p.spec) == delivery
	finding := {
		"path": array.concat(p.path, ["spec", "serviceAccountName"]),
		"message": sprintf("pod runs as ServiceAccount %s, by which the GitOps engine applies what the tenant delivers", [delivery]),
	}
}

deny contains finding if {
	input.object.kind == "Cluster"
	input.object.metadata.name == delivery
	finding := {
		"path": ["metadata", "name"],
		"message": sprintf("pods of the database run as ServiceAccount %s, by which the GitOps engine applies what the tenant delivers", [delivery]),
	}
}
