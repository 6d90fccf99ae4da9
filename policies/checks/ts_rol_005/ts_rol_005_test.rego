package checks.ts_rol_005_test

import data.checks.ts_rol_005
import data.lib.rollouts_test as r
import data.lib.samples_test as samples

test_violates if {
	wrong := {[objects, said] |
		some [objects, message] in cases
		said := {f.message | some f in ts_rol_005.deny with input as samples.set(objects)}
		said != {message}
	}
	wrong == set()
}

plugin(settings) := r.canary(r.routed, "trafficRouting", {"plugins": settings})

route(http) := {"apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "metadata": samples.meta("web"), "spec": http}

to(host) := {"http": [{"name": "primary", "route": [{"destination": {"host": "web"}}, {"destination": {"host": host}}]}]}

ruled := r.put(r.routed, "/spec/strategy/canary/trafficRouting/istio/destinationRule", {
	"name": "web",
	"stableSubsetName": "stable",
	"canarySubsetName": "canary",
})

gateway := plugin({"argoproj-labs/gatewayAPI": {"httpRoute": "web"}})

refs(ref) := {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": samples.meta("web"), "spec": {"rules": [{"backendRefs": [{"name": "web"}, ref]}]}}

astray(kind, host) := sprintf("%s of a Rollout sends requests to %s, which is no Service of its namespace", [kind, host])

cases := [
	[
		[r.put(r.routed, "/spec/strategy/canary/trafficRouting/istio/virtualServices/0/name", "web.globex-prod")],
		"rollout changes VirtualService web of namespace globex-prod, which is not its own",
	],
	[
		[plugin({"argoproj-labs/gatewayAPI": {"httpRoute": "shop", "namespace": "globex-prod"}})],
		"rollout changes HTTPRoute shop of namespace globex-prod, which is not its own",
	],
	[[plugin({"acme/nginx": {}})], "rollout has plugin acme/nginx of the controller change routes, which the platform does not offer"],
	[
		[r.canary(r.plain, "steps", [{"plugin": {"name": "acme/step"}}])],
		"rollout runs plugin acme/step in the controller, which the platform does not offer",
	],
	[
		[r.put(r.plain, "/spec/workloadRef", {"kind": "Deployment", "name": "web", "namespace": "globex"})],
		"rollout wants its pods from namespace globex, which is not its own",
	],
	[[r.routed, route(to("shop.globex-prod.svc.cluster.local"))], astray("VirtualService", "shop.globex-prod.svc.cluster.local")],
	[[r.routed, route(to("api.example.com"))], astray("VirtualService", "api.example.com")],
	[[r.routed, route({"tls": [{"route": [{"destination": {"host": "shop.globex"}}]}]})], astray("VirtualService", "shop.globex")],
	[[r.routed, route({"http": [{"mirror": {"host": "shop.globex"}}]})], astray("VirtualService", "shop.globex")],
	[[r.routed, route({"http": [{"mirrors": [{"destination": {"host": "shop.globex"}}]}]})], astray("VirtualService", "shop.globex")],
	[
		[ruled, object.union(route({"host": "shop.globex"}), {"kind": "DestinationRule"})],
		astray("DestinationRule", "shop.globex"),
	],
	[[gateway, refs({"name": "shop", "namespace": "globex"})], astray("HTTPRoute", "shop.globex")],
]

test_violates_plugin_of_another_router if {
	count(ts_rol_005.deny) == 1 with input as samples.within(samples.set([gateway]), {"cluster": {"router": "istio"}})
}

test_passes if {
	faulted := {[objects, said] |
		some objects in clean
		said := {f.message | some f in ts_rol_005.deny with input as samples.set(objects)}
		count(said) > 0
	}
	faulted == set()
	count(ts_rol_005.deny) == 0 with input as samples.within(samples.set([gateway]), {"cluster": {"router": "gateway-api"}})
	stepped := r.canary(r.plain, "steps", [{"plugin": {"name": "acme/step"}}])
	count(ts_rol_005.deny) == 0 with input as json.remove(samples.set([stepped]), ["/ctx/cluster"])
}

clean := [
	[r.plain], [r.routed], [r.blue_green], [gateway],
	[r.put(r.routed, "/spec/strategy/canary/trafficRouting/istio/virtualServices/0/name", "web.acme-production")],
	[r.put(r.plain, "/spec/workloadRef", {"kind": "Deployment", "name": "web", "namespace": "acme-production"})],
	[r.routed, route(to("web-canary"))],
	[r.routed, route(to("web-canary.acme-production"))],
	[r.routed, route(to("web-canary.acme-production.svc"))],
	[r.routed, route(to("web-canary.acme-production.svc.cluster.local"))],
	[r.plain, route(to("shop.globex-prod"))],
	[gateway, refs({"name": "web-canary"})],
	[gateway, refs({"name": "web-canary", "namespace": "acme-production"})],
	[ruled, object.union(route({"host": "web"}), {"kind": "DestinationRule"})],
]
