package checks.ts_rol_104_test

import data.checks.ts_rol_104
import data.lib.rollouts_test as r
import data.lib.samples_test as samples

# Cases whose messages are not those expected, with what was said instead.
test_violates if {
	wrong := {[message, said] |
		some [o, message] in cases
		said := {f.message | some f in ts_rol_104.deny with input as samples.of(o)}
		said != {message}
	}
	wrong == set()
}

test_passes if {
	faulted := {[i, said] |
		some i, o in clean
		said := {f.message | some f in ts_rol_104.deny with input as samples.of(o)}
		count(said) > 0
	}
	faulted == set()
}

steps(list) := r.canary(r.routed, "steps", list)

header(match) := {"setHeaderRoute": {"name": "web-ab", "match": [match]}}

mirror(match) := {"setMirrorRoute": {"name": "web-ab", "match": [match]}}

exact := {"headerName": "x", "headerValue": {"exact": "b"}}

clean := [
	r.plain, r.blue_green, steps([{"setWeight": 0}, {"pause": {}}, {"pause": {"duration": 30}}, {"plugin": {"name": "a/b"}}]),
	steps([{"setCanaryScale": {"replicas": 0}}, {"setCanaryScale": {"weight": 100}}, {"setCanaryScale": {"matchTrafficWeight": true}}]),
	steps([header(exact), {"setHeaderRoute": {"name": "web-ab"}}, mirror({"method": {"exact": "GET"}, "headers": {"a": {"regex": ".*"}}})]),
	steps([{"analysis": {}}, {"experiment": {}}]),
	r.canary(steps([{"setWeight": 500}]), "trafficRouting/maxTrafficWeight", 1000),
]

one := "must be matched by exactly one of exact, prefix and regex"

cases := [
	[steps([{}]), none],
	[steps(["a"]), none],
	[steps([{"setWeight": 1, "pause": {}}]), "step has more than one action, pause and setWeight, and the controller waits for one of them only"],
	[steps([{"setWeight": 1, "wait": {}}]), "wait is no action of a step"],
	[steps([{"pause": "5m"}]), "pause must be an object, not 5m"],
	[steps([{"setWeight": 101}]), "weight 101 is not a whole number from 0 to 100"],
	[steps([{"setWeight": -1}]), "weight -1 is not a whole number from 0 to 100"],
	[steps([{"setWeight": "20"}]), "weight 20 is not a whole number from 0 to 100"],
	[steps([{"setWeight": 12.5}]), "weight 12.5 is not a whole number from 0 to 100"],
	[steps([{"pause": {"duration": "1d"}}]), "pause 1d is no time: write seconds as a number, or a text such as 90s, 5m or 24h"],
	[steps([{"pause": {"duration": -1}}]), "pause -1 is no time: write seconds as a number, or a text such as 90s, 5m or 24h"],
	[r.canary(r.plain, "steps", [{"setCanaryScale": {"replicas": 1}}]), "setCanaryScale needs trafficRouting"],
	[steps([{"setCanaryScale": {}}]), "setCanaryScale needs exactly one of replicas, weight and matchTrafficWeight"],
	[steps([{"setCanaryScale": {"replicas": 1, "weight": 5}}]), "setCanaryScale needs exactly one of replicas, weight and matchTrafficWeight"],
	[steps([{"setCanaryScale": {"replicas": "1"}}]), "replicas 1 is not a whole number"],
	[steps([{"setCanaryScale": {"weight": 101}}]), "weight 101 is not a whole number from 0 to 100"],
	[r.canary(r.plain, "steps", [header(exact)]), "setHeaderRoute needs a router that can: alb, apisix, istio, plugins"],
	[r.canary(steps([header(exact)]), "trafficRouting", {"nginx": {}, "managedRoutes": [{"name": "web-ab"}]}), "setHeaderRoute needs a router that can: alb, apisix, istio, plugins"],
	[r.canary(steps([mirror({})]), "trafficRouting", {"alb": {}, "managedRoutes": [{"name": "web-ab"}]}), "setMirrorRoute needs a router that can: istio, plugins"],
	[steps([{"setHeaderRoute": {"name": "other"}}]), "route \"other\" is not among trafficRouting.managedRoutes"],
	[r.drop(steps([mirror({})]), "/spec/strategy/canary/trafficRouting/managedRoutes"), "route \"web-ab\" is not among trafficRouting.managedRoutes"],
	[steps([header({"headerValue": {"exact": "b"}})]), "header has no name"],
	[steps([header({"headerName": "x"})]), sprintf("header %s", [one])],
	[steps([header({"headerName": "x", "headerValue": {"exact": "b", "prefix": "c"}})]), sprintf("header %s", [one])],
	[r.canary(steps([header({"headerName": "x", "headerValue": {"regex": "b"}})]), "trafficRouting/alb", {}), "an ALB matches headers by exact only"],
	[steps([mirror({"path": {}})]), sprintf("path %s", [one])],
	[steps([mirror({"headers": {"agent": {"exact": "a", "regex": "b"}}})]), sprintf("agent %s", [one])],
	[steps([{"setMirrorRoute": {"name": "web-ab", "percentage": 150}}]), "percentage 150 is not a whole number from 0 to 100"],
	[steps([{"plugin": {}}]), "plugin has no name"],
]

none := "step has no action; it needs one of analysis, experiment, pause, plugin, setCanaryScale, setHeaderRoute, setMirrorRoute, setWeight"
