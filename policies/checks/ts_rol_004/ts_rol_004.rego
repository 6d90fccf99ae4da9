# METADATA
# title: Production changes are progressive and reversible
# custom:
#   id: TS-ROL-004
#   severity: medium
#   scope: [object, set]
#   waivable: true
#   remedy: set spec.services.<name>.release.strategy to canary or blueGreen, with a gate, a smoke test or approval manual in spec.services.<name>.release; a patch or object of your own keeps progressDeadlineAbort and 2 old versions
#   objects: [Rollout, Deployment]
#   controls:
#     direct: [iso:A.8.32, soc2:CC8.1]
#     supporting: [iso:A.8.29, soc2:A1.2, csf:ID.RA-07, csf:PR.PS-01, csf:PR.IR-03, gdpr:32.1.d]
package checks.ts_rol_004

import data.lib.rollouts

deny contains finding if {
	input.object.kind == "Rollout"
	input.ctx.protected
	some [path, message] in faults
	finding := {"path": path, "message": message}
}

# Some requests meet the new version before all do, and something or somebody looks at it then.
faults contains [["spec", "strategy", "canary", "steps"], message] if {
	count(steps) > 0
	not stepwise
	message := "rollout gives the new version everything at once: no share below 100 is followed by a pause or an analysis"
}

faults contains [["spec", "strategy", "blueGreen", "autoPromotionEnabled"], message] if {
	object.get(rollouts.blue_green, "autoPromotionEnabled", true) != false
	not looked_at
	message := "rollout switches everything to the new version, and neither a person nor an analysis looks at it"
}

faults contains [["spec", "strategy"], sprintf("rollout replaces pod by pod, %s", [why])] if {
	count(steps) == 0
	not rollouts.blue_green
	why := refusal(rollouts.rollout)
}

steps := [step | some step in rollouts.canary.steps]

stepwise if {
	some i, step in steps
	partial(step)
	some j, later in steps
	j > i
	waits(later)
}

stepwise if {
	some step in steps
	some _ in step.experiment.analyses
}

partial(step) if step.setWeight < 100

partial(step) if {
	some action in ["setCanaryScale", "setHeaderRoute", "setMirrorRoute"]
	_ = step[action]
}

waits(step) if _ = step.analysis

waits(step) if {
	is_object(step.pause)
	duration := object.get(step.pause, "duration", "forever")
	not rollouts.no_time(duration)
}

looked_at if {
	some field in ["prePromotionAnalysis", "postPromotionAnalysis"]
	_ = rollouts.blue_green[field]
}

deny contains finding if {
	input.ctx.protected
	some entry in input.kinds.Deployment
	deployment := entry.object
	not referred_to(deployment)
	fault := deployment_fault(deployment)
	finding := {"object": entry.index, "path": ["spec", "strategy"], "message": fault}
}

# A number of pods that may be missing is left alone: a service whose claim only one node can mount stops
# its pod first.
deployment_fault(o) := "deployment stops all old pods before it starts new ones" if {
	o.spec.strategy.type == "Recreate"
} else := "deployment may stop all old pods before it starts new ones" if {
	regex.match(`^[1-9][0-9]{2,}%$`, sprintf("%v", [o.spec.strategy.rollingUpdate.maxUnavailable]))
} else := sprintf("deployment replaces pod by pod, %s", [refusal(o)])

# A Rollout may take its pods from a Deployment, which then releases none of its own.
referred_to(o) if {
	some entry in input.kinds.Rollout
	ref := entry.object.spec.workloadRef
	ref.kind == "Deployment"
	ref.name == o.metadata.name
	object.get(entry.object, ["metadata", "namespace"], "") == object.get(o, ["metadata", "namespace"], "")
}

# Why the workload may not be released pod by pod, as others are.
refusal(o) := "and the environment demands steps of critical services" if {
	input.ctx.spec.services[o.metadata.name].critical == true
	some environment in input.ctx.platform.spec.environments
	environment.name == input.ctx.environment
	environment.requireProgressive == true
} else := "and the tier does not allow that" if {
	strategies := input.ctx.platform.spec.tiers[input.ctx.tier].allows.strategies
	not "rolling" in strategies
}
