package checks.ts_net_005_test

import data.checks.ts_net_005
import data.lib.samples_test as samples

judged(object) := samples.within(samples.of(object), {"platform": {"spec": {"network": {"forbidden": ["10.0.0.0/24", "300.0.0.0/8"]}}}})

policy(direction, rule) := judged({
	"apiVersion": "networking.k8s.io/v1",
	"kind": "NetworkPolicy",
	"metadata": samples.meta("a"),
	"spec": {"podSelector": {}, direction: [rule]},
})

egress(block) := policy("egress", {"to": [{"ipBlock": block}], "ports": [{"port": 443}]})

test_violates_ranges if {
	every block in [
		{"cidr": "169.254.0.0/16"},
		{"cidr": "169.254.169.254/32"},
		{"cidr": "169.254.170.2/32"},
		{"cidr": "100.64.0.0/10"},
		{"cidr": "fd00:ec2::/32"},
		{"cidr": "10.0.0.1/32"},
		{"cidr": "10.0.0.0/8", "except": ["10.0.0.0/25"]},
		{"cidr": "0.0.0.0/0", "except": ["169.254.0.0/16"]},
	] {
		count(ts_net_005.deny) == 1 with input as egress(block)
	}
}

test_violates_range_names_what_is_open if {
	ts_net_005.deny == {{
		"path": ["spec", "egress", 0, "to", 0, "ipBlock", "cidr"],
		"message": "policy opens egress for 0.0.0.0/0, and so for 10.0.0.0/24, 168.63.129.16/32",
	}} with input as egress({"cidr": "0.0.0.0/0", "except": ["169.254.0.0/16", "100.64.0.0/10"]})
}

test_violates_everybody if count(ts_net_005.deny) == 1 with input as policy("egress", {"ports": [{"port": 443}]})

test_violates_cilium if {
	every rule in [
		{"toCIDR": ["169.254.0.0/16"]},
		{"toCIDRSet": [{"cidr": "0.0.0.0/0", "except": ["10.0.0.0/8"]}]},
		{"toEntities": ["kube-apiserver"]},
		{"toEntities": ["world"]},
	] {
		count(ts_net_005.deny) == 1 with input as judged({"kind": "CiliumNetworkPolicy", "spec": {"egress": [rule]}})
	}
}

test_violates_written_addresses if {
	count(ts_net_005.deny) == 1 with input as judged({
		"apiVersion": "v1", "kind": "Endpoints", "metadata": samples.meta("a"),
		"subsets": [{"addresses": [{"ip": "203.0.113.1"}]}],
	})
	count(ts_net_005.deny) == 1 with input as judged({
		"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "metadata": samples.meta("a"),
		"endpoints": [{"addresses": ["10.0.0.1"]}],
	})
}

test_violates_probes if {
	every o in samples.containers({"name": "a", "livenessProbe": {"httpGet": {"host": "169.254.169.254", "port": 80}}}) {
		count(ts_net_005.deny) == 1 with input as judged(o)
	}
	every host in ["localhost", "METADATA.google.internal.", "::1", "2852039166", "0xA9FEA9FE", "0251.254.169.254", "10.0.0.1"] {
		action := {"tcpSocket": {"host": host, "port": 80}}
		every container in [{"name": "a", "startupProbe": action}, {"name": "a", "lifecycle": {"preStop": action}}] {
			count(ts_net_005.deny) == 1 with input as judged(samples.workload("apps/v1", "Deployment", {"containers": [container]}))
		}
	}
}

analysis(metric) := judged({
	"apiVersion": "argoproj.io/v1alpha1", "kind": "AnalysisTemplate", "metadata": samples.meta("a"),
	"spec": {"metrics": [metric]},
})

test_violates_urls if {
	every url in [
		"http://169.254.169.254/latest/meta-data/",
		"http://user@169.254.169.254:80/x",
		"http://[fd00:ec2::254]/latest",
		"http://[::ffff:169.254.169.254]/",
		"https://kubernetes.default.svc/api",
		"http://metadata.google.internal?x=1",
		"HTTP://LOCALHOST:6060/debug",
	] {
		count(ts_net_005.deny) == 1 with input as analysis({"name": "a", "provider": {"web": {"url": url}}})
	}
	count(ts_net_005.deny) == 1 with input as analysis({"name": "a", "provider": {"prometheus": {"address": "http://10.0.0.7:9090"}}})
}

