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
