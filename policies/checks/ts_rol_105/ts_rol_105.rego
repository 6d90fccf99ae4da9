# METADATA
# title: Traffic router has what it needs
# custom:
#   id: TS-ROL-105
#   severity: high
#   scope: object
#   waivable: false
#   brought: true
#   remedy: let tenantsmith render the routes of spec.services.<name>.release for the router of the cluster, or mend trafficRouting in the patch or object of your own
#   objects: [Rollout]
#   controls:
#     supporting: [iso:A.8.32, soc2:CC8.1, soc2:A1.2, csf:PR.PS-01]
package checks.ts_rol_105

import data.lib.rollouts

deny contains finding if {
	some router in rollouts.routers
	needs_services(router)
	some name in ["stableService", "canaryService"]
	not rollouts.canary[name]
	finding := {
		"path": rollouts.at_canary([name]),
		"message": sprintf("%s cannot share the requests without a %s", [title(router), name]),
	}
}

deny contains finding if {
	rollouts.routing
	some fault in setting_faults
	finding := {
		"path": rollouts.at_canary(array.concat(["trafficRouting"], fault[0])),
		"message": fault[1],
	}
}

deny contains finding if {
	rollouts.routing
	some fault in ping_pong_faults
	finding := {
		"path": rollouts.at_canary(["pingPong"]),
		"message": fault,
	}
}

deny contains finding if {
	rollouts.gateway
	some i, step in rollouts.canary.steps
	_ = step.setMirrorRoute
	finding := {
		"path": rollouts.at_step(i, ["setMirrorRoute"]),
		"message": sprintf("plugin %s accepts setMirrorRoute and mirrors nothing", [rollouts.gateway_plugin]),
	}
}

deny contains finding if {
	some list in ["httpRoutes", "grpcRoutes"]
	some j, route in rollouts.gateway[list]
	some step in rollouts.canary.steps
	_ = step.setHeaderRoute
	not route.useHeaderRoutes
	finding := {
		"path": rollouts.at_canary(["trafficRouting", "plugins", rollouts.gateway_plugin, list, j]),
		"message": "route lacks useHeaderRoutes: true, so that setHeaderRoute changes nothing",
	}
}

needs_services(router) if router in {"ambassador", "apisix", "appMesh", "nginx", "smi", "traefik"}

needs_services("alb") if not rollouts.canary.pingPong

needs_services("plugins") if not rollouts.canary.pingPong

needs_services("istio") if {
	not rollouts.canary.pingPong
	not rollouts.routing.istio.destinationRule
}

title("plugins") := "a router plugin"

title(router) := router if router != "plugins"

# Each is [steps, message], with the steps from trafficRouting.
setting_faults contains [[name], sprintf("%s is no router that the controller knows", [name])] if {
	some name, _ in rollouts.routing
	count({name} & (rollouts.router_fields | {"managedRoutes", "maxTrafficWeight", "plugins"})) == 0
}

setting_faults contains [[router], message] if {
	some [router, one, many] in [
		["alb", "ingress", "ingresses"],
		["istio", "virtualService", "virtualServices"],
		["nginx", "stableIngress", "stableIngresses"],
	]
	settings := rollouts.routing[router]
	is_object(settings)
	count({field | some field in [one, many]; given(settings, field)}) != 1
	message := sprintf("%s needs exactly one of %s and %s", [router, one, many])
}

setting_faults contains [["istio"], "a virtualService has no name"] if {
	some service in virtual_services
	named := rollouts.get(service, "name")
	not rollouts.text(named)
}

setting_faults contains [["istio", "destinationRule"], message] if {
	rule := rollouts.routing.istio.destinationRule
	some field in ["name", "canarySubsetName", "stableSubsetName"]
	named := rollouts.get(rule, field)
	not rollouts.text(named)
	message := sprintf("destinationRule has no %s", [field])
}

