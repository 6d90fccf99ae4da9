# METADATA
# title: No wildcard in a role
# custom:
#   id: TS-RBAC-001
#   severity: high
#   scope: object
#   waivable: false
#   brought: true
#   remedy: name each verb, resource and group in the rule of your own; what tenantsmith grants follows spec.owners
#   objects: [Role, ClusterRole]
#   controls:
#     direct: [cis:5.1.3, nsa:AUTH-02, iso:A.8.2, soc2:CC6.3, csf:PR.AA-05]
#     supporting: [iso:A.5.15, iso:A.5.18, gdpr:25.2, gdpr:32.1.b]
package checks.ts_rbac_001

import data.lib.rbac

deny contains finding if {
	contains(rbac.text, "*")
	some rule in rbac.rules
	some field in ["verbs", "resources", "apiGroups"]
	some value in rbac.values(input.object.rules[rule.index], field)
	contains(value, "*")
	finding := {
		"path": ["rules", rule.index, field],
		"message": sprintf("rule grants %q of %s", [value, field]),
	}
}

deny contains finding if {
	contains(rbac.text, "nonResourceURLs")
	some rule in rbac.rules
	count(rbac.values(input.object.rules[rule.index], "nonResourceURLs")) > 0
	finding := {
		"path": ["rules", rule.index, "nonResourceURLs"],
		"message": "rule grants paths of the API server",
	}
}