test_violates_other_kinds if {
	every o in [
		{"kind": "AnalysisTemplate", "spec": {"args": [{"name": "url", "value": "http://169.254.169.254/"}]}},
		{"kind": "Service", "spec": {"type": "ExternalName", "externalName": "169.254.169.254"}},
		{"kind": "ServiceEntry", "spec": {"hosts": ["metadata.google.internal"]}},
		{"kind": "ServiceEntry", "spec": {"hosts": ["a.example.com"], "addresses": ["10.0.0.1"]}},
		{"kind": "ServiceEntry", "spec": {"hosts": ["a.example.com"], "endpoints": [{"address": "169.254.169.254"}]}},
		{"kind": "WorkloadEntry", "spec": {"address": "169.254.169.254"}},
		{"kind": "RequestAuthentication", "spec": {"jwtRules": [{"jwksUri": "http://169.254.169.254/keys"}]}},
		{"kind": "Probe", "spec": {"prober": {"url": "127.0.0.1:9115"}}},
		{"kind": "Probe", "spec": {"targets": {"staticConfig": {"static": ["http://169.254.169.254"]}}}},
		{"kind": "ScrapeConfig", "spec": {"httpSDConfigs": [{"url": "http://169.254.169.254/latest"}]}},
		{"kind": "ScrapeConfig", "spec": {"staticConfigs": [{"targets": ["169.254.169.254:80"]}]}},
		{"kind": "ScrapeConfig", "spec": {"proxyUrl": "http://localhost:8080"}},
		{"kind": "ServiceMonitor", "spec": {"endpoints": [{"proxyUrl": "http://169.254.169.254"}]}},
		{"kind": "PodMonitor", "spec": {"podMetricsEndpoints": [{"proxyUrl": "http://169.254.169.254"}]}},
		{"kind": "AlertmanagerConfig", "spec": {"receivers": [{"name": "a", "webhookConfigs": [{"url": "http://169.254.169.254"}]}]}},
		{"kind": "AlertmanagerConfig", "spec": {"receivers": [{"name": "a", "emailConfigs": [{"smarthost": "10.0.0.1:25"}]}]}},
		{"kind": "AlertmanagerConfig", "spec": {"receivers": [{"slackConfigs": [{"httpConfig": {"proxyURL": "http://127.0.0.1"}}]}]}},
		{"kind": "ScaledObject", "spec": {"triggers": [{"type": "prometheus", "metadata": {"serverAddress": "http://169.254.169.254"}}]}},
		{"kind": "ScaledJob", "spec": {"triggers": [{"type": "metrics-api", "metadata": {"url": "http://localhost:6060"}}]}},
		{"kind": "SecretStore", "spec": {"provider": {"webhook": {"url": "http://169.254.169.254"}}}},
		{"kind": "SecretStore", "spec": {"provider": {"vault": {"server": "https://kubernetes.default.svc"}}}},
		{"kind": "AnalysisTemplate", "spec": {
			"args": [{"name": "host", "value": "2852039166"}],
			"metrics": [{"name": "a", "provider": {"web": {"url": "http://{{args.host}}/"}}}],
		}},
	] {
		count(ts_net_005.deny) == 1 with input as judged(object.union(o, {"metadata": samples.meta("a")}))
	}
}

test_violates_range_of_a_service_entry if {
	o := {"kind": "ServiceEntry", "metadata": samples.meta("a"), "spec": {"addresses": ["169.254.0.0/16", "169.254.169.254/32"]}}
	count(ts_net_005.deny) == 2 with input as judged(o)
}

test_passes_other_addresses if {
	every block in [
		{"cidr": "203.0.113.0/24"},
		{"cidr": "2001:db8::/32"},
		{"cidr": "10.0.0.0/8", "except": ["10.0.0.0/24"]},
		{"cidr": "169.254.20.10/32"},
		{"cidr": "nonsense"},
	] {
		count(ts_net_005.deny) == 0 with input as egress(block)
	}
	count(ts_net_005.deny) == 0 with input as policy("ingress", {"from": [{"ipBlock": {"cidr": "169.254.0.0/16"}}]})
}

test_passes_other_hosts if {
	every host in ["", "api.example.com", "203.0.113.1", "2001:db8::1", "{{args.host}}"] {
		count(ts_net_005.deny) == 0 with input as judged(samples.workload("apps/v1", "Deployment", {"containers": [{
			"name": "a",
			"readinessProbe": {"httpGet": {"host": host, "port": 80}},
		}]}))
	}
	every url in ["http://prometheus.monitoring:9090", "https://api.example.com/x", "{{args.url}}", 1] {
		count(ts_net_005.deny) == 0 with input as analysis({"name": "a", "provider": {"web": {"url": url}}})
	}
}

test_passes_addresses_that_nobody_wrote if {
	count(ts_net_005.deny) == 0 with input as judged({"kind": "Endpoints", "metadata": samples.meta("a"), "subsets": []})
	count(ts_net_005.deny) == 0 with input as judged({"kind": "EndpointSlice", "metadata": samples.meta("a"), "endpoints": []})
	count(ts_net_005.deny) == 0 with input as judged({"kind": "CiliumNetworkPolicy", "spec": {
		"egress": [{"toCIDR": ["203.0.113.0/24"], "toEntities": ["ingress"]}],
		"ingress": [{"fromCIDR": ["169.254.0.0/16"], "fromCIDRSet": [{"cidr": "0.0.0.0/0"}], "fromEntities": ["world"]}],
	}})
}

