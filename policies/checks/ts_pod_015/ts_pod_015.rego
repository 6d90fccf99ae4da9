# METADATA
# title: No Windows HostProcess
# custom:
#   id: TS-POD-015
#   severity: high
#   scope: object
#   waivable: true
#   remedy: remove hostProcess from the patch or object of your own
#   objects: [pods]
#   controls:
#     direct: [pss:windowsHostProcess, cis:5.2.10]
#     supporting: [iso:A.8.9, soc2:CC7.1, csf:PR.PS-01]
package checks.ts_pod_015

import data.lib.pods

deny contains finding if {
	some s in pods.contexts
	s.context.windowsOptions.hostProcess != false
	finding := pods.context_finding(s, ["windowsOptions", "hostProcess"], "runs as a process of the node")
}
