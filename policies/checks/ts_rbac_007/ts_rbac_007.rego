# METADATA
# title: Roles cannot rewrite roles
# custom:
#   id: TS-RBAC-007
#   severity: high
#   scope: object
#   waivable: false
#   brought: true
#   remedy: remove the rule; roles follow spec.owners, accounts spec.services
#   objects: [Role, ClusterRole]
#   controls:
#     direct: [mtb:MTB-PL1-BC-CPI-2]
#     supporting: [cis:5.1.8, iso:A.5.18, iso:A.8.2, soc2:CC6.3, csf:PR.AA-05]
package checks.ts_rbac_007

import data.lib.rbacrules

powers := [
	{"verbs": rbacrules.writing, "groups": {"rbac.authorization.k8s.io"}, "resources": {"rolebindings", "roles"}},
	{"verbs": rbacrules.writing, "groups": {""}, "resources": {"serviceaccounts"}},
]

deny contains finding if {
	rbacrules.changes
	some granted in rbacrules.granting(powers)
	finding := {
		"path": ["rules", granted.index],
		"message": sprintf("rule grants %s, and who may do what is for the tenant's file to say", [granted.grants]),
	}
}
