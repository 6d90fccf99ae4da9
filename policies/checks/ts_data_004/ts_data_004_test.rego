package checks.ts_data_004_test

import data.checks.ts_data_004
import data.lib.samples_test as samples

transfers := [
	{"to": "Stripe", "host": "api.stripe.com", "country": "IE"},
	{"to": "Slack", "host": "*.slack.com", "country": "US", "mechanism": "adequacy", "reference": "DPA-1"},
	{"to": "Bank", "cidr": "203.0.113.0/24", "country": "DE"},
]

spec := {"compliance": {"dataClassification": "personal", "transfers": transfers}}

asked(given, more) := samples.within(given, {"spec": object.union(spec, more)})

told(more) := {[concat(".", [sprintf("%v", [step]) | some step in f.field]), f.message] |
	some f in ts_data_004.deny with input as asked(samples.set([]), more)
}

said(o) := {f.message | some f in ts_data_004.deny with input as asked(samples.of(o), {})}

undeclared(destination) := sprintf("data may go to %s, which spec.compliance.transfers does not name", [destination])

calls(list) := {"services": {"web": {"calls": list}}}

policy(cidr) := {
	"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": samples.meta("a"),
	"spec": {"podSelector": {}, "egress": [{"to": [{"ipBlock": {"cidr": cidr}}]}]},
}

entry(fields) := {"apiVersion": "networking.istio.io/v1", "kind": "ServiceEntry", "metadata": samples.meta("a"), "spec": fields}

external(name) := {"apiVersion": "v1", "kind": "Service", "metadata": samples.meta("a"), "spec": {"type": "ExternalName", "externalName": name}}

analysis(kind, provider) := {"apiVersion": "argoproj.io/v1alpha1", "kind": kind, "metadata": samples.meta("a"), "spec": {"metrics": [{"name": "a", "provider": provider}]}}

alerts(receiver) := {"apiVersion": "monitoring.coreos.com/v1alpha1", "kind": "AlertmanagerConfig", "metadata": samples.meta("a"), "spec": {"receivers": [receiver]}}

test_violates_calls if {
	told(calls([{"service": "api"}, {"host": "api.example.com", "port": 443}])) == {["spec.services.web.calls.1.host", undeclared("api.example.com")]}
	told(calls([{"cidr": "198.51.100.0/24", "port": 443}])) == {["spec.services.web.calls.0.cidr", undeclared("198.51.100.0/24")]}
	told(calls([{"cidr": "203.0.0.0/16", "port": 443}])) == {["spec.services.web.calls.0.cidr", undeclared("203.0.0.0/16")]}
}

test_violates_notifications if {
	told({"notifications": {"slack": {"channels": ["#a"]}, "pagerduty": {}}, "compliance": {"transfers": []}}) == {
		["spec.notifications.slack", undeclared("hooks.slack.com")],
		["spec.notifications.pagerduty", undeclared("events.pagerduty.com")],
	}
}

without(field) := sprintf("Slack in US gets data outside of the European Economic Area without a %s", [field])

test_violates_third_country if {
	bare := {"to": "Slack", "host": "hooks.slack.com", "country": "US"}
	line := "spec.compliance.transfers.0"
	told({"compliance": {"transfers": [bare]}}) == {[line, without("mechanism")], [line, without("reference")]}
	told({"compliance": {"transfers": [object.union(bare, {"mechanism": "scc"})]}}) == {[line, without("reference")]}
	told({"compliance": {"transfers": [object.union(bare, {"reference": "DPA-1"})]}}) == {[line, without("mechanism")]}
}

test_violates_ranges if {
	every range in ["198.51.100.0/24", "0.0.0.0/0", "2001:db8::/32", "203.0.112.0/23"] {
		said(policy(range)) == {undeclared(range)}
	}
}

test_violates_mesh if {
	said(entry({"hosts": ["api.slack.com", "api.example.com"]})) == {undeclared("api.example.com")}
	said(entry({"hosts": ["a"], "endpoints": [{"address": "198.51.100.7"}, {"address": "2001:db8::1"}]})) == {undeclared("198.51.100.7"), undeclared("2001:db8::1")}
}

test_violates_names if {
	every name in ["api.example.com", "evil-slack.com", "slack.com"] {
		said(external(name)) == {undeclared(name)}
	}
}

