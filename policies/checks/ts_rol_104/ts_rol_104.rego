# METADATA
# title: Steps of a canary do what they say
# custom:
#   id: TS-ROL-104
#   severity: high
#   scope: object
#   waivable: false
#   brought: true
#   remedy: write spec.services.<name>.release.weights, or mend spec.services.<name>.release.steps or the patch of your own
#   objects: [Rollout]
#   controls:
#     supporting: [iso:A.8.32, soc2:CC8.1, csf:PR.PS-01]
package checks.ts_rol_104

import data.lib.rollouts

deny contains {"path": rollouts.at_step(i, on), "message": message} if {
	steps := rollouts.canary.steps
	count(sound) < count([step | some step in steps])
	some [i, on, message] in faults
}

# Most steps set a weight, wait or measure, which is seen to be sound at once; only the others need a
# closer look. A weight between two numbers is a number.
sound contains i if {
	some i, step in rollouts.canary.steps
	weight := step.setWeight
	weight >= 0
	weight <= 100
	weight <= heaviest
	weight == floor(weight)
	count(step) == 1
}

sound contains i if {
	some i, step in rollouts.canary.steps
	is_object(step.pause)
	rollouts.duration(object.get(step.pause, "duration", 0))
	count(step) == 1
}

sound contains i if {
	some i, step in rollouts.canary.steps
	is_object(step.analysis)
	count(step) == 1
}

unusual := {i: step | some i, step in rollouts.canary.steps; not i in sound}

# Each is [position, path, message], with the path that leads on from that of the canary.
faults contains [i, [], fault] if {
	some i, step in unusual
	fault := action_fault({name | some name in actions; _ = step[name]})
}

faults contains [i, [name], sprintf("%s is no action of a step", [name])] if {
	some i, step in unusual
	is_object(step)
	some name in (object.keys(step) - actions)
}

faults contains [i, [name], sprintf("%s must be an object, not %v", [name, action])] if {
	some i, step in unusual
	some name, action in step
	name in (actions - {"setWeight"})
	not is_object(action)
}

faults contains [i, ["setWeight"], sprintf("weight %v is not a whole number from 0 to %v", [weight, heaviest])] if {
	some i, step in unusual
	weight := step.setWeight
	not within(weight, heaviest)
}

faults contains [i, ["pause", "duration"], message] if {
	some i, step in unusual
	length := step.pause.duration
	not rollouts.duration(length)
	message := sprintf("pause %v is no time: write seconds as a number, or a text such as 90s, 5m or 24h", [length])
}

faults contains [i, ["setCanaryScale"], "setCanaryScale needs trafficRouting"] if {
	some i, step in unusual
	_ = step.setCanaryScale
	not rollouts.canary.trafficRouting
}

faults contains [i, ["setCanaryScale"], scale_fault(step.setCanaryScale)] if some i, step in unusual

faults contains [i, [name], sprintf("%s needs a router that can: %s", [name, concat(", ", sort(able))])] if {
	some i, step in unusual
	some [name, able] in [["setHeaderRoute", headers], ["setMirrorRoute", mirrors]]
	_ = step[name]
	count(rollouts.routers & able) == 0
}

faults contains [i, [action, "name"], message] if {
	rollouts.routing
	some i, step in unusual
	some action in ["setHeaderRoute", "setMirrorRoute"]
	wanted := rollouts.get(step[action], "name")
	not wanted in managed
	message := sprintf("route %q is not among trafficRouting.managedRoutes", [sprintf("%v", [wanted])])
}

faults contains [i, ["setHeaderRoute", "match", j], header_fault(match)] if {
	some i, step in unusual
	some j, match in step.setHeaderRoute.match
}

faults contains [i, ["setMirrorRoute", "match", j], message] if {
	some i, step in unusual
	some j, match in step.setMirrorRoute.match
	some [where, value] in mirrored(match)
	not one_value(value)
	message := sprintf("%s must be matched by exactly one of exact, prefix and regex", [where])
}

faults contains [i, ["setMirrorRoute", "percentage"], sprintf("percentage %v is not a whole number from 0 to 100", [share])] if {
	some i, step in unusual
	share := step.setMirrorRoute.percentage
	not within(share, 100)
}

faults contains [i, ["plugin"], "plugin has no name"] if {
	some i, step in unusual
	is_object(step.plugin)
	named := rollouts.get(step.plugin, "name")
	not rollouts.text(named)
}

actions := {"analysis", "experiment", "pause", "plugin", "setCanaryScale", "setHeaderRoute", "setMirrorRoute", "setWeight"}

action_fault(said) := sprintf("step has no action; it needs one of %s", [concat(", ", sort(actions))]) if {
	count(said) == 0
} else := sprintf("step has more than one action, %s, and the controller waits for one of them only", [concat(" and ", sort(said))]) if {
	count(said) > 1
}

heaviest := object.get(rollouts.canary, ["trafficRouting", "maxTrafficWeight"], 100)

within(x, limit) if {
	rollouts.natural(x)
	x <= limit
}

headers := {"alb", "apisix", "istio", "plugins"}

mirrors := {"istio", "plugins"}

managed := {route.name | some route in rollouts.routing.managedRoutes}

scale_fault(scale) := "setCanaryScale needs exactly one of replicas, weight and matchTrafficWeight" if {
	is_object(scale)
	said := {name | some name in {"replicas", "weight"}; not is_null(object.get(scale, name, null))}
	matching := {"matchTrafficWeight" | scale.matchTrafficWeight == true}
	count(said | matching) != 1
} else := sprintf("replicas %v is not a whole number", [replicas]) if {
	replicas := scale.replicas
	not rollouts.natural(replicas)
} else := sprintf("weight %v is not a whole number from 0 to 100", [weight]) if {
	weight := scale.weight
	not within(weight, 100)
}

header_fault(match) := "header has no name" if {
	named := rollouts.get(match, "headerName")
	not rollouts.text(named)
} else := "header must be matched by exactly one of exact, prefix and regex" if {
	rollouts.text(match.headerName)
	value := rollouts.get(match, "headerValue")
	not one_value(value)
} else := "an ALB matches headers by exact only" if {
	rollouts.text(match.headerName)
	one_value(match.headerValue)
	not match.headerValue.exact
	_ = rollouts.routing.alb
}

# The values that a match of a mirror names, by where they are looked for.
mirrored(match) := array.concat(
	[[where, value] | some where in ["method", "path"]; value := match[where]],
	[[name, value] | some name, value in match.headers],
)

one_value(value) if {
	count({how | some how in ["exact", "prefix", "regex"]; rollouts.text(value[how])}) == 1
}
