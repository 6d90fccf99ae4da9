package lib.releases

# Each route that a Rollout changes is {"index", "path", "kind", "key", "names"}: the Rollout, where it
# names the route, and the names of the parts of it that share the requests.
routes contains {"index": index, "path": router_path(["istio", "virtualService"]), "kind": "VirtualService", "key": key, "names": names} if {
	some [index, namespace, routing] in routed
	named := routing.istio.virtualService
	key := virtual_service(named.name, namespace)
	names := {part | some part in named.routes}
}

routes contains {"index": index, "path": router_path(["istio", "virtualServices", i]), "kind": "VirtualService", "key": key, "names": names} if {
	some [index, namespace, routing] in routed
	some i, named in routing.istio.virtualServices
	key := virtual_service(named.name, namespace)
	names := {part | some part in named.routes}
}

routes contains {"index": index, "path": router_path(["ambassador", "mappings", i]), "kind": "Mapping", "key": [namespace, named], "names": set()} if {
	some [index, namespace, routing] in routed
	some i, named in routing.ambassador.mappings
	text(named)
}

# Of the Gateway API: the field for one route, the field for several, and their kind.
gateway_fields := [
	["grpcRoute", "grpcRoutes", "GRPCRoute"], ["httpRoute", "httpRoutes", "HTTPRoute"],
	["tcpRoute", "tcpRoutes", "TCPRoute"], ["tlsRoute", "tlsRoutes", "TLSRoute"],
]

routes contains {"index": index, "path": path, "kind": kind, "key": [object.get(settings, "namespace", namespace), named], "names": set()} if {
	some [index, namespace, routing] in routed
	settings := routing.plugins["argoproj-labs/gatewayAPI"]
	some [one, many, kind] in gateway_fields
	some [named, steps] in array.concat(
		[[named, [one]] | named := settings[one]],
		[[route.name, [many, i]] | some i, route in settings[many]],
	)
	text(named)
	path := router_path(array.concat(["plugins", "argoproj-labs/gatewayAPI"], steps))
}

routes contains {"index": index, "path": router_path(steps), "kind": "Ingress", "key": [namespace, named], "names": set()} if {
	some [index, namespace, routing] in routed
	some [router, one, many] in [["alb", "ingress", "ingresses"], ["nginx", "stableIngress", "stableIngresses"]]
	some [named, steps] in array.concat(
		[[named, [router, one]] | named := routing[router][one]],
		[[named, [router, many, i]] | some i, named in routing[router][many]],
	)
	text(named)
}

routes contains {"index": index, "path": path, "kind": "DestinationRule", "key": [namespace, named.name], "names": names} if {
	some [index, namespace, routing] in routed
	named := routing.istio.destinationRule
	text(named.name)
	path := router_path(["istio", "destinationRule"])
	names := {named.canarySubsetName, named.stableSubsetName}
}

router_path(steps) := array.concat(["spec", "strategy", "canary", "trafficRouting"], steps)

# A VirtualService may be named with its namespace behind a dot, as Istio does.
virtual_service(name, namespace) := [namespace, name] if {
	text(name)
	not contains(name, ".")
} else := [parts[count(parts) - 1], concat(".", array.slice(parts, 0, count(parts) - 1))] if {
	text(name)
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
