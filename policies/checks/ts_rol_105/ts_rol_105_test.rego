package checks.ts_rol_105_test

import data.checks.ts_rol_105
import data.lib.rollouts_test as r
import data.lib.samples_test as samples

# Cases whose messages are not those expected, with what was said instead.
test_violates if {
	wrong := {[message, said] |
		some [o, message] in cases
		said := {f.message | some f in ts_rol_105.deny with input as samples.of(o)}
		said != {message}
	}
	wrong == set()
}

test_passes if {
	faulted := {[i, said] |
		some i, o in clean
		said := {f.message | some f in ts_rol_105.deny with input as samples.of(o)}
		count(said) > 0
	}
	faulted == set()
}

routing(value) := r.canary(r.routed, "trafficRouting", value)

gateway := "argoproj-labs/gatewayAPI"

plugin(settings) := routing({"plugins": {gateway: settings}})

ping(o) := r.drop(
	r.drop(r.canary(o, "pingPong", {"pingService": "a", "pongService": "b"}), "/spec/strategy/canary/stableService"),
	"/spec/strategy/canary/canaryService",
)

clean := [
	r.plain, r.routed, r.blue_green, plugin({"httpRoute": "web"}),
	routing({"plugins": {"acme/router": {}}, "maxTrafficWeight": 1000}),
	ping(r.routed), ping(routing({"alb": {"ingresses": ["a"], "rootService": "web"}})),
	ping(routing({"plugins": {"acme/router": {}}})),
	r.drop(
		r.drop(
			routing({"istio": {"virtualService": {"name": "a"}, "destinationRule": {"name": "a", "canarySubsetName": "b", "stableSubsetName": "c"}}}),
			"/spec/strategy/canary/stableService",
		),
		"/spec/strategy/canary/canaryService",
	),
	routing({"ambassador": {"mappings": ["a"]}, "apisix": {"route": {"name": "a"}}, "smi": {}}),
	routing({"appMesh": {"virtualService": {"name": "a"}, "virtualNodeGroup": {"b": {}}}, "traefik": {"weightedTraefikServiceName": "a"}}),
	r.canary(plugin({"httpRoutes": [{"name": "web", "useHeaderRoutes": true}]}), "steps", [{"setHeaderRoute": {"name": "a"}}]),
]

lacks(title, name) := sprintf("%s cannot share the requests without a %s", [title, name])

cases := [
	[r.drop(r.routed, "/spec/strategy/canary/canaryService"), lacks("istio", "canaryService")],
	[r.drop(plugin({"httpRoute": "web"}), "/spec/strategy/canary/stableService"), lacks("a router plugin", "stableService")],
	[r.drop(routing({"smi": {}}), "/spec/strategy/canary/stableService"), lacks("smi", "stableService")],
	[r.drop(routing({"alb": {"ingress": "a"}}), "/spec/strategy/canary/stableService"), lacks("alb", "stableService")],
	[r.canary(r.routed, "trafficRouting/istoi", {}), "istoi is no router that the controller knows"],
	[routing({"nginx": {}}), "nginx needs exactly one of stableIngress and stableIngresses"],
	[routing({"nginx": {"stableIngress": "a", "stableIngresses": ["a"]}}), "nginx needs exactly one of stableIngress and stableIngresses"],
	[routing({"alb": {"ingress": ""}}), "alb needs exactly one of ingress and ingresses"],
	[routing({"istio": {}}), "istio needs exactly one of virtualService and virtualServices"],
	[routing({"istio": {"virtualServices": [{"routes": ["a"]}]}}), "a virtualService has no name"],
	[routing({"istio": {"virtualService": {"name": "a"}, "destinationRule": {"name": "a", "canarySubsetName": "b"}}}), "destinationRule has no stableSubsetName"],
	[routing({"ambassador": {}}), "ambassador needs mappings"],
	[routing({"traefik": {}}), "traefik needs weightedTraefikServiceName"],
	[r.canary(r.routed, "trafficRouting/maxTrafficWeight", 1000), "maxTrafficWeight is for nginx and plugins only"],
	[routing({"nginx": {"stableIngress": "a"}, "maxTrafficWeight": 0}), "maxTrafficWeight 0 is no whole number above 0"],
	[
		routing({"plugins": {gateway: {"httpRoute": "web"}}, "maxTrafficWeight": 1000}),
		"plugin argoproj-labs/gatewayAPI counts weights up to 100 whatever maxTrafficWeight says",
	],
	[
		routing({"plugins": {"argoproj-labs/gateway-api": {"httpRoute": "web"}}}),
		"plugin argoproj-labs/gateway-api is not known; the one for the Gateway API is argoproj-labs/gatewayAPI",
	],
	[routing({"plugins": {"router": {}}}), "plugin router is not of the form owner/name"],
	[plugin({"namespace": "a"}), "plugin names no route"],
	[
		r.canary(r.routed, "trafficRouting/managedRoutes", [{"name": "primary"}]),
		"route \"primary\" shares the requests and is managed too, so that the controller deletes it at the end of a release",
	],
	[r.canary(r.routed, "trafficRouting/managedRoutes", [{}]), "managed route has no name"],
	[
		r.canary(plugin({"httpRoute": "web"}), "steps", [{"setMirrorRoute": {"name": "a"}}]),
		"plugin argoproj-labs/gatewayAPI accepts setMirrorRoute and mirrors nothing",
	],
	[
		r.canary(plugin({"httpRoutes": [{"name": "web"}]}), "steps", [{"setHeaderRoute": {"name": "a"}}]),
		"route lacks useHeaderRoutes: true, so that setHeaderRoute changes nothing",
	],
	[ping(plugin({"httpRoute": "web"})), "plugin argoproj-labs/gatewayAPI knows no pingPong"],
	[ping(routing({"alb": {"ingress": "a"}})), "pingPong with alb needs a rootService"],
	[r.canary(ping(r.routed), "pingPong/pingService", "b"), "pingPong needs two different Services"],
	[r.canary(ping(r.routed), "pingPong/pingService", ""), "pingPong needs two different Services"],
	[r.canary(routing({"nginx": {"stableIngress": "a"}}), "pingPong", {"pingService": "a", "pongService": "b"}), "pingPong works with alb, istio and plugins only"],
]
