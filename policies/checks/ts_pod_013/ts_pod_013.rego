# METADATA
# title: Default proc mount
# custom:
#   id: TS-POD-013
#   severity: medium
#   scope: object
#   waivable: true
#   brought: true
#   remedy: remove procMount from the patch or object of your own
#   objects: [pods]
#   controls:
#     direct: [pss:procMount, pss:procMount_restricted]
#     supporting: [iso:A.8.9, soc2:CC7.1, csf:PR.PS-01]
package checks.ts_pod_013

import data.lib.pods

deny contains finding if {
	some c in pods.containers
	mount := c.spec.securityContext.procMount
	mount != "Default"
	finding := pods.finding(c, ["securityContext", "procMount"], sprintf("mounts /proc as %v instead of Default%s", [mount, why(c.pod)]))
}

# The baseline standard lets a pod with its own user namespace do so.
why(p) := "; the restricted standard demands it even in a user namespace of the pod's own" if pods.own_users(p)

why(p) := "" if not pods.own_users(p)
