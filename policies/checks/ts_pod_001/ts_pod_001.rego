# METADATA
# title: No privileged container
# custom:
#   id: TS-POD-001
#   severity: critical
#   scope: object
#   waivable: false
#   remedy: remove privileged; only the platform team can run an agent that needs the node, outside of tenants
#   objects: [pods]
#   controls:
#     direct: [pss:privileged, cis:5.2.2, nsa:POD-04a, mtb:MTB-PL1-BC-CPI-5]
#     supporting: [iso:A.8.2, csf:PR.AA-05, gdpr:32.1.b, iso:A.8.9, soc2:CC7.1, csf:PR.PS-01]
package checks.ts_pod_001

import data.lib.pods

deny contains finding if {
	some c in pods.containers
	c.spec.securityContext.privileged != false
	finding := pods.finding(c, ["securityContext", "privileged"], "is privileged, which is root on the node")
}