test_violates_arguments_of_releases if {
	given := {"templates": [{"templateName": "a"}], "args": [{"name": "limit", "value": "5"}, {"name": "url", "value": "http://169.254.169.254/"}]}
	every o in [
		{"kind": "Rollout", "spec": {"strategy": {"canary": {"analysis": given}}}},
		{"kind": "Rollout", "spec": {"strategy": {"canary": {"steps": [{"setWeight": 5}, {"analysis": given}]}}}},
		{"kind": "Rollout", "spec": {"strategy": {"canary": {"steps": [{"experiment": {"analyses": [given]}}]}}}},
		{"kind": "Rollout", "spec": {"strategy": {"blueGreen": {"postPromotionAnalysis": given}}}},
		{"kind": "Experiment", "spec": {"analyses": [given]}},
	] {
		count(ts_net_005.deny) == 1 with input as judged(object.union(o, {"metadata": samples.meta("a")}))
	}
}

# Arguments are numbers more often than not.
test_passes_numbers if {
	every value in ["0", "10", "2852039166", "0.95", "5m", 1] {
		count(ts_net_005.deny) == 0 with input as judged({"kind": "AnalysisTemplate", "metadata": samples.meta("a"), "spec": {
			"args": [{"name": "limit", "value": value}],
			"metrics": [{"name": "a", "provider": {"prometheus": {"address": "http://prometheus.monitoring:9090", "query": "up > {{args.limit}}"}}}],
		}})
	}
}

test_passes_operators_that_call_others if {
	every o in [
		{"kind": "ServiceMonitor", "spec": {"endpoints": [{"port": "http"}]}},
		{"kind": "AlertmanagerConfig", "spec": {"receivers": [{"name": "a", "webhookConfigs": [{"url": "https://hooks.example.com"}]}]}},
		{"kind": "ScaledObject", "spec": {"triggers": [{"type": "cpu", "metadata": {"value": "60", "hostQuantity": "quota"}}]}},
		{"kind": "SecretStore", "spec": {"provider": {"vault": {"server": "https://vault.example.com"}}}},
	] {
		count(ts_net_005.deny) == 0 with input as judged(object.union(o, {"metadata": samples.meta("a")}))
	}
}

# A policy that opens the metadata server of GKE to the pods of a service, with changes to it and to the context.
asking(changes, more) := samples.within(
	samples.of(json.patch(
		{
			"apiVersion": "networking.k8s.io/v1",
			"kind": "NetworkPolicy",
			"metadata": object.union(samples.meta("allow-identity-web"), {"labels": {"app.kubernetes.io/managed-by": "tenantsmith"}}),
			"spec": {
				"podSelector": {"matchLabels": {"app.kubernetes.io/name": "web"}},
				"policyTypes": ["Egress"],
				"egress": [{"ports": [{"protocol": "TCP", "port": 988}], "to": [{"ipBlock": {"cidr": "169.254.169.252/32"}}]}],
			},
		},
		[{"op": "replace", "path": path, "value": value} | some path, value in changes],
	)),
	object.union(
		{"cluster": {"cloud": "gcp", "cni": "calico"}, "spec": {"services": {"web": {"identity": "web@acme.iam.gserviceaccount.com"}, "api": {}}}},
		more,
	),
)

test_passes_metadata_server if {
	count(ts_net_005.deny) == 0 with input as asking({}, {})
	count(ts_net_005.deny) == 0 with input as asking({"/spec/podSelector/matchLabels/app.kubernetes.io~1name": "web-b"}, {})
	count(ts_net_005.deny) == 0 with input as asking(
		{"/spec/egress/0/to/0/ipBlock/cidr": "169.254.169.254/32", "/spec/egress/0/ports/0/port": 80},
		{"cluster": {"cni": "dataplane-v2"}},
	)
}

test_violates_metadata_server if {
	every changes in [
		{"/spec/egress/0/ports/0/port": 80},
		{"/spec/egress/0/ports": []},
		{"/spec/egress/0/ports/0": {"protocol": "TCP", "port": 987, "endPort": 9999}},
		{"/spec/egress/0/ports/0": {"protocol": "UDP", "port": 988}},
		{"/spec/egress/0/to/0/ipBlock/cidr": "169.254.169.254/32", "/spec/egress/0/ports/0/port": 80},
		{"/spec/egress/0/to/0/ipBlock/cidr": "169.254.169.0/24"},
		{"/spec/podSelector": {}},
		{"/metadata/labels": {"app.kubernetes.io/managed-by": "acme"}},
		{"/spec/podSelector/matchLabels/app.kubernetes.io~1name": "api"},
	] {
		count(ts_net_005.deny) == 1 with input as asking(changes, {})
	}
	every more in [{"cluster": {"cloud": "aws"}}, {"spec": {"services": {"web": {"identity": ""}}}}] {
		count(ts_net_005.deny) == 1 with input as asking({}, more)
	}
}
