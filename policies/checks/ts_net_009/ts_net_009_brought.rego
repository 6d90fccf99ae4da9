# Listeners that tenantsmith renders are those of the platform's gateway, and its policies name its routes.
package checks.ts_net_009

deny contains finding if {
	input.ctx.cluster.waf in {"gateway", "coraza"}
	some entry in routes
	some i, parent in entry.object.spec.parentRefs
	parent.kind == "ListenerSet"
	not [object.get(parent, "namespace", entry.object.metadata.namespace), parent.name] in listeners
	finding := {
		"object": entry.index,
		"path": ["spec", "parentRefs", i],
		"message": "requests from outside come by other listeners than those of the platform's gateway, past its web application firewall",
	}
}

routes contains entry if {
	some kind in ["HTTPRoute", "GRPCRoute"]
	some entry in input.kinds[kind]
}

listeners contains [namespace, entry.object.metadata.name] if {
	some entry in input.kinds.ListenerSet
	namespace := entry.object.metadata.namespace
	parent := entry.object.spec.parentRef
	leads(object.get(parent, "kind", "Gateway"), [object.get(parent, "namespace", namespace), parent.name])
}

# Envoy Gateway asks the firewall about the routes that a policy names, and about no others.
deny contains finding if {
	input.ctx.cluster.waf == "coraza"
	input.ctx.cluster.router == "gateway-api"
	some entry in routes
	route := entry.object
	leads_in(route)
	not named(route)
	not unguarded(route)
	finding := {
		"object": entry.index,
		"path": ["spec", "parentRefs"],
		"message": "no policy of the web application firewall names the route, and its requests pass none",
	}
}

# It takes requests from outside, and hands them to something.
leads_in(route) if {
	some parent in route.spec.parentRefs
	object.get(parent, "kind", "Gateway") != "Service"
	some rule in route.spec.rules
	count(rule.backendRefs) > 0
}

named(route) if {
	some entry in input.kinds.EnvoyExtensionPolicy
	entry.object.metadata.namespace == route.metadata.namespace
	count(entry.object.spec.wasm) > 0
	some target in entry.object.spec.targetRefs
	[target.kind, target.name] == [route.kind, route.metadata.name]
}

# The tenant's file or its tier says so of all its hosts, and has been told.
unguarded(route) if {
	count(route.spec.hostnames) > 0
	every host in route.spec.hostnames {
		some service in input.ctx.spec.services
		some exposed in service.expose
		exposed.host == host
		switched_off(exposed)
	}
}

switched_off(exposed) if exposed.waf == "off"

switched_off(exposed) if {
	not exposed.waf
	input.ctx.platform.spec.tiers[input.ctx.tier].waf == "off"
}
