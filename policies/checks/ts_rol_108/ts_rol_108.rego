# METADATA
# title: Routes of a Rollout carry both versions
# custom:
#   id: TS-ROL-108
#   severity: high
#   scope: set
#   waivable: false
#   brought: true
#   remedy: let tenantsmith render the routes of spec.services.<name>.expose and release, or mend the route in the patch or object of your own
#   objects: [Rollout]
#   controls:
#     supporting: [iso:A.8.32, soc2:CC8.1, soc2:A1.2, csf:PR.PS-01]
package checks.ts_rol_108

import data.lib.releases

deny contains finding if {
	some route in releases.routes
	count([i | some [other, i] in releases.located; other == route]) == 0
	finding := {
		"object": route.index,
		"path": route.path,
		"message": sprintf("rollout changes %s %v, which is not among the objects", [route.kind, route.key[1]]),
	}
}

deny contains finding if {
	some [i, steps, message] in faults
	finding := {"object": i, "path": array.concat(["spec"], steps), "message": message}
}

# The controller makes a copy of the mapping with a weight, and refuses one that has its own.
deny contains finding if {
	some [route, i] in releases.located
	route.kind == "Mapping"
	input.objects[i].spec.weight != 0
	finding := {"object": i, "path": ["spec", "weight"], "message": "mapping has a weight of its own, which the rollout is to set"}
}

# Each fault is the index of the route's object, where it is in its spec, and what it is.
faults contains [i, [], "VirtualService has no routes"] if {
	some [route, i] in releases.located
	route.kind == "VirtualService"
	count({list | some list in ["http", "tcp", "tls"]; some _ in input.objects[i].spec[list]}) == 0
}

faults contains [i, ["http"], sprintf("no route is named %v, which the rollout changes", [name])] if {
	some [route, i] in releases.located
	route.kind == "VirtualService"
	some name in route.names
	parts := input.objects[i].spec.http
	count([part | some part in parts; part.name == name]) == 0
}

faults contains [i, ["http"], "there is more than one route and the rollout does not say which it changes, by routes"] if {
	some [route, i] in releases.located
	route.kind == "VirtualService"
	count(route.names) == 0
	count([part | some part in input.objects[i].spec.http; count({name_of(part)} & managed(route.index)) == 0]) > 1
}

faults contains [i, ["http", h], message] if {
	some [route, i, h] in shared
	fault := part_fault(route.index, input.objects[i].spec.http[h].route)
	message := sprintf("route %s", [fault])
}

faults contains [i, ["http", h], "route shares the requests and is managed too, so that the controller deletes it at the end of a release"] if {
	some [route, i, h] in shared
	count(route.names) == 0
	input.objects[i].spec.http[h].name in managed(route.index)
}

faults contains [i, [list], "no route carries both versions"] if {
	some [route, i] in releases.located
	route.kind == "VirtualService"
	not input.objects[i].spec.http
	some list in ["tcp", "tls"]
	_ = input.objects[i].spec[list]
	every part in input.objects[i].spec[list] { faulty(route.index, part) }
}

faults contains [i, ["rules"], sprintf("no rule has both %v and %v as backends", pair)] if {
	some [route, i] in releases.located
	endswith(route.kind, "Route")
	pair := releases.pair(route.index)
	count([rule | some rule in input.objects[i].spec.rules; count({name | some name in pair} - backends(rule)) == 0]) == 0
}

faults contains [i, ["rules", r], sprintf("the plugin deletes a rule with %v alone; put it into another route", [pair[1]])] if {
	some [route, i] in releases.located
	endswith(route.kind, "Route")
	pair := releases.pair(route.index)
	some r, rule in input.objects[i].spec.rules
	backends(rule) == {pair[1]}
}

faults contains [i, ["rules"], sprintf("no rule has Service %v as its backend", [stable])] if {
	some [route, i] in releases.located
	route.kind == "Ingress"
	stable := root(route.index)
	named := {path.backend.service.name | some rule in input.objects[i].spec.rules; some path in rule.http.paths}
	count(named & {stable}) == 0
}

faults contains [i, ["rules", r, "http", "paths", p], "backend is no Service, which stops the controller"] if {
	some [route, i] in releases.located
	route.kind == "Ingress"
	some r, rule in input.objects[i].spec.rules
	some p, path in rule.http.paths
	not path.backend.service
	not path.backend.serviceName
}

faults contains [i, ["rules", r], "rule without http stops the controller"] if {
	some [route, i] in releases.located
	route.kind == "Ingress"
	"nginx" in route.path
	some r, rule in input.objects[i].spec.rules
	not rule.http
}

faults contains [i, ["subsets"], sprintf("no subset is named %v, which the rollout changes", [name])] if {
	some [route, i] in releases.located
	route.kind == "DestinationRule"
	some name in route.names
	count([subset | some subset in input.objects[i].spec.subsets; subset.name == name]) == 0
}

# The http routes that share the requests: those named, the only one, or the first without a name.
shared contains [route, i, h] if {
	some [route, i] in releases.located
	route.kind == "VirtualService"
	some h, part in input.objects[i].spec.http
	part.name in route.names
}

shared contains [route, i, min(unnamed)] if {
	some [route, i] in releases.located
	route.kind == "VirtualService"
	count(route.names) == 0
	parts := input.objects[i].spec.http
	unnamed := {h | some h, part in parts; not part.name} | {h | some h, _ in parts; count(parts) == 1}
	count(unnamed) > 0
}

managed(index) := {part.name | some part in input.objects[index].spec.strategy.canary.trafficRouting.managedRoutes}

name_of(part) := object.get(part, "name", "") if is_object(part)

# What keeps a list of destinations from sharing the requests.
part_fault(index, destinations) := sprintf("lacks subset %v", [concat(" and ", sort(lacking))]) if {
	rule := input.objects[index].spec.strategy.canary.trafficRouting.istio.destinationRule
	wanted := {name | some name in [rule.stableSubsetName, rule.canarySubsetName]; is_string(name)}
	lacking := wanted - {d.destination.subset | some d in destinations}
	count(lacking) > 0
} else := sprintf("does not lead to %v", [concat(" and ", sort(lacking))]) if {
	not input.objects[index].spec.strategy.canary.trafficRouting.istio.destinationRule
	lacking := {name | some name in releases.pair(index); is_string(name)} - hosts(destinations)
	count(lacking) > 0
} else := sprintf("leads to %v too, which the controller deletes", [concat(" and ", sort(more))]) if {
	not input.objects[index].spec.strategy.canary.trafficRouting.istio.destinationRule
	more := hosts(destinations) - {name | some name in releases.pair(index)}
	count(more) > 0
}

faulty(_, part) if not part.route

faulty(index, part) if part_fault(index, part.route)

# The first parts of the hosts, which is all that the controller compares.
hosts(destinations) := {split(host, ".")[0] |
	some d in destinations
	host := d.destination.host
	is_string(host)
}

backends(rule) := {backend.name | some backend in rule.backendRefs}

root(index) := input.objects[index].spec.strategy.canary.trafficRouting.alb.rootService

root(index) := input.objects[index].spec.strategy.canary.stableService if {
	not input.objects[index].spec.strategy.canary.trafficRouting.alb.rootService
}
