# METADATA
# title: Drop ALL capabilities
# custom:
#   id: TS-POD-006
#   severity: high
#   scope: object
#   waivable: true
#   remedy: leave only NET_BIND_SERVICE in spec.services.<name>.securityContext.addCapabilities; in a patch or an object of your own set capabilities.drop to [ALL]
#   objects: [pods]
#   controls:
#     direct: [pss:capabilities_restricted, cis:5.2.9]
#     supporting: [iso:A.8.2, iso:A.8.9, soc2:CC7.1, csf:PR.PS-01]
package checks.ts_pod_006

import data.lib.pods

deny contains finding if {
	pods.minor >= 22
	some c in pods.containers
	not drops_all(c.spec)
	not pods.windows(c.pod)
	finding := pods.finding(c, ["securityContext", "capabilities", "drop"], "does not drop ALL capabilities")
}

deny contains finding if {
	pods.minor >= 22
	some c in pods.containers
	some i, capability in c.spec.securityContext.capabilities.add
	capability != "NET_BIND_SERVICE"
	not pods.windows(c.pod)
	finding := pods.finding(
		c, ["securityContext", "capabilities", "add", i],
		sprintf("adds the capability %v; only NET_BIND_SERVICE may be added", [capability]),
	)
}

drops_all(container) if {
	some capability in container.securityContext.capabilities.drop
	capability == "ALL"
}
