# METADATA
# title: No interactive access to production pods
# custom:
#   id: TS-RBAC-003
#   severity: high
#   scope: object
#   waivable: true
#   brought: true
#   remedy: remove the rule; the roles of spec.owners open shells in environments that are not protected
#   objects: [Role, ClusterRole]
#   controls:
#     direct: [iso:A.8.18]
#     supporting: [nsa:AUTH-02, iso:A.8.2, soc2:CC6.1, soc2:CC6.3, csf:PR.AA-05, gdpr:32.4]
package checks.ts_rbac_003

import data.lib.rbac
import data.lib.rbacrules

# Connecting by WebSocket is a get, by SPDY a create; a proxy takes every method of HTTP.
powers := [
	{"verbs": {"create", "get"}, "groups": {""}, "resources": {"pods/attach", "pods/exec", "pods/portforward"}},
	{"verbs": {"update", "patch"}, "groups": {""}, "resources": {"pods/ephemeralcontainers"}},
	{
		"verbs": {"create", "get", "update", "patch", "delete"},
		"groups": {""},
		"resources": {"pods/proxy", "services/proxy"},
	},
]

deny contains finding if {
	input.ctx.protected
	regex.match(`"(\*|(pods|services|\*)/[^"]*)"`, rbac.text)
	some granted in rbacrules.granting(powers)
	finding := {
		"path": ["rules", granted.index],
		"message": sprintf("rule grants %s, in an environment where nobody reaches into pods", [granted.grants]),
	}
}
