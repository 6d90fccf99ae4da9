# METADATA
# title: Read-only root file system
# custom:
#   id: TS-POD-018
#   severity: medium
#   scope: object
#   waivable: true
#   remedy: leave spec.services.<name>.securityContext.readOnlyRootFilesystem out or set it to true, and mount an emptyDir in spec.services.<name>.volumes where the program writes, such as /tmp
#   objects: [pods]
#   controls:
#     direct: [nsa:POD-02]
#     supporting: [cis:5.6.3, iso:A.8.9, iso:A.8.19, soc2:CC6.8, csf:PR.PS-05]
package checks.ts_pod_018

import data.lib.pods

deny contains finding if {
	some c in pods.containers
	not c.spec.securityContext.readOnlyRootFilesystem == true
	not pods.windows(c.pod)
	finding := pods.finding(c, ["securityContext", "readOnlyRootFilesystem"], "may write to its root file system")
}
