# METADATA
# title: No privilege escalation
# custom:
#   id: TS-POD-007
#   severity: high
#   scope: object
#   waivable: true
#   remedy: set allowPrivilegeEscalation to false in the patch or object of your own, or remove what changes it there; what tenantsmith renders has it
#   objects: [pods]
#   controls:
#     direct: [pss:allowPrivilegeEscalation, cis:5.2.6, nsa:POD-04d, mtb:MTB-PL1-BC-CPI-6]
#     supporting: [iso:A.8.2, csf:PR.AA-05, iso:A.8.9, soc2:CC7.1, csf:PR.PS-01]
package checks.ts_pod_007

import data.lib.pods

deny contains finding if {
	pods.minor >= 8
	some c in pods.containers
	not c.spec.securityContext.allowPrivilegeEscalation == false
	not pods.windows(c.pod)
	finding := pods.finding(c, ["securityContext", "allowPrivilegeEscalation"], "may gain more privileges than it starts with")
}
