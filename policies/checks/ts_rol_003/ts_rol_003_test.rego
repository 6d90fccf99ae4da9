package checks.ts_rol_003_test

import data.checks.ts_rol_003
import data.lib.samples_test as samples

platform := {
	"platform": {"spec": {
		"namespaces": {"monitoring": "monitoring"},
		"analysis": {"providers": ["prometheus", "web", "job"], "endpoints": ["https://Metrics.example.com", "https://shared.example.com/acme/"]},
	}},
	"cluster": {"metrics": {"address": "http://prom.observability.svc:9090"}},
}

with_args(provider, args) := samples.within(
	samples.of({"kind": "AnalysisTemplate", "spec": {"args": args, "metrics": [{"name": "up"}, {"name": "rate", "provider": provider}]}}),
	platform,
)

of(provider) := with_args(provider, [])

test_violates if {
	wrong := {[provider, said] |
		some [provider, message] in cases
		said := {f.message | some f in ts_rol_003.deny with input as of(provider)}
		said != {message}
	}
	wrong == set()
}

asks(address) := sprintf("analysis asks %s, which neither the platform lists nor the tenant serves", [address])

plain := "analysis holds a credential in plain text; take it from a Secret by an argument"

cases := array.concat(
	[
		[{"datadog": {"query": "up"}}, "analysis measures by datadog, which the platform does not offer"],
		[{"plugin": {"a/b": {}}}, "analysis measures by plugin, which the platform does not offer"],
		[{"web": {"url": "http://169.254.169.254/", "method": "GET"}}, asks("http://169.254.169.254/")],
		[{"prometheus": {"address": "http://prom.globex.svc:9090"}}, asks("http://prom.globex.svc:9090")],
		[{"prometheus": {"authentication": {"oauth2": {"tokenUrl": "https://evil.example.com?key=1"}}}}, asks("https://evil.example.com")],
		[{"web": {"url": "https://user:pass@metrics.example.com/"}}, "analysis asks with a name or password in the address"],
		[{"web": {"url": "https://metrics.example.com", "insecure": true}}, "analysis believes whoever answers for web, without a look at the certificate"],
		[{"web": {"url": "https://metrics.example.com", "headers": [{"key": "Authorization", "value": "Bearer abc"}]}}, plain],
		[{"prometheus": {"headers": [{"key": "X-Api-Key", "value": "abc"}]}}, plain],
		[{"prometheus": {"authentication": {"oauth2": {"clientSecret": "abc"}}}}, plain],
	],
	[[{"web": {"url": url}}, asks(url)] | some url in strange],
)

strange := [
	"http://{{args.host}}/",
	"https://metrics.example.com.evil.example.com/",
	"https://metrics.example.com:8443",
	"http://metrics.example.com",
	"ftp://metrics.example.com",
	"https://shared.example.com/globex",
	"https://shared.example.com/acme/../globex",
	"https://shared.example.com/acmeevil",
	"http://web",
	"http://web.globex.svc",
	"http://a.web.acme-production.svc",
	"http://web.acme-production.svc.evil.example.com",
]

test_violates_credential_by_argument if {
	provider := {"web": {"url": "https://metrics.example.com", "headers": [{"key": "Authorization", "value": "Bearer {{ args.token }}"}]}}
	ts_rol_003.deny == {{
		"path": ["spec", "args", 1, "value"],
		"message": "argument token is a credential in plain text; take it from a Secret by valueFrom",
	}} with input as with_args(provider, [{"name": "a", "value": "b"}, {"name": "token", "value": "abc"}])
}

test_violates_by_place if {
	some finding in ts_rol_003.deny with input as of({"web": {"url": "http://169.254.169.254/"}})
	finding.path == ["spec", "metrics", 1, "provider", "web", "url"]
}

test_passes if {
	faulted := {[provider, said] |
		some provider in clean
		said := {f.message | some f in ts_rol_003.deny with input as of(provider)}
		count(said) > 0
	}
	faulted == set()
}

clean := array.concat(
	[
		{"prometheus": {"query": "up"}},
		{"job": {"spec": {}}},
		{"prometheus": {"address": "http://prometheus-operated.monitoring.svc:9090", "insecure": false}},
		{"prometheus": {"address": "http://prom.observability.svc:9090/"}},
		{"web": {"url": "https://metrics.example.com", "headers": [{"key": "Accept", "value": "text/plain"}, {"key": "Authorization", "value": ""}]}},
		{"web": {"url": "https://metrics.example.com", "authentication": {"oauth2": {"clientSecret": "{{args.secret}}"}}}},
	],
	[{"web": {"url": url}} | some url in known],
)

known := [
	"https://metrics.example.com/a?b={{args.c}}",
	"https://METRICS.example.com:443/a",
	"https://shared.example.com/acme",
	"https://shared.example.com/acme/up?a=..",
	"http://web.acme-production:8080/healthz",
	"http://web-canary.acme-production.svc:80",
	"http://web.acme-production.svc.cluster.local/",
]

test_passes_credential_from_a_secret if {
	provider := {"web": {"url": "https://metrics.example.com", "headers": [{"key": "Authorization", "value": "{{args.token}}"}]}}
	args := [{"name": "token", "valueFrom": {"secretKeyRef": {"name": "api", "key": "token"}}}]
	count(ts_rol_003.deny) == 0 with input as with_args(provider, args)
	count(ts_rol_003.deny) == 0 with input as samples.of({"kind": "HorizontalPodAutoscaler", "spec": {"metrics": [{"type": "Resource"}]}})
}
