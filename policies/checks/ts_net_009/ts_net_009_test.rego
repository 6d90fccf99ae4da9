package checks.ts_net_009_test

import data.checks.ts_net_009
import data.lib.samples_test as samples

cluster(waf) := {
	"cluster": {"waf": waf, "ingressClass": "public", "gateway": "shared"},
	"platform": {"spec": {"namespaces": {"gateway": "gateways"}}},
}

judged(waf, o) := samples.within(samples.of(o), cluster(waf))

ingress(class) := {"kind": "Ingress", "metadata": samples.meta("a"), "spec": {"ingressClassName": class}}

route(parent) := {"kind": "HTTPRoute", "metadata": samples.meta("a"), "spec": {"parentRefs": [parent]}}

virtual(gateways) := {"kind": "VirtualService", "metadata": samples.meta("a"), "spec": {"gateways": gateways}}

guarded := [
	ingress("public"),
	{"kind": "Ingress", "metadata": samples.meta("a"), "spec": {}},
	route({"name": "shared", "namespace": "gateways"}),
	virtual(["mesh", "gateways/shared"]),
	virtual(["gateways/acme-production-tls-0123456789abcdef"]),
	route({"kind": "ListenerSet", "name": "acme-example"}),
]

annotated(key, value) := object.union(ingress("public"), {"metadata": {"annotations": {key: value}}})

test_violates_without_firewall if {
	every o in guarded {
		count(ts_net_009.deny) == 1 with input as judged("none", o)
	}
}

test_violates_ways_around if {
	every o in [
		ingress("internal"),
		{"kind": "Ingress", "metadata": {"annotations": {"kubernetes.io/ingress.class": "internal"}}, "spec": {}},
		route({"name": "own"}),
		route({"name": "other", "namespace": "gateways"}),
		virtual(["own"]),
		virtual(["gateways/globex-production-tls-0123456789abcdef"]),
		virtual(["gateways/acme-production-tls-0123456789abcdef0"]),
		virtual(["acme-production/acme-production-tls-0123456789abcdef"]),
		route({"kind": "Service2", "name": "shared", "namespace": "gateways"}),
	] {
		every waf in ["gateway", "coraza"] {
			count(ts_net_009.deny) == 1 with input as judged(waf, o)
		}
	}
}

test_violates_settings if {
	every key, value in {
		"nginx.ingress.kubernetes.io/enable-modsecurity": "false",
		"nginx.ingress.kubernetes.io/modsecurity-snippet": "SecRuleEngine DetectionOnly",
		"nginx.ingress.kubernetes.io/configuration-snippet": "modsecurity off;",
		"haproxy-ingress.github.io/waf-mode": "detect",
		"haproxy-ingress.github.io/waf": "",
		"alb.ingress.kubernetes.io/wafv2-acl-arn": "none",
		"appprotect.f5.com/app-protect-enable": false,
	} {
		every waf in ["none", "gateway"] {
			some finding in ts_net_009.deny with input as judged(waf, annotated(key, value))
			finding.path == ["metadata", "annotations", key]
		}
	}
}

tenant(waf) := samples.within(
	object.union(samples.set([]), samples.tenant({"services": {"web": {"expose": [{"host": "acme.example", "waf": waf}]}}})),
	cluster("gateway"),
)

test_violates_wish if {
	ts_net_009.deny == {{
		"path": [],
		"field": ["spec", "services", "web", "expose", 0, "waf"],
		"message": "web application firewall is set to detect for host acme.example, and stops nothing",
	}} with input as tenant("detect")
	count(ts_net_009.deny) == 1 with input as tenant("off")
}

test_passes_wish if count(ts_net_009.deny) == 0 with input as tenant("block")

test_passes_guarded if {
	every o in guarded {
		every waf in ["gateway", "coraza"] {
			count(ts_net_009.deny) == 0 with input as judged(waf, o)
		}
	}
	count(ts_net_009.deny) == 0 with input as judged("none", virtual(["mesh"]))
	count(ts_net_009.deny) == 0 with input as judged("none", route({"kind": "Service", "name": "web"}))
}

test_passes_settings if {
	every key, value in {
		"nginx.ingress.kubernetes.io/enable-modsecurity": "true",
		"haproxy-ingress.github.io/waf-mode": "deny",
		"haproxy-ingress.github.io/waf": "modsecurity",
		"nginx.ingress.kubernetes.io/configuration-snippet": "more_set_headers a;",
	} {
		count(ts_net_009.deny) == 0 with input as judged("gateway", annotated(key, value))
	}
}

