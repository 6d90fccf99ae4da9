# METADATA
# title: No host in probes and hooks
# custom:
#   id: TS-POD-017
#   severity: medium
#   scope: object
#   waivable: true
#   brought: true
#   remedy: remove the host; spec.services.<name>.probes always ask the container itself
#   objects: [pods]
#   controls:
#     direct: [pss:hostProbesAndHostLifecycle]
#     supporting: [nsa:NET-10, iso:A.8.9, soc2:CC7.1, csf:PR.PS-01]
package checks.ts_pod_017

import data.lib.pods

deny contains finding if {
	pods.minor >= 34
	some c in pods.containers
	some handler in ["livenessProbe", "readinessProbe", "startupProbe"]
	some action in ["httpGet", "tcpSocket"]
	host := c.spec[handler][action].host
	host != ""
	finding := pods.finding(c, [handler, action, "host"], sprintf("makes the node call %v", [host]))
}

deny contains finding if {
	pods.minor >= 34
	some c in pods.containers
	some handler in ["postStart", "preStop"]
	some action in ["httpGet", "tcpSocket"]
	host := c.spec.lifecycle[handler][action].host
	host != ""
	finding := pods.finding(c, ["lifecycle", handler, action, "host"], sprintf("makes the node call %v", [host]))
}
