# METADATA
# title: No system group as subject
# custom:
#   id: TS-RBAC-011
#   severity: critical
#   scope: object
#   waivable: false
#   remedy: name a group of your own people in spec.owners
#   objects: [RoleBinding, ClusterRoleBinding]
#   controls:
#     direct: [cis:5.1.7]
#     supporting: [nsa:AUTH-01, nsa:AUTH-03, iso:A.5.16, iso:A.8.2, soc2:CC6.3, csf:PR.AA-05, gdpr:32.4]
package checks.ts_rbac_011

import data.lib.rbac

deny contains finding if {
	some i, subject in rbac.bindings.subjects
	not subject.kind == "ServiceAccount"
	startswith(subject.name, "system:")
	not own_accounts(subject)
	finding := {
		"path": ["subjects", i, "name"],
		"message": sprintf("binding grants to %v, whom Kubernetes defines and nobody here chooses", [subject.name]),
	}
}

deny contains finding if {
	some i, subject in rbac.bindings.subjects
	some mark in ["*", "?"]
	contains(subject.name, mark)
	finding := {
		"path": ["subjects", i, "name"],
		"message": sprintf("binding grants to %v, which is a pattern and not a name", [subject.name]),
	}
}

# All accounts of the tenant's own namespace are its own.
own_accounts(subject) if {
	subject.kind == "Group"
	some namespace in input.ctx.namespaces
	subject.name == concat("", ["system:serviceaccounts:", namespace])
}