test_passes_any_class_where_none_is_named if {
	count(ts_net_009.deny) == 0 with input as samples.within(samples.of(ingress("internal")), {"cluster": {"waf": "gateway"}})
}

listener_set(parent) := {"kind": "ListenerSet", "metadata": samples.meta("own"), "spec": {"parentRef": parent}}

platforms := {"name": "shared", "namespace": "gateways"}

serving(kind, parent) := {"kind": kind, "metadata": samples.meta("a"), "spec": {
	"hostnames": ["acme.example"],
	"parentRefs": [parent],
	"rules": [{"backendRefs": [{"name": "a", "port": 80}]}],
}}

together(waf, objects) := samples.within(
	samples.set(objects),
	object.union(cluster(waf), {"cluster": {"router": "gateway-api", "waf": waf}}),
)

test_violates_other_listeners if {
	every waf in ["gateway", "coraza"] {
		every objects in [
			[route({"kind": "ListenerSet", "name": "own"})],
			[route({"kind": "ListenerSet", "name": "own"}), listener_set({"name": "mine"})],
			[route({"kind": "ListenerSet", "name": "own"}), listener_set({"kind": "Own", "name": "shared", "namespace": "gateways"})],
			[route({"kind": "ListenerSet", "name": "own", "namespace": "other"}), listener_set(platforms)],
		] {
			some finding in ts_net_009.deny with input as together(waf, objects)
			finding.path == ["spec", "parentRefs", 0]
			finding.object == 0
		}
	}
}

test_passes_own_listeners if {
	every waf in ["none", "gateway", "coraza"] {
		count(ts_net_009.deny) == 0 with input as together(waf, [route({"kind": "ListenerSet", "name": "own"}), listener_set(platforms)])
	}
}

guard(target) := {"kind": "EnvoyExtensionPolicy", "metadata": samples.meta("waf"), "spec": {"wasm": [{"name": "coraza"}], "targetRefs": [target]}}

test_violates_routes_that_no_policy_names if {
	every objects in [
		[serving("HTTPRoute", platforms)],
		[serving("GRPCRoute", platforms), guard({"kind": "HTTPRoute", "name": "a"})],
		[serving("HTTPRoute", platforms), guard({"kind": "HTTPRoute", "name": "b"})],
		[serving("HTTPRoute", platforms), object.union(guard({"kind": "HTTPRoute", "name": "a"}), {"spec": {"wasm": []}})],
		[serving("HTTPRoute", platforms), object.union(guard({"kind": "HTTPRoute", "name": "a"}), {"metadata": {"namespace": "other"}})],
	] {
		ts_net_009.deny == {{
			"object": 0,
			"path": ["spec", "parentRefs"],
			"message": "no policy of the web application firewall names the route, and its requests pass none",
		}} with input as together("coraza", objects)
	}
}

test_passes_routes_that_need_none if {
	every objects in [
		[serving("HTTPRoute", platforms), guard({"kind": "HTTPRoute", "name": "a"})],
		[serving("HTTPRoute", {"kind": "Service", "name": "a"})],
		[route(platforms)],
	] {
		count(ts_net_009.deny) == 0 with input as together("coraza", objects)
	}
	count(ts_net_009.deny) == 0 with input as together("gateway", [serving("HTTPRoute", platforms)])
	istio := samples.within(together("coraza", [serving("HTTPRoute", platforms)]), {"cluster": {"router": "istio"}})
	count(ts_net_009.deny) == 0 with input as istio
}

exposing(fields, tier) := {
	"spec": {"services": {"web": {"expose": [object.union({"host": "acme.example"}, fields)]}}},
	"platform": {"spec": {"tiers": {"premium": {"waf": tier}}}},
}

# How many routes it objects to, where the file says so much, beside what it says of the file.
unnamed(o, more) := count([finding | some finding in found; finding.path == ["spec", "parentRefs"]]) if {
	found := ts_net_009.deny with input as samples.within(together("coraza", [o]), more)
}

test_passes_routes_of_hosts_without_a_firewall if {
	every more in [exposing({"waf": "off"}, "block"), exposing({}, "off")] {
		unnamed(serving("HTTPRoute", platforms), more) == 0
	}
}

test_violates_routes_of_other_hosts if {
	every more in [exposing({}, "block"), exposing({"host": "other.example"}, "off"), exposing({"waf": "detect"}, "off")] {
		unnamed(serving("HTTPRoute", platforms), more) == 1
	}
	unnamed(object.union(serving("HTTPRoute", platforms), {"spec": {"hostnames": []}}), exposing({"waf": "off"}, "off")) == 1
}
