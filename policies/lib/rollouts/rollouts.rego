# METADATA
# title: Rollouts
# description: |
#   Reads the Rollout at hand as the controller of Argo Rollouts v1.10 does, whatever a person wrote
#   into it: each part is only there when it has the type it should have. What has another type is
#   told by TS-ROL-101.
package lib.rollouts

rollout := input.object if {
	input.object.kind == "Rollout"
	input.object.apiVersion == "argoproj.io/v1alpha1"
}

spec := rollout.spec if is_object(rollout.spec)

canary := spec.strategy.canary if is_object(spec.strategy.canary)

blue_green := spec.strategy.blueGreen if is_object(spec.strategy.blueGreen)

routing := canary.trafficRouting if is_object(canary.trafficRouting)

at_canary(steps) := array.concat(["spec", "strategy", "canary"], steps)

at_blue_green(steps) := array.concat(["spec", "strategy", "blueGreen"], steps)

at_step(i, steps) := array.concat(["spec", "strategy", "canary", "steps", i], steps)

# The routers that the canary names, by their fields of trafficRouting.
routers contains name if {
	some name in router_fields
	is_object(routing[name])
}

routers contains "plugins" if {
	some _ in routing.plugins
}

router_fields := {"alb", "ambassador", "apisix", "appMesh", "istio", "nginx", "smi", "traefik"}

gateway_plugin := "argoproj-labs/gatewayAPI"

gateway := routing.plugins[gateway_plugin]

# How many old ReplicaSets are kept.
history := object.get(spec, "revisionHistoryLimit", 10)

# A field of what may be no object at all; absent is empty.
get(o, field) := object.get(o, field, "") if is_object(o)

get(o, _) := "" if not is_object(o)

# A number that fits a counter of the API.
natural(x) if {
	is_number(x)
	x >= 0
	x <= 2147483647
	x == floor(x)
}

text(x) if {
	is_string(x)
	x != ""
}

# What the controller parses as time: a whole number is seconds, and there are no days.
duration(x) if natural(x)

duration(x) if {
	is_string(x)
	regex.match(`^(\+?[0-9]+|\+?([0-9]+(\.[0-9]*)?(ns|us|µs|ms|s|m|h))+)$`, x)
}

# A time that the controller counts as none.
no_time(0)

no_time(x) if {
	is_string(x)
	regex.match(`^\+?(0+(\.0*)?(s|m|h)?|[0-9]+(\.[0-9]*)?(ns|us|µs)|0*[0-9]{1,3}(\.[0-9]*)?ms)$`, x)
}
