# METADATA
# title: Steps of a canary do what they say
# custom:
#   id: TS-ROL-104
#   severity: high
#   scope: object
#   waivable: false
#   remedy: write spec.services.<name>.release.weights, or mend spec.services.<name>.release.steps or the patch of your own
#   controls:
#     - iso:A.8.32
#     - soc2:CC8.1
#     - csf:PR.PS-01
package checks.ts_rol_104

import data.lib.rollouts

deny contains finding if {
	some i, step in rollouts.canary.steps
	said := {name | some name in actions; _ = step[name]}
	fault := action_fault(said)
	finding := {
		"path": rollouts.at_step(i, []),
		"message": fault,
	}
}

deny contains finding if {
	some i, step in rollouts.canary.steps
	is_object(step)
	some name in (object.keys(step) - actions)
	finding := {
		"path": rollouts.at_step(i, [name]),
		"message": sprintf("%s is no action of a step", [name]),
	}
}

deny contains finding if {
	some i, step in rollouts.canary.steps
	some name, action in step
	not name in {"setWeight"}
	name in actions
	not is_object(action)
	finding := {
		"path": rollouts.at_step(i, [name]),
		"message": sprintf("%s must be an object, not %v", [name, action]),
	}
}

deny contains finding if {
	some i, step in rollouts.canary.steps
	weight := step.setWeight
	limit := heaviest
	not within(weight, limit)
	finding := {
		"path": rollouts.at_step(i, ["setWeight"]),
		"message": sprintf("weight %v is not a whole number from 0 to %v", [weight, limit]),
	}
}

deny contains finding if {
	some i, step in rollouts.canary.steps
	length := step.pause.duration
	not rollouts.duration(length)
	finding := {
		"path": rollouts.at_step(i, ["pause", "duration"]),
		"message": sprintf("pause %v is no time: write seconds as a number, or a text such as 90s, 5m or 24h", [length]),
	}
}

deny contains finding if {
	"setCanaryScale" in used
	some i, step in rollouts.canary.steps
	_ = step.setCanaryScale
	not rollouts.canary.trafficRouting
	finding := {
		"path": rollouts.at_step(i, ["setCanaryScale"]),
		"message": "setCanaryScale needs trafficRouting",
	}
}

deny contains finding if {
	"setCanaryScale" in used
	some i, step in rollouts.canary.steps
	fault := scale_fault(step.setCanaryScale)
	finding := {
		"path": rollouts.at_step(i, ["setCanaryScale"]),
		"message": fault,
	}
}

deny contains finding if {
	count(used & {"setHeaderRoute", "setMirrorRoute"}) > 0
	some i, step in rollouts.canary.steps
	some [name, able] in [["setHeaderRoute", headers], ["setMirrorRoute", mirrors]]
	_ = step[name]
	count(rollouts.routers & able) == 0
	finding := {
		"path": rollouts.at_step(i, [name]),
		"message": sprintf("%s needs a router that can: %s", [name, concat(", ", sort(able))]),
	}
}

deny contains finding if {
	count(used & {"setHeaderRoute", "setMirrorRoute"}) > 0
	some i, step in rollouts.canary.steps
	some action in ["setHeaderRoute", "setMirrorRoute"]
	wanted := rollouts.get(step[action], "name")
	rollouts.routing
	count({wanted} & managed) == 0
	finding := {
		"path": rollouts.at_step(i, [action, "name"]),
		"message": sprintf("route %q is not among trafficRouting.managedRoutes", [sprintf("%v", [wanted])]),
	}
}

deny contains finding if {
	"setHeaderRoute" in used
	some i, step in rollouts.canary.steps
	some j, match in step.setHeaderRoute.match
	fault := header_fault(match)
	finding := {
		"path": rollouts.at_step(i, ["setHeaderRoute", "match", j]),
		"message": fault,
	}
}

deny contains finding if {
	"setMirrorRoute" in used
	some i, step in rollouts.canary.steps
	some j, match in step.setMirrorRoute.match
	some [where, value] in mirrored(match)
	not one_value(value)
	finding := {
		"path": rollouts.at_step(i, ["setMirrorRoute", "match", j]),
		"message": sprintf("%s must be matched by exactly one of exact, prefix and regex", [where]),
	}
}

deny contains finding if {
	"setMirrorRoute" in used
	some i, step in rollouts.canary.steps
	share := step.setMirrorRoute.percentage
	not within(share, 100)
	finding := {
		"path": rollouts.at_step(i, ["setMirrorRoute", "percentage"]),
		"message": sprintf("percentage %v is not a whole number from 0 to 100", [share]),
	}
}

deny contains finding if {
	"plugin" in used
	some i, step in rollouts.canary.steps
	is_object(step.plugin)
	named := object.get(step.plugin, "name", "")
	not rollouts.text(named)
	finding := {
		"path": rollouts.at_step(i, ["plugin"]),
		"message": "plugin has no name",
	}
}

# The actions that steps have at all; most canaries need no look for most of them.
used := {name | some step in rollouts.canary.steps; some name, _ in step}

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
