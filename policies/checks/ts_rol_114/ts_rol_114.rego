# METADATA
# title: No setting of a release is without effect
# custom:
#   id: TS-ROL-114
#   severity: medium
#   scope: object
#   waivable: true
#   brought: true
#   remedy: remove the setting from spec.services.<name>.release.steps or from the patch or object of your own
#   objects: [Rollout]
#   controls:
#     supporting: [iso:A.8.32, soc2:CC8.1, csf:PR.PS-01]
package checks.ts_rol_114

import data.lib.rollouts

deny contains {"path": rollouts.at_blue_green([field]), "message": message} if some [field, message] in blue_green_faults

deny contains {"path": rollouts.at_canary([field]), "message": message} if some [field, message] in canary_faults

deny contains {"path": rollouts.at_step(i, ["pause", "duration"]), "message": message} if {
	some i, step in rollouts.canary.steps
	length := step.pause.duration
	rollouts.no_time(length)
	message := sprintf("pause of %v is counted in seconds and is none", [length])
}

deny contains {"path": rollouts.at_step(i, ["setWeight"]), "message": message} if {
	weights := [weight | some step in rollouts.canary.steps; weight := step.setWeight; is_number(weight)]
	weights != sort(weights)
	some i, step in rollouts.canary.steps
	is_number(step.setWeight)
	some j, earlier in rollouts.canary.steps
	j < i
	is_number(earlier.setWeight)
	earlier.setWeight > step.setWeight
	message := sprintf("weight falls to %v: the release takes back what it gave before", [step.setWeight])
}

deny contains {"path": rollouts.at_step(i, ["setHeaderRoute"]), "message": message} if {
	some i, step in rollouts.canary.steps
	removed := step.setHeaderRoute
	count([m | some m in removed.match]) == 0
	earlier := {before.setHeaderRoute.name |
		some j, before in rollouts.canary.steps
		j < i
		some _ in before.setHeaderRoute.match
	}
	not rollouts.get(removed, "name") in earlier
	message := "setHeaderRoute without a match removes a route, and no step before it made one"
}

# Each is [field, message].
blue_green_faults contains ["autoPromotionSeconds", "autoPromotionSeconds does nothing while autoPromotionEnabled is false"] if {
	rollouts.blue_green.autoPromotionEnabled == false
	rollouts.blue_green.autoPromotionSeconds > 0
}

blue_green_faults contains ["previewReplicaCount", "previewReplicaCount 0 leaves nothing to look at before the switch"] if {
	rollouts.blue_green.previewReplicaCount == 0
}

blue_green_faults contains ["previewReplicaCount", message] if {
	preview := rollouts.blue_green.previewReplicaCount
	preview > rollouts.spec.replicas
	message := sprintf("previewReplicaCount %v is more than the %v replicas of the rollout", [preview, rollouts.spec.replicas])
}

canary_faults contains [field, sprintf("%s does nothing without trafficRouting", [field])] if {
	rollouts.canary
	not rollouts.canary.trafficRouting
	some field in ["abortScaleDownDelaySeconds", "minPodsPerReplicaSet", "scaleDownDelayRevisionLimit"]
	_ = rollouts.canary[field]
}

canary_faults contains [field, sprintf("%s does nothing with trafficRouting: the weights say how many pods there are", [field])] if {
	rollouts.routing
	some field in ["maxSurge", "maxUnavailable"]
	_ = rollouts.canary[field]
}

canary_faults contains ["scaleDownDelayRevisionLimit", message] if {
	limit := rollouts.canary.scaleDownDelayRevisionLimit
	rollouts.natural(rollouts.history)
	limit > rollouts.history
	message := sprintf("canary keeps %v old versions running, of which only %v are remembered", [limit, rollouts.history])
}

canary_faults contains ["replicaProgressThreshold", message] if {
	threshold := rollouts.canary.replicaProgressThreshold
	is_object(threshold)
	not sensible(threshold)
	message := "replicaProgressThreshold needs type Percent or Pods, and a value above 0 (at most 100 percent)"
}

sensible(threshold) if {
	threshold.type == "Percent"
	threshold.value > 0
	threshold.value <= 100
}

sensible(threshold) if {
	threshold.type == "Pods"
	rollouts.natural(threshold.value)
	threshold.value > 0
}
