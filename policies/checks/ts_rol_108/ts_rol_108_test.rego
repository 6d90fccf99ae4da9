package checks.ts_rol_108_test

import data.checks.ts_rol_108
import data.lib.rollouts_test as r
import data.lib.samples_test as samples

# Cases whose messages are not those expected, with what was said instead.
test_violates if {
	wrong := {[messages, said] |
		some [objects, messages] in cases
		said := {f.message | some f in ts_rol_108.deny with input as samples.set(objects)}
		said != messages
	}
	wrong == set()
}

test_passes if {
	faulted := {[i, said] |
		some i, objects in clean
		said := {f.message | some f in ts_rol_108.deny with input as samples.set(objects)}
		count(said) > 0
	}
	faulted == set()
}

routing(value) := r.canary(r.routed, "trafficRouting", value)

virtual(spec) := {"apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "metadata": samples.meta("web"), "spec": spec}

to(hosts) := [{"destination": {"host": host}} | some host in hosts]

primary := {"name": "primary", "route": to(["web.acme-production.svc", "web-canary"])}

unnamed := object.remove(primary, ["name"])

# The Rollout that names its VirtualService in several ways.
one(name) := routing({"istio": {"virtualService": {"name": name}}, "managedRoutes": [{"name": "web-ab"}]})

subsets := routing({"istio": {
	"virtualService": {"name": "web"},
	"destinationRule": {"name": "web", "stableSubsetName": "old", "canarySubsetName": "new"},
}})

split := virtual({"http": [{"route": [{"destination": {"host": "web", "subset": "old"}}, {"destination": {"host": "web", "subset": "new"}}]}]})

rule(names) := {
	"apiVersion": "networking.istio.io/v1",
	"kind": "DestinationRule",
	"metadata": samples.meta("web"),
	"spec": {"subsets": [{"name": name} | some name in names]},
}

plugin(settings) := routing({"plugins": {"argoproj-labs/gatewayAPI": settings}})

route(kind, backends) := {
	"apiVersion": "gateway.networking.k8s.io/v1",
	"kind": kind,
	"metadata": samples.meta("web"),
	"spec": {"rules": [{"backendRefs": [{"name": name} | some name in names]} | some names in backends]},
}

whole := ["web", "web-canary"]

ingress(rules) := {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": samples.meta("web"), "spec": {"rules": rules}}

http(backend) := {"http": {"paths": [{"backend": backend}]}}

nginx := routing({"nginx": {"stableIngress": "web"}})

alb := routing({"alb": {"ingresses": ["web"], "rootService": "root"}})

clean := [
	[mapped, mapping({"prefix": "/"})], [mapped, mapping({"weight": 0})],
	[r.plain], [r.blue_green],
	[r.routed, virtual({"http": [{"name": "fixed", "route": to(["other"])}, primary]})],
	[r.routed, r.drop(virtual({"http": [primary]}), "/metadata/namespace")],
	[one("web"), virtual({"http": [primary]})],
	[one("web.acme-production.cluster.local"), virtual({"http": [unnamed, {"name": "web-ab", "route": to(["web-canary"])}]})],
	[one("web"), virtual({"tcp": [unnamed]})],
	[r.canary(one("web"), "pingPong", {"pingService": "a", "pongService": "b"}), virtual({"http": [primary]})],
	[
		r.drop(
			r.drop(r.canary(one("web"), "pingPong", {"pingService": "a", "pongService": "b"}), "/spec/strategy/canary/stableService"),
			"/spec/strategy/canary/canaryService",
		),
		virtual({"http": [{"route": to(["a", "b"])}]}),
	],
	[r.routed, virtual({"tls": [unnamed]})],
	[subsets, split, rule(["old", "new"])],
	[plugin({"httpRoute": "web"}), route("HTTPRoute", [whole, ["other"]])],
	[plugin({"namespace": "acme-production", "grpcRoutes": [{"name": "web"}]}), route("GRPCRoute", [whole])],
	[nginx, ingress([http({"service": {"name": "web"}})])],
	[alb, ingress([http({"service": {"name": "root"}}), {"host": "a"}])],
	[routing({"smi": {}})],
]

gone(kind) := {sprintf("rollout changes %s web, which is not among the objects", [kind])}

more := "there is more than one route and the rollout does not say which it changes, by routes"

mapping(spec) := {"apiVersion": "getambassador.io/v2", "kind": "Mapping", "metadata": samples.meta("web"), "spec": spec}

mapped := routing({"ambassador": {"mappings": ["web"]}})

cases := [
	[[mapped], gone("Mapping")],
	[[mapped, mapping({"weight": 20})], {"mapping has a weight of its own, which the rollout is to set"}],
	[[r.routed], gone("VirtualService")],
	[[r.routed, r.put(virtual({"http": [primary]}), "/metadata/namespace", "globex")], gone("VirtualService")],
	[[one("web.globex"), virtual({"http": [primary]})], gone("VirtualService")],
	[[r.routed, r.put(virtual({"http": [primary]}), "/apiVersion", "acme.dev/v1")], gone("VirtualService")],
	[[plugin({"httpRoute": "web"}), route("GRPCRoute", [whole])], gone("HTTPRoute")],
	[[nginx], gone("Ingress")],
	[[alb], gone("Ingress")],
	[[subsets, split], gone("DestinationRule")],
	[[one("web"), virtual({})], {"VirtualService has no routes"}],
	[[r.routed, virtual({"http": [unnamed]})], {"no route is named primary, which the rollout changes"}],
	[[one("web"), virtual({"http": [unnamed, primary]})], {more}],
	[[one("web"), virtual({"http": [{"route": to(["web"])}]})], {"route does not lead to web-canary"}],
	[[r.routed, virtual({"http": [{"name": "primary", "route": to(["a"])}]})], {"route does not lead to web and web-canary"}],
	[[one("web"), virtual({"http": [{"route": to(["web", "web-canary", "a"])}]})], {"route leads to a too, which the controller deletes"}],
	[[subsets, virtual({"http": [unnamed]}), rule(["old", "new"])], {"route lacks subset new and old"}],
	[
		[routing({"istio": {"virtualService": {"name": "web"}}, "managedRoutes": [{"name": "primary"}]}), virtual({"http": [primary]})],
		{"route shares the requests and is managed too, so that the controller deletes it at the end of a release"},
	],
	[[one("web"), virtual({"tls": [{"route": to(["web"])}]})], {"no route carries both versions"}],
	[[one("web"), virtual({"tcp": [{}]})], {"no route carries both versions"}],
	[[plugin({"httpRoute": "web"}), route("HTTPRoute", [["web"]])], {"no rule has both web and web-canary as backends"}],
	[
		[plugin({"httpRoutes": [{"name": "web"}]}), route("HTTPRoute", [whole, ["web-canary"]])],
		{"the plugin deletes a rule with web-canary alone; put it into another route"},
	],
	[[nginx, ingress([http({"service": {"name": "other"}})])], {"no rule has Service web as its backend"}],
	[[alb, ingress([http({"service": {"name": "web"}})])], {"no rule has Service root as its backend"}],
	[
		[nginx, ingress([http({"service": {"name": "web"}}), http({"resource": {"kind": "Bucket"}})])],
		{"backend is no Service, which stops the controller"},
	],
	[[nginx, ingress([http({"service": {"name": "web"}}), {"host": "a"}])], {"rule without http stops the controller"}],
	[[subsets, split, rule(["old"])], {"no subset is named new, which the rollout changes"}],
]
