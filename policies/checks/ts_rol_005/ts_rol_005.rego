# METADATA
# title: Traffic objects of a Rollout belong to the tenant
# custom:
#   id: TS-ROL-005
#   severity: high
#   scope: set
#   waivable: false
#   brought: true
#   remedy: let tenantsmith render the routes of spec.services.<name>.expose and release, or name a Service and a route of the same namespace in the patch or object of your own
#   objects: [Rollout, VirtualService, DestinationRule, HTTPRoute, GRPCRoute, TCPRoute, TLSRoute]
#   controls:
#     supporting: [mtb:MTB-PL1-CC-TI-2, iso:A.8.22, soc2:CC6.1, csf:PR.IR-01]
package checks.ts_rol_005

import data.lib.releases

deny contains finding if {
	some route in releases.routes
	home := namespace(input.objects[route.index])
	route.key[0] != home
	finding := {
		"object": route.index,
		"path": route.path,
		"message": sprintf("rollout changes %s %v of namespace %v, which is not its own", [route.kind, route.key[1], route.key[0]]),
	}
}

deny contains finding if {
	some [index, _, routing] in releases.routed
	some name, _ in routing.plugins
	not offered(name)
	finding := {
		"object": index,
		"path": ["spec", "strategy", "canary", "trafficRouting", "plugins", name],
		"message": sprintf("rollout has plugin %s of the controller change routes, which the platform does not offer", [name]),
	}
}

# Whoever has no platform may have any.
deny contains finding if {
	_ = input.ctx.cluster
	some [index, _, canary] in releases.canaries
	some i, step in canary.steps
	name := step.plugin.name
	finding := {
		"object": index,
		"path": ["spec", "strategy", "canary", "steps", i, "plugin"],
		"message": sprintf("rollout runs plugin %v in the controller, which the platform does not offer", [name]),
	}
}

# The controller looks in the namespace of the Rollout whatever stands here.
deny contains finding if {
	some entry in input.kinds.Rollout
	other := entry.object.spec.workloadRef.namespace
	other != namespace(entry.object)
	finding := {
		"object": entry.index,
		"path": ["spec", "workloadRef", "namespace"],
		"message": sprintf("rollout wants its pods from namespace %v, which is not its own", [other]),
	}
}

# Whoever is sent the requests of a release.
deny contains finding if {
	some [route, i] in releases.located
	some [path, host] in destinations(route.kind, input.objects[i])
	is_string(host)
	not own(host, namespace(input.objects[i]))
	finding := {
		"object": i,
		"path": path,
		"message": sprintf("%s of a Rollout sends requests to %v, which is no Service of its namespace", [route.kind, host]),
	}
}

destinations("VirtualService", o) := ({[["spec", protocol, j, "route", k, "destination", "host"], to.destination.host] |
	some protocol in ["http", "tcp", "tls"]
	some j, rule in o.spec[protocol]
	some k, to in rule.route
} | {[["spec", "http", j, "mirror", "host"], rule.mirror.host] |
	some j, rule in o.spec.http
}) | {[["spec", "http", j, "mirrors", k, "destination", "host"], to.destination.host] |
	some j, rule in o.spec.http
	some k, to in rule.mirrors
}

destinations("DestinationRule", o) := {[["spec", "host"], host] | host := o.spec.host}

destinations(kind, o) := {[["spec", "rules", j, "backendRefs", k], sprintf("%v.%v", [ref.name, ref.namespace])] |
	some j, rule in o.spec.rules
	some k, ref in rule.backendRefs
	ref.namespace
} if {
	endswith(kind, "Route")
}

# A short name is one of the namespace, a long one names it.
own(host, _) if not contains(host, ".")

own(host, home) if {
	host in {sprintf("%s.%s%s", [split(host, ".")[0], home, suffix]) | some suffix in ["", ".svc", ".svc.cluster.local"]}
}

offered("argoproj-labs/gatewayAPI") if object.get(input.ctx, ["cluster", "router"], "gateway-api") == "gateway-api"

namespace(o) := object.get(o, ["metadata", "namespace"], "")
