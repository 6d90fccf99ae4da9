package checks.ts_net_006_test

import data.checks.ts_net_006
import data.lib.rollouts_test as r
import data.lib.samples_test as samples

calls := samples.tenant({"services": {"web": {"calls": [
	{"host": "api.stripe.com", "port": 443},
	{"host": "*.example.org", "port": 443},
	{"host": "db.globex-prod.svc.cluster.local", "port": 5432},
]}}})

service(spec) := {"apiVersion": "v1", "kind": "Service", "metadata": samples.meta("a"), "spec": spec}

judged(spec) := object.union(calls, {"object": service(spec)})

test_violates_types if {
	every type in ["NodePort", "Tunnel"] {
		ts_net_006.deny == {{
			"path": ["spec", "type"],
			"message": sprintf("type %s opens the Service outside of the platform's gateway", [type]),
		}} with input as judged({"type": type, "selector": {"app": "a"}})
	}
}

test_violates_load_balancer if {
	every ranges in [[], ["0.0.0.0/0"], ["203.0.113.0/24", "::/0"], ["0.0.0.0/1", "128.0.0.0/1"], ["nonsense"]] {
		{finding.path | some finding in ts_net_006.deny} == {["spec", "type"], ["spec", "loadBalancerSourceRanges"]} with input as judged({
			"type": "LoadBalancer",
			"loadBalancerSourceRanges": ranges,
		})
	}
	{finding.path | some finding in ts_net_006.deny} == {["spec", "type"]} with input as judged({
		"type": "LoadBalancer",
		"loadBalancerSourceRanges": ["203.0.113.0/24"],
	})
}

test_violates_own_addresses if {
	count(ts_net_006.deny) == 1 with input as judged({"externalIPs": ["1.2.3.4"]})
	count(ts_net_006.deny) == 1 with input as judged({"loadBalancerIP": "1.2.3.4"})
}

test_violates_external_names if {
	every host in [
		"db.globex-prod.svc.cluster.local", "DB.globex-prod.svc.", "db.globex-prod.svc.corp", "10.0.0.1", "localhost", "other.example.com",
		"example.org", "",
	] {
		count(ts_net_006.deny) == 1 with input as judged({"type": "ExternalName", "externalName": host})
	}
}

test_violates_without_selector if {
	every o in [service({}), service({"selector": {}, "clusterIP": "None"}), service({"type": "ClusterIP"})] {
		ts_net_006.deny == {{
			"object": 0,
			"path": ["spec"],
			"message": "Service selects no pods, and no Rollout manages it",
		}} with input as samples.set([o, r.routed])
	}
}

test_passes_cluster_ip if {
	every spec in [{"selector": {"app": "a"}}, {"type": "ClusterIP", "selector": {"app": "a"}, "externalIPs": [], "loadBalancerIP": ""}] {
		count(ts_net_006.deny) == 0 with input as judged(spec)
		count(ts_net_006.deny) == 0 with input as samples.set([service(spec)])
	}
}

test_passes_declared_hosts if {
	every host in ["api.stripe.com", "API.Stripe.com.", "a.example.org"] {
		count(ts_net_006.deny) == 0 with input as judged({"type": "ExternalName", "externalName": host})
	}
	count(ts_net_006.deny) == 0 with input as samples.set([service({"type": "ExternalName"})])
}

test_passes_services_of_rollouts if {
	web := [object.union(service({}), {"metadata": samples.meta(name)}) | some name in ["web", "web-canary"]]
	count(ts_net_006.deny) == 0 with input as samples.set(array.concat(web, [r.routed]))
}

test_passes_other_services if {
	o := {"apiVersion": "serving.knative.dev/v1", "kind": "Service", "metadata": samples.meta("a"), "spec": {"type": "NodePort"}}
	count(ts_net_006.deny) == 0 with input as samples.of(o)
	count(ts_net_006.deny) == 0 with input as samples.set([o])
}
