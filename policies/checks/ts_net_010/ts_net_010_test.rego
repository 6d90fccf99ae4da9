package checks.ts_net_010_test

import data.checks.ts_net_010
import data.lib.samples_test as samples

judged(o) := object.union(
	samples.within(
		samples.tenant({"domains": ["acme.example"], "services": {"web": {"calls": [{"host": "login.example.org", "port": 443}]}}}),
		{"cluster": {"ingressClass": "public"}},
	),
	{"object": o},
)

ingress(key, value) := judged({"kind": "Ingress", "metadata": {"annotations": {key: value}}, "spec": {"ingressClassName": "public"}})

test_violates_kinds if {
	every kind in ["EnvoyFilter", "WasmPlugin", "ProxyConfig", "EnvoyPatchPolicy", "EnvoyExtensionPolicy", "SnippetsFilter", "SnippetsPolicy"] {
		count(ts_net_010.deny) == 1 with input as judged({"kind": kind, "metadata": samples.meta("a")})
	}
}

test_violates_annotations if {
	every key, value in {
		"nginx.ingress.kubernetes.io/configuration-snippet": "return 200;",
		"nginx.ingress.kubernetes.io/server-snippet": "",
		"nginx.ingress.kubernetes.io/auth-snippet": "x",
		"nginx.ingress.kubernetes.io/modsecurity-snippet": "x",
		"nginx.ingress.kubernetes.io/stream-snippet": "x",
		"nginx.org/location-snippets": "x",
		"haproxy-ingress.github.io/config-backend": "x",
		"nginx.ingress.kubernetes.io/lua-resty-waf": "inactive",
		"nginx.ingress.kubernetes.io/upstream-vhost": "content_by_lua_block",
		"nginx.ingress.kubernetes.io/auth-url": "https://evil.example.net/auth",
		"nginx.ingress.kubernetes.io/mirror-target": "http://payments.globex-prod.svc.cluster.local$request_uri",
		"nginx.ingress.kubernetes.io/auth-signin": "https://$host/oauth2/start",
		"nginx.ingress.kubernetes.io/rewrite-target": "/$1 break; return 200",
		"nginx.ingress.kubernetes.io/app-root": "/a\n}",
	} {
		found := ts_net_010.deny with input as ingress(key, value)
		{finding.path | some finding in found} == {["metadata", "annotations", key]}
	}
}

test_violates_retired_class if {
	count(ts_net_010.deny) == 1 with input as judged({"kind": "Ingress", "spec": {"ingressClassName": "nginx"}})
	o := {"kind": "Ingress", "metadata": {"annotations": {"kubernetes.io/ingress.class": "nginx"}}, "spec": {}}
	count(ts_net_010.deny) == 1 with input as judged(o)
}

annotated(key) := json.patch(
	samples.workload("apps/v1", "Deployment", {"containers": []}),
	[{"op": "add", "path": "/spec/template/metadata/annotations", "value": {key: "x"}}],
)

test_violates_pods if {
	every key in [
		"proxy.istio.io/config", "proxy.istio.io/overrides", "inject.istio.io/templates", "sidecar.istio.io/userVolume",
		"sidecar.istio.io/userVolumeMount", "sidecar.istio.io/proxyImage", "sidecar.istio.io/bootstrapOverride",
	] {
		count(ts_net_010.deny) == 1 with input as judged(annotated(key))
	}
}

test_passes_annotations if {
	every key, value in {
		"nginx.ingress.kubernetes.io/auth-url": "https://auth.acme.example/check",
		"nginx.ingress.kubernetes.io/auth-signin": "https://login.example.org/start",
		"nginx.ingress.kubernetes.io/mirror-target": "http://web.acme-production.svc.cluster.local:8080/",
		"nginx.ingress.kubernetes.io/rewrite-target": "/$1/a-b.c",
		"nginx.ingress.kubernetes.io/ssl-redirect": "true",
	} {
		count(ts_net_010.deny) == 0 with input as ingress(key, value)
	}
}

test_passes_class_of_the_platform if {
	o := judged({"kind": "Ingress", "spec": {"ingressClassName": "nginx"}})
	count(ts_net_010.deny) == 0 with input as samples.within(o, {"cluster": {"ingressClass": "nginx"}})
}

test_passes_pods if {
	every key in ["sidecar.istio.io/nativeSidecar", "example.com/config"] {
		count(ts_net_010.deny) == 0 with input as judged(annotated(key))
	}
	count(ts_net_010.deny) == 0 with input as judged({"kind": "VirtualService"})
}