test_violates_analyses if {
	every kind in ["AnalysisTemplate", "ClusterAnalysisTemplate", "AnalysisRun"] {
		every url in ["https://m.example.com/q", "http://user:secret@m.example.com:8080", "m.example.com?a=/b"] {
			said(analysis(kind, {"web": {"url": url}})) == {undeclared("m.example.com")}
		}
	}
	said(analysis("AnalysisTemplate", {"prometheus": {"address": "http://[2001:db8::1]:9090"}})) == {undeclared("2001:db8::1")}
	said(analysis("AnalysisTemplate", {"web": {"url": "https://{{args.host}}.example.com/q"}})) == {undeclared("{{args.host}}.example.com")}
}

test_violates_receivers if {
	said(alerts({"name": "a", "pagerdutyConfigs": [{}], "slackConfigs": [{}]})) == {undeclared("events.pagerduty.com")}
	said(alerts({"name": "a", "webhookConfigs": [{"urlSecret": {}}, {"url": "https://hook.example.com/x"}]})) == {undeclared("hook.example.com")}
	every c in [["emailConfigs", "smarthost", "mail.example.com:587"], ["victoropsConfigs", "apiUrl", "https://mail.example.com/x"], ["opsgenieConfigs", "apiURL", "https://mail.example.com"]] {
		said(alerts({"name": "a", c[0]: [{c[1]: c[2]}]})) == {undeclared("mail.example.com")}
	}
	said(alerts({"name": "a", "webexConfigs": [{}], "wechatConfigs": [{"apiURL": "https://api.stripe.com"}]})) == {undeclared("webexapis.com")}
	said(alerts({"name": "a", "discordConfigs": [{"apiURL": {"name": "a", "key": "b"}}]})) == {undeclared("discord.com")}
}

test_passes_declared if {
	told(calls([{"host": "api.stripe.com", "port": 443}, {"host": "files.slack.com", "port": 443}, {"cidr": "203.0.113.8/29", "port": 443}])) == set()
	told({"notifications": {"slack": {}}}) == set()
	every o in [
		policy("203.0.113.0/25"), entry({"hosts": ["API.Stripe.com."]}), external("hooks.slack.com"),
		alerts({"slackConfigs": [{}], "pagerdutyConfigs": []}), analysis("AnalysisTemplate", {"web": {"url": "https://api.stripe.com/v1"}}),
	] {
		said(o) == set()
	}
}

test_passes_inside if {
	told(calls([{"cidr": "10.1.0.0/16", "port": 5432}, {"cidr": "fd00::/64", "port": 5432}])) == set()
	every o in [
		policy("172.16.5.0/24"), policy("169.254.20.10/32"), entry({"hosts": ["api.globex.svc.cluster.local"], "endpoints": [{"address": "10.0.0.7"}]}),
		external("api.globex.svc"), external("localhost"), analysis("AnalysisTemplate", {"prometheus": {"address": "http://p.monitoring.svc:9090"}}),
		{"apiVersion": "v1", "kind": "Service", "spec": {"type": "ClusterIP", "externalName": "api.example.com"}},
		{"apiVersion": "example.com/v1", "kind": "ServiceEntry", "spec": {"hosts": ["api.example.com"]}},
	] {
		said(o) == set()
	}
}

test_passes_what_is_told_at_the_tenant if {
	more := {"notifications": {"pagerduty": {}}, "services": {"web": {"calls": [{"cidr": "198.51.100.9/24", "port": 443}, {"host": "api.example.com", "port": 443}]}}}
	every o in [policy("198.51.100.0/24"), entry({"hosts": ["api.example.com"]}), alerts({"pagerdutyConfigs": [{}]})] {
		count(ts_data_004.deny) == 0 with input as asked(samples.of(o), more)
	}
}

test_passes_addresses_of_the_platform if {
	given := samples.within(asked(samples.of(analysis("AnalysisTemplate", {"web": {"url": "https://m.example.com"}, "prometheus": {"address": "http://prometheus.monitoring"}})), {}), {
		"cluster": {"metrics": {"address": "http://prometheus.monitoring"}},
		"platform": {"spec": {"analysis": {"endpoints": ["https://m.example.com"]}}},
	})
	count(ts_data_004.deny) == 0 with input as given
	pods := samples.within(asked(samples.of(policy("198.18.0.0/16")), {}), {"platform": {"spec": {"network": {"cluster": ["198.18.0.0/15"]}}}})
	count(ts_data_004.deny) == 0 with input as pods
}

test_passes_other_data if {
	every o in [policy("0.0.0.0/0"), external("api.example.com")] {
		count(ts_data_004.deny) == 0 with input as samples.of(o)
	}
	internal := samples.within(samples.set([]), {"spec": {"compliance": {"dataClassification": "internal", "transfers": [{"to": "a", "country": "US"}]}, "notifications": {"slack": {}}}})
	count(ts_data_004.deny) == 0 with input as internal
}
