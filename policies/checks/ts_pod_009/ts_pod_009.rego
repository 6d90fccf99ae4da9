# METADATA
# title: No runAsUser 0
# custom:
#   id: TS-POD-009
#   severity: high
#   scope: object
#   waivable: true
#   remedy: set spec.services.<name>.securityContext.runAsUser to another number than 0
#   objects: [pods]
#   controls:
#     direct: [pss:runAsUser, cis:5.2.7, nsa:POD-01, mtb:MTB-PL1-BC-CPI-4]
#     supporting: [iso:A.8.9, soc2:CC7.1, csf:PR.PS-01]
package checks.ts_pod_009

import data.lib.pods

deny contains finding if {
	pods.minor >= 23
	some s in pods.contexts
	s.context.runAsUser in {0, "0"}
	not pods.own_users(s.pod)
	finding := pods.context_finding(s, ["runAsUser"], "runs as user 0, which is root")
}