setting_faults contains [[router], message] if {
	some [router, field] in [
		["ambassador", "mappings"], ["apisix", "route"], ["appMesh", "virtualNodeGroup"], ["appMesh", "virtualService"],
		["traefik", "weightedTraefikServiceName"],
	]
	settings := rollouts.routing[router]
	is_object(settings)
	not given(settings, field)
	message := sprintf("%s needs %s", [router, field])
}

setting_faults contains [["maxTrafficWeight"], "maxTrafficWeight is for nginx and plugins only"] if {
	_ = rollouts.routing.maxTrafficWeight
	count(rollouts.routers & {"nginx", "plugins"}) == 0
}

setting_faults contains [["maxTrafficWeight"], sprintf("maxTrafficWeight %v is no whole number above 0", [most])] if {
	most := rollouts.routing.maxTrafficWeight
	not positive(most)
}

setting_faults contains [["maxTrafficWeight"], message] if {
	_ = rollouts.routing.maxTrafficWeight
	rollouts.gateway
	message := sprintf("plugin %s counts weights up to 100 whatever maxTrafficWeight says", [rollouts.gateway_plugin])
}

setting_faults contains [["plugins", name], message] if {
	some name, _ in rollouts.routing.plugins
	is_string(name)
	name != rollouts.gateway_plugin
	regex.match(`(?i)gateway-?api`, name)
	message := sprintf("plugin %s is not known; the one for the Gateway API is %s", [name, rollouts.gateway_plugin])
}

setting_faults contains [["plugins", name], message] if {
	some name, _ in rollouts.routing.plugins
	is_string(name)
	not regex.match(`^[a-zA-Z0-9_.-]+/[a-zA-Z0-9_.-]+$`, name)
	message := sprintf("plugin %s is not of the form owner/name", [name])
}

setting_faults contains [["plugins", rollouts.gateway_plugin], "plugin names no route"] if {
	settings := rollouts.gateway
	count({field | some field in route_fields; _ = settings[field]}) == 0
}

setting_faults contains [["managedRoutes"], message] if {
	some managed in rollouts.routing.managedRoutes
	some service in virtual_services
	some route in service.routes
	route == managed.name
	message := sprintf("route %q shares the requests and is managed too, so that the controller deletes it at the end of a release", [route])
}

setting_faults contains [["managedRoutes", i], "managed route has no name"] if {
	some i, managed in rollouts.routing.managedRoutes
	named := rollouts.get(managed, "name")
	not rollouts.text(named)
}

given(settings, field) if {
	rollouts.text(settings[field])
}

given(settings, field) if {
	some _ in settings[field]
}

positive(x) if {
	rollouts.natural(x)
	x > 0
}

virtual_services := array.concat(
	[service | service := rollouts.routing.istio.virtualService],
	[service | some service in rollouts.routing.istio.virtualServices],
)

route_fields := {
	"httpRoute", "httpRoutes", "httpRouteSelector", "grpcRoute", "grpcRoutes", "grpcRouteSelector",
	"tcpRoute", "tcpRoutes", "tcpRouteSelector", "tlsRoute", "tlsRoutes", "tlsRouteSelector",
}

ping_pong_faults contains "pingPong works with alb, istio and plugins only" if {
	_ = rollouts.canary.pingPong
	count(rollouts.routers & {"alb", "istio", "plugins"}) == 0
}

ping_pong_faults contains sprintf("plugin %s knows no pingPong", [rollouts.gateway_plugin]) if {
	_ = rollouts.canary.pingPong
	rollouts.gateway
}

ping_pong_faults contains "pingPong needs two different Services" if {
	pair := {name |
		some field in ["pingService", "pongService"]
		name := rollouts.canary.pingPong[field]
		rollouts.text(name)
	}
	_ = rollouts.canary.pingPong
	count(pair) != 2
}

ping_pong_faults contains "pingPong with alb needs a rootService" if {
	_ = rollouts.canary.pingPong
	_ = rollouts.routing.alb
	not rollouts.routing.alb.rootService
}
