# METADATA
# title: No token mounted without need
# custom:
#   id: TS-RBAC-014
#   severity: medium
#   scope: set
#   waivable: true
#   remedy: set spec.services.<name>.kubernetesApi and have the platform team bind its account to a role, or mount no token
#   objects: [pods]
#   controls:
#     direct: [cis:5.1.6, nsa:POD-05]
#     supporting: [iso:A.8.3, soc2:CC6.1, csf:PR.AA-05, csf:PR.AA-01]
package checks.ts_rbac_014

import data.lib.podsets

# What tenantsmith renders has a token only where a service of the tenant asks for one.
deny contains finding if {
	some service in input.ctx.spec.services
	service.kubernetesApi == true
	some finding in tokens
}

tokens contains finding if {
	some p in podsets.all
	mounts(p)
	not needed(p)
	finding := {
		"object": p.index,
		"path": array.concat(p.path, ["automountServiceAccountToken"]),
		"message": sprintf("pod has the token of ServiceAccount %v, %s", [podsets.account(p.spec), lacking(p)]),
	}
}

# Without an audience a projected token is for the API server, whatever the pod says about mounting.
tokens contains finding if {
	some p in podsets.all
	some i, volume in p.spec.volumes
	some j, source in volume.projected.sources
	token := source.serviceAccountToken
	object.get(token, "audience", "") == ""
	not needed(p)
	finding := {
		"object": p.index,
		"path": array.concat(p.path, ["volumes", i, "projected", "sources", j, "serviceAccountToken"]),
		"message": sprintf("pod mounts a token of ServiceAccount %v for the API of Kubernetes, %s", [podsets.account(p.spec), lacking(p)]),
	}
}

# The pod decides, or else its account; where neither says anything the token is mounted.
mounts(p) if {
	not p.spec.automountServiceAccountToken == false
	not silenced(p)
}

silenced(p) if {
	object.get(p.spec, "automountServiceAccountToken", null) == null
	some entry in input.kinds.ServiceAccount
	entry.object.metadata.name == podsets.account(p.spec)
	podsets.namespace(entry.object) == p.namespace
	entry.object.automountServiceAccountToken == false
}

needed(p) if {
	wanted(p)
	granted(p)
}

# Accounts are named like their services.
wanted(p) if input.ctx.spec.services[podsets.account(p.spec)].kubernetesApi == true

granted(p) if {
	some entry in input.kinds.RoleBinding
	podsets.namespace(entry.object) == p.namespace
	some subject in entry.object.subjects
	subject.kind == "ServiceAccount"
	subject.name == podsets.account(p.spec)
	subject.namespace == p.namespace
}

lacking(p) := "which no binding gives any right" if wanted(p)

lacking(p) := "and no service says that it talks to the API of Kubernetes" if not wanted(p)
