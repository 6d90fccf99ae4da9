package lib.releases

# Each route that a Rollout changes is {"index", "path", "kind", "key", "names"}: the Rollout, where it
# names the route, and the names of the parts of it that share the requests.
routes contains {"index": entry.index, "path": router_path(["istio", "virtualService"]), "kind": "VirtualService", "key": key, "names": names} if {
	some entry in input.kinds.Rollout
	entry.object.apiVersion == "argoproj.io/v1alpha1"
	named := entry.object.spec.strategy.canary.trafficRouting.istio.virtualService
	text(named.name)
	key := virtual_service(named.name, object.get(entry.object, ["metadata", "namespace"], ""))
	names := {part | some part in named.routes}
}

routes contains {"index": entry.index, "path": router_path(["istio", "virtualServices", i]), "kind": "VirtualService", "key": key, "names": names} if {
	some entry in input.kinds.Rollout
	entry.object.apiVersion == "argoproj.io/v1alpha1"
	some i, named in entry.object.spec.strategy.canary.trafficRouting.istio.virtualServices
	text(named.name)
	key := virtual_service(named.name, object.get(entry.object, ["metadata", "namespace"], ""))
	names := {part | some part in named.routes}
}

# Of the Gateway API: the field for one route, the field for several, and their kind.
gateway_fields := [
	["grpcRoute", "grpcRoutes", "GRPCRoute"], ["httpRoute", "httpRoutes", "HTTPRoute"],
	["tcpRoute", "tcpRoutes", "TCPRoute"], ["tlsRoute", "tlsRoutes", "TLSRoute"],
]

routes contains {"index": entry.index, "path": path, "kind": kind, "key": [namespace, settings[one]], "names": set()} if {
	some entry in input.kinds.Rollout
	entry.object.apiVersion == "argoproj.io/v1alpha1"
	settings := entry.object.spec.strategy.canary.trafficRouting.plugins["argoproj-labs/gatewayAPI"]
	some [one, _, kind] in gateway_fields
	text(settings[one])
	path := router_path(["plugins", "argoproj-labs/gatewayAPI", one])
	namespace := object.get(settings, "namespace", object.get(entry.object, ["metadata", "namespace"], ""))
}

routes contains {"index": entry.index, "path": path, "kind": kind, "key": [namespace, route.name], "names": set()} if {
	some entry in input.kinds.Rollout
	entry.object.apiVersion == "argoproj.io/v1alpha1"
	settings := entry.object.spec.strategy.canary.trafficRouting.plugins["argoproj-labs/gatewayAPI"]
	some [_, many, kind] in gateway_fields
	some i, route in settings[many]
	text(route.name)
	path := router_path(["plugins", "argoproj-labs/gatewayAPI", many, i])
	namespace := object.get(settings, "namespace", object.get(entry.object, ["metadata", "namespace"], ""))
}

routes contains {"index": entry.index, "path": path, "kind": "Ingress", "key": [namespace, named], "names": set()} if {
	some entry in input.kinds.Rollout
	entry.object.apiVersion == "argoproj.io/v1alpha1"
	routing := entry.object.spec.strategy.canary.trafficRouting
	some [router, one] in [["alb", "ingress"], ["nginx", "stableIngress"]]
	named := routing[router][one]
	text(named)
	path := router_path([router, one])
	namespace := object.get(entry.object, ["metadata", "namespace"], "")
}

routes contains {"index": entry.index, "path": path, "kind": "Ingress", "key": [namespace, named], "names": set()} if {
	some entry in input.kinds.Rollout
	entry.object.apiVersion == "argoproj.io/v1alpha1"
	routing := entry.object.spec.strategy.canary.trafficRouting
	some [router, many] in [["alb", "ingresses"], ["nginx", "stableIngresses"]]
	some i, named in routing[router][many]
	text(named)
	path := router_path([router, many, i])
	namespace := object.get(entry.object, ["metadata", "namespace"], "")
}

routes contains {"index": entry.index, "path": path, "kind": "DestinationRule", "key": [namespace, named.name], "names": names} if {
	some entry in input.kinds.Rollout
	entry.object.apiVersion == "argoproj.io/v1alpha1"
	named := entry.object.spec.strategy.canary.trafficRouting.istio.destinationRule
	text(named.name)
	path := router_path(["istio", "destinationRule"])
	names := {named.canarySubsetName, named.stableSubsetName}
	namespace := object.get(entry.object, ["metadata", "namespace"], "")
}

router_path(steps) := array.concat(["spec", "strategy", "canary", "trafficRouting"], steps)

# A VirtualService may be named with its namespace behind a dot, as Istio does.
virtual_service(name, namespace) := [namespace, name] if {
	not contains(name, ".")
} else := [parts[count(parts) - 1], concat(".", array.slice(parts, 0, count(parts) - 1))] if {
	parts := split(trim_suffix(name, ".cluster.local"), ".")
}

# Each route together with the index of the object that it names. Objects that nobody placed yet may be
# in any namespace.
located contains [route, i] if {
	some route in routes
	some i in by_key[route.kind][route.key]
}

located contains [route, i] if {
	some route in routes
	not by_key[route.kind][route.key]
	some i in by_key[route.kind][["", route.key[1]]]
}
