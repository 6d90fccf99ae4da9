# METADATA
# title: No host port
# custom:
#   id: TS-POD-004
#   severity: high
#   scope: object
#   waivable: true
#   remedy: remove hostPort and serve the port by spec.services.<name>.ports
#   objects: [pods]
#   controls:
#     direct: [pss:hostPorts, cis:5.2.12, nsa:POD-04f, mtb:MTB-PL1-BC-HI-3]
#     supporting: [iso:A.8.20, csf:PR.IR-01, iso:A.8.9, soc2:CC7.1, csf:PR.PS-01]
package checks.ts_pod_004

import data.lib.pods

deny contains finding if {
	some c in pods.containers
	some i, port in c.spec.ports
	port.hostPort != 0
	finding := pods.finding(c, ["ports", i, "hostPort"], sprintf("takes port %v of the node", [port.hostPort]))
}
