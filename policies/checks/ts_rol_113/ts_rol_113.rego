# METADATA
# title: Release ends and leaves nothing behind
# custom:
#   id: TS-ROL-113
#   severity: medium
#   scope: object
#   waivable: true
#   brought: true
#   remedy: set spec.services.<name>.probes and spec.services.<name>.resources; what else is named, mend in the patch or object of your own
#   objects: [Rollout]
#   controls:
#     supporting: [iso:A.8.6, soc2:A1.1, csf:PR.IR-04, iso:A.8.32]
package checks.ts_rol_113

import data.lib.rollouts

deny contains finding if {
	rollouts.spec.paused == true
	finding := {
		"path": ["spec", "paused"],
		"message": "a rollout that is paused in git never goes on: each sync pauses it again",
	}
}

deny contains finding if {
	deadline := rollouts.spec.progressDeadlineSeconds
	rollouts.natural(deadline)
	deadline < 600
	finding := {
		"path": ["spec", "progressDeadlineSeconds"],
		"message": sprintf("a release that waits for room fails after %v s, before the next attempt; give it 600 or more", [deadline]),
	}
}

deny contains finding if {
	some where in leftovers
	finding := {
		"path": array.concat(where, ["abortScaleDownDelaySeconds"]),
		"message": "pods of an aborted release stay for ever, and with them their share of the quota",
	}
}

deny contains finding if {
	some where in unlimited
	finding := {
		"path": array.concat(where, ["scaleDownDelayRevisionLimit"]),
		"message": "without scaleDownDelayRevisionLimit each of several releases in a row leaves another version running for a while",
	}
}

deny contains finding if {
	rollouts.template.spec
	some i, c in rollouts.template.spec.containers
	is_object(c)
	some resource in ["cpu", "memory"]
	not c.resources.requests[resource]
	not c.resources.limits[resource]
	finding := {
		"path": rollouts.at_pod(["containers", i, "resources", "requests"]),
		"message": sprintf("container %q requests no %s, so that nobody knows whether a release finds room", [
			sprintf("%v", [rollouts.get(c, "name")]),
			resource,
		]),
	}
}

deny contains finding if {
	some i, c in rollouts.template.spec.containers
	some port in c.ports
	rollouts.get(port, "protocol") != "UDP" # nobody can ask such a port by opening it
	count([other | some other in rollouts.template.spec.containers; other.readinessProbe]) == 0
	finding := {
		"path": rollouts.at_pod(["containers", i, "readinessProbe"]),
		"message": sprintf("container %q serves a port and no readinessProbe says when it can: a release takes any new pod for good", [
			sprintf("%v", [rollouts.get(c, "name")]),
		]),
	}
}

leftovers contains rollouts.at_blue_green([]) if rollouts.blue_green.abortScaleDownDelaySeconds == 0

leftovers contains rollouts.at_canary([]) if {
	rollouts.routing
	rollouts.canary.abortScaleDownDelaySeconds == 0
}

unlimited contains rollouts.at_blue_green([]) if {
	rollouts.blue_green
	not rollouts.blue_green.scaleDownDelayRevisionLimit
}

unlimited contains rollouts.at_canary([]) if {
	rollouts.routing
	not rollouts.canary.scaleDownDelayRevisionLimit
}
