# METADATA
# title: Object stays inside the tenant namespaces
# custom:
#   id: TS-GEN-002
#   severity: critical
#   scope: [object, set, fleet]
#   waivable: false
#   needs_tenant: true
#   remedy: leave metadata.namespace out; each of spec.environments has its own namespace
#   objects: [all]
#   controls:
#     direct: [cis:5.6.1, cis:5.6.4, nsa:NET-01, soc2:CC6.1]
#     supporting: [mtb:MTB-PL1-CC-TI-2, gdpr:25.1, gdpr:32.1.b, iso:A.8.3, iso:A.8.22, csf:PR.IR-01, csf:PR.AA-05]
package checks.ts_gen_002

import data.lib.pods

kubernetes := {"default", "kube-system", "kube-public", "kube-node-lease"}

deny contains finding if {
	some i, fact in input.facts
	not fact.namespace in input.ctx.namespaces
	fault := outside(fact)
	finding := {
		"object": i,
		"path": ["metadata", "namespace"],
		"message": fault,
	}
}

# The template of a pod could name another namespace than its object.
deny contains finding if {
	some p in pods.all
	count(p.path) > 0
	namespace := p.pod.metadata.namespace
	not namespace in input.ctx.namespaces
	finding := {
		"path": array.concat(p.path, ["metadata", "namespace"]),
		"message": sprintf("namespace %v does not belong to the tenant in this environment", [namespace]),
	}
}

# What tells a GitOps engine where to apply reaches further than its own namespace.
deny contains finding if {
	some target in targets
	namespace := target.namespace
	not namespace in input.ctx.namespaces
	finding := {
		"object": target.object,
		"path": target.path,
		"message": sprintf("namespace %v, into which it has objects applied, does not belong to the tenant in this environment", [namespace]),
	}
}

deny contains finding if {
	some entry in input.kinds.AppProject
	some kind in entry.object.spec.clusterResourceWhitelist
	kind
	finding := {
		"object": entry.index,
		"path": ["spec", "clusterResourceWhitelist"],
		"message": "project lets objects of the whole cluster through",
	}
}

targets contains {"object": entry.index, "path": ["spec", "destinations", i], "namespace": object.get(destination, "namespace", "*")} if {
	some entry in input.kinds.AppProject
	some i, destination in entry.object.spec.destinations
}

targets contains {"object": entry.index, "path": ["spec", "destination"], "namespace": object.get(entry.object.spec.destination, "namespace", "*")} if {
	some entry in input.kinds.Application
}

targets contains {"object": entry.index, "path": ["spec", "targetNamespace"], "namespace": entry.object.spec.targetNamespace} if {
	some entry in input.kinds.Kustomization
}

targets contains {"object": entry.index, "path": ["spec", field], "namespace": entry.object.spec[field]} if {
	some entry in input.kinds.HelmRelease
	some field in ["targetNamespace", "storageNamespace"]
}

# Without an account Flux applies what it is told with its own rights, wherever that belongs.
deny contains finding if {
	some kind in ["Kustomization", "HelmRelease"]
	some entry in input.kinds[kind]
	regex.match(`^(kustomize|helm)\.toolkit\.fluxcd\.io/`, entry.object.apiVersion)
	object.get(entry.object, ["spec", "serviceAccountName"], "") == ""
	finding := {
		"object": entry.index,
		"path": ["spec"],
		"message": "names no ServiceAccount, so that Flux applies it with its own rights, in every namespace",
	}
}

# Two tenants that claim one namespace.
deny contains finding if {
	some shared in input.shared_namespaces
	some member in shared.members
	finding := {
		"member": member,
		"path": [],
		"message": sprintf("namespace %q belongs to another tenant as well", [shared.namespace]),
	}
}

outside(fact) := "object has no namespace" if {
	fact.scope == "Namespaced"
	fact.namespace == ""
}

outside(fact) := sprintf("namespace %s is reserved", [fact.namespace]) if {
	claims(fact)
	reserved(fact.namespace)
	not outer(fact)
}

outside(fact) := sprintf("namespace %s does not belong to the tenant in this environment", [fact.namespace]) if {
	claims(fact)
	not reserved(fact.namespace)
	not outer(fact)
}

# What nobody knows counts as namespaced once it claims to be in a namespace.
claims(fact) if {
	fact.scope != "Cluster"
	fact.namespace != ""
}

reserved(namespace) if namespace in kubernetes

reserved(namespace) if namespace in input.ctx.platform.reserved_namespaces

# Guard rails of a tenant may stand where the platform's own parts are.
outer(fact) if {
	fact.owner == "platform"
	fact.namespace in input.ctx.platform.outer_namespaces
}
