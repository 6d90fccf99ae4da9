# METADATA
# title: Blue-green release can switch
# custom:
#   id: TS-ROL-102
#   severity: high
#   scope: object
#   waivable: false
#   brought: true
#   remedy: set spec.services.<name>.release.strategy to blueGreen and let tenantsmith render it, or mend the field in the patch or object of your own
#   objects: [Rollout]
#   controls:
#     supporting: [iso:A.8.32, soc2:CC8.1, soc2:A1.2, csf:PR.PS-01]
package checks.ts_rol_102

import data.lib.rollouts

deny contains finding if {
	not rollouts.text(active)
	finding := {
		"path": rollouts.at_blue_green(["activeService"]),
		"message": "blueGreen names no activeService, so that no request is ever switched",
	}
}

deny contains finding if {
	rollouts.text(active)
	rollouts.blue_green.previewService == active
	finding := {
		"path": rollouts.at_blue_green(["previewService"]),
		"message": sprintf("blueGreen uses Service %s for both versions", [active]),
	}
}

deny contains finding if {
	limit := rollouts.blue_green.scaleDownDelayRevisionLimit
	rollouts.natural(rollouts.history)
	limit > rollouts.history
	finding := {
		"path": rollouts.at_blue_green(["scaleDownDelayRevisionLimit"]),
		"message": sprintf("blueGreen keeps %v old versions running, of which only %v are remembered", [limit, rollouts.history]),
	}
}

deny contains finding if {
	rollouts.blue_green.prePromotionAnalysis
	not rollouts.blue_green.previewService
	finding := {
		"path": rollouts.at_blue_green(["prePromotionAnalysis"]),
		"message": "blueGreen measures a new version that no previewService reaches",
	}
}

deny contains finding if {
	rollouts.blue_green.scaleDownDelaySeconds == 0
	finding := {
		"path": rollouts.at_blue_green(["scaleDownDelaySeconds"]),
		"message": "blueGreen stops the old pods before every node sends its requests to the new ones",
	}
}

deny contains finding if {
	some name, _ in rollouts.blue_green
	name in {"canaryService", "stableService", "steps", "trafficRouting", "maxSurge", "pingPong", "analysis", "canaryMetadata", "stableMetadata", "dynamicStableScale", "minPodsPerReplicaSet", "replicaProgressThreshold"}
	finding := {
		"path": rollouts.at_blue_green([name]),
		"message": sprintf("%s is a field of canary; blueGreen has none, and the API server drops it", [name]),
	}
}

active := object.get(rollouts.blue_green, "activeService", "")
