# METADATA
# title: Canary without a router does not lose requests
# custom:
#   id: TS-ROL-103
#   severity: high
#   scope: object
#   waivable: false
#   brought: true
#   remedy: set spec.services.<name>.release.strategy to canary and let tenantsmith render it, or mend the field in the patch or object of your own
#   objects: [Rollout]
#   controls:
#     supporting: [iso:A.8.32, soc2:CC8.1, soc2:A1.2, csf:PR.PS-01]
package checks.ts_rol_103

import data.lib.rollouts

deny contains finding if {
	rollouts.canary
	not rollouts.canary.trafficRouting
	some name in {"stableService", "canaryService", "pingPong"}
	rollouts.canary[name]
	finding := {
		"path": rollouts.at_canary([name]),
		"message": sprintf("without trafficRouting %s sends all its requests to the pods of one version, however few they are", [name]),
	}
}

deny contains finding if {
	rollouts.routing
	count(rollouts.routers) == 0
	finding := {
		"path": rollouts.at_canary(["trafficRouting"]),
		"message": "trafficRouting names no router, so that both versions get no share of the requests",
	}
}

deny contains finding if {
	rollouts.canary.scaleDownDelaySeconds
	not rollouts.canary.trafficRouting
	finding := {
		"path": rollouts.at_canary(["scaleDownDelaySeconds"]),
		"message": "scaleDownDelaySeconds needs trafficRouting",
	}
}

deny contains finding if {
	rollouts.canary.scaleDownDelaySeconds == 0
	rollouts.routing
	finding := {
		"path": rollouts.at_canary(["scaleDownDelaySeconds"]),
		"message": "canary stops the old pods before the router sends their requests to the new ones",
	}
}

deny contains finding if {
	rollouts.canary.dynamicStableScale == true
	finding := {
		"path": rollouts.at_canary(["dynamicStableScale"]),
		"message": "dynamicStableScale stops stable pods during a release, so that an abort leaves too few of them",
	}
}

deny contains finding if {
	rollouts.canary
	zero(object.get(rollouts.canary, "maxSurge", "25%"))
	zero(object.get(rollouts.canary, "maxUnavailable", "25%"))
	finding := {
		"path": rollouts.at_canary(["maxSurge"]),
		"message": "maxSurge and maxUnavailable are both zero, so that no pod can be replaced",
	}
}

deny contains finding if {
	some name in {"maxSurge", "maxUnavailable"}
	value := rollouts.canary[name]
	fault := fence_fault(value)
	finding := {
		"path": rollouts.at_canary([name]),
		"message": sprintf("%s %s", [name, fault]),
	}
}

deny contains finding if {
	same := rollouts.canary.stableService
	rollouts.text(same)
	rollouts.canary.canaryService == same
	finding := {
		"path": rollouts.at_canary(["canaryService"]),
		"message": sprintf("canary uses Service %s for both versions", [same]),
	}
}

deny contains finding if {
	some name, _ in rollouts.canary
	name in {"activeService", "previewService", "previewReplicaCount", "autoPromotionEnabled", "autoPromotionSeconds", "prePromotionAnalysis", "postPromotionAnalysis", "previewMetadata", "activeMetadata"}
	finding := {
		"path": rollouts.at_canary([name]),
		"message": sprintf("%s is a field of blueGreen; canary has none, and the API server drops it", [name]),
	}
}

# The controller reads a text that is no percentage as its number, and what is none as zero.
zero(0)

zero(x) if {
	is_string(x)
	regex.match(`^0*%?$`, x)
}

zero(x) if {
	is_string(x)
	not regex.match(`^[0-9]+%?$`, x)
}

fence_fault(value) := sprintf("%q is a text, which the controller reads as %s %%; write it without quotes", [value, value]) if {
	is_string(value)
	regex.match(`^[0-9]+$`, value)
} else := sprintf("%v is neither a whole number nor a percentage", [value]) if {
	not rollouts.natural(value)
	not percentage(value)
}

percentage(value) if {
	is_string(value)
	regex.match(`^[0-9]+%?$`, value)
}
