package checks.ts_net_004_test

import data.checks.ts_net_004
import data.lib.samples_test as samples

linked := samples.tenant({
	"services": {"web": {"calls": [{"tenant": "billing", "service": "api"}, {"service": "db"}]}},
	"accepts": [{"tenant": "shop", "service": "web"}],
})

platform := object.union(samples.ctx.platform, {"spec": {
	"namespaces": {"gateway": "gateways"},
	"network": {"cluster": ["10.244.0.0/16", "fd00::/48"]},
}})

judged(o) := object.union(samples.within(linked, {"platform": platform}), {"object": o})

policy(spec) := {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": samples.meta("a"), "spec": spec}

ports := [{"port": 8080}]

ingress(peer) := judged(policy({"podSelector": {}, "ingress": [{"from": [peer], "ports": ports}]}))

egress(peer) := judged(policy({"podSelector": {}, "egress": [{"to": [peer], "ports": ports}]}))

labels(wanted) := {"namespaceSelector": {"matchLabels": wanted}}

among(label, values) := {"namespaceSelector": {"matchExpressions": [{"key": label, "operator": "In", "values": values}]}}

test_violates_labels_that_tenants_set if {
	every peer in [
		labels({"team": "data"}),
		{"namespaceSelector": {}},
		{"namespaceSelector": {"matchExpressions": [{"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": ["x"]}]}},
		{"namespaceSelector": {"matchExpressions": [{"key": "kubernetes.io/metadata.name", "operator": "Exists"}]}},
		labels({"tenantsmith.dev/environment": "production"}),
		{"namespaceSelector": {}, "podSelector": {"matchLabels": {"app": "web"}}},
	] {
		ts_net_004.deny == {{
			"path": ["spec", "ingress", 0, "from", 0, "namespaceSelector"],
			"message": "policy opens ingress for namespaces by labels that each tenant can give its own, or by none",
		}} with input as ingress(peer)
		count(ts_net_004.deny) == 1 with input as egress(peer)
	}
}

test_violates_foreign_namespaces if {
	every peer in [
		labels({"kubernetes.io/metadata.name": "globex-production"}),
		among("kubernetes.io/metadata.name", ["acme-production", "gateways", "globex-production"]),
		labels({"kubernetes.io/metadata.name": "globex-production", "tenantsmith.dev/tenant": "shop"}),
	] {
		ts_net_004.deny == {{
			"path": ["spec", "egress", 0, "to", 0, "namespaceSelector"],
			"message": "policy opens egress for namespace globex-production, which is neither the tenant's nor one of the platform's",
		}} with input as egress(peer)
	}
}

test_violates_tenants_without_consent if {
	every input_ in [
		ingress(labels({"tenantsmith.dev/tenant": "billing", "tenantsmith.dev/environment": "production"})),
		egress(labels({"tenantsmith.dev/tenant": "shop", "tenantsmith.dev/environment": "production"})),
		egress(among("tenantsmith.dev/tenant", ["billing", "globex", "acme"])),
	] {
		some finding in ts_net_004.deny with input as input_
		endswith(finding.message, "with whom no call is agreed")
	}
}

test_violates_agreed_tenant_everywhere if {
	every peer in [
		labels({"tenantsmith.dev/tenant": "shop"}),
		labels({"tenantsmith.dev/tenant": "shop", "tenantsmith.dev/environment": "staging"}),
	] {
		{finding.message | some finding in ts_net_004.deny} == {"policy opens ingress for tenant shop in other environments than this one"} with input as ingress(peer)
	}
}

test_violates_everybody if {
	count(ts_net_004.deny) == 1 with input as judged(policy({"podSelector": {}, "ingress": [{}]}))
	count(ts_net_004.deny) == 1 with input as judged(policy({"podSelector": {}, "egress": [{"to": [], "ports": ports}]}))
}

test_violates_addresses_of_pods if {
	every block in [
		{"cidr": "10.0.0.0/8"},
		{"cidr": "10.244.3.0/24"},
		{"cidr": "0.0.0.0/0", "except": ["10.244.0.0/17"]},
		{"cidr": "::/0", "except": ["fd00:1::/48"]},
		{"cidr": "10.244.3.0/24", "except": ["nonsense", 1]},
	] {
		count(ts_net_004.deny) == 1 with input as egress({"ipBlock": block})
	}
}

test_violates_namespace_of_another_tenant if {
	every wrong in [{"tenantsmith.dev/tenant": "globex"}, {"tenantsmith.dev/environment": "staging"}] {
		count(ts_net_004.deny) == 1 with input as judged({"kind": "Namespace", "metadata": {"name": "acme-production", "labels": wrong}})
	}
}

cilium(spec) := judged({"apiVersion": "cilium.io/v2", "kind": "CiliumNetworkPolicy", "metadata": samples.meta("a"), "spec": spec})

test_violates_cilium if {
	every input_ in [
		cilium({"ingress": [{"fromEntities": ["cluster"]}]}),
		cilium({"egress": [{"toEntities": ["world", "all"]}]}),
		cilium({"ingress": [{"fromEndpoints": [{"matchLabels": {"k8s:io.kubernetes.pod.namespace": "globex"}}]}]}),
		cilium({"egress": [{"toServices": [{"k8sService": {"serviceName": "payments", "namespace": "globex"}}]}]}),
		cilium({"egress": [{"toServices": [{"k8sServiceSelector": {"selector": {"matchLabels": {"app": "a"}}}}]}]}),
		cilium({"ingress": [{"fromEndpoints": [{"matchLabels": {"io.cilium.k8s.namespace.labels.team": "acme-production"}}]}]}),
		cilium({"egress": [{"toEndpoints": [{"matchExpressions": [{"key": "io.kubernetes.pod.namespace", "operator": "Exists"}]}]}]}),
		cilium({"egress": [{"toEndpoints": [{"matchExpressions": [{
			"key": "io.kubernetes.pod.namespace",
			"operator": "In",
			"values": ["acme-production", "globex"],
		}]}]}]}),
		judged({"kind": "CiliumNetworkPolicy", "specs": [{"ingress": [{"fromEntities": ["unmanaged"]}]}]}),
	] {
		count(ts_net_004.deny) == 1 with input as input_
	}
}

test_passes_cilium if {
	every selector in [
		{},
		{"matchLabels": {"app": "web"}},
		{"matchLabels": {"k8s:io.kubernetes.pod.namespace": "acme-production"}},
		{"matchExpressions": [{"key": "k8s:io.cilium.k8s.namespace.labels.kubernetes.io/metadata.name", "operator": "In", "values": ["gateways"]}]},
	] {
		count(ts_net_004.deny) == 0 with input as cilium({"ingress": [{"fromEndpoints": [selector], "fromEntities": ["host"]}]})
	}
}

test_passes_known_namespaces if {
	every peer in [
		{"podSelector": {}},
		labels({"kubernetes.io/metadata.name": "acme-production"}),
		labels({"kubernetes.io/metadata.name": "gateways", "team": "any"}),
		labels({"kubernetes.io/metadata.name": "kube-system"}),
		labels({"tenantsmith.dev/tenant": "acme"}),
		among("kubernetes.io/metadata.name", ["acme-production", "gateways"]),
	] {
		count(ts_net_004.deny) == 0 with input as ingress(peer)
		count(ts_net_004.deny) == 0 with input as egress(peer)
	}
}

test_passes_agreed_tenants if {
	count(ts_net_004.deny) == 0 with input as ingress(labels({"tenantsmith.dev/tenant": "shop", "tenantsmith.dev/environment": "production"}))
	count(ts_net_004.deny) == 0 with input as egress(labels({"tenantsmith.dev/tenant": "billing", "tenantsmith.dev/environment": "production"}))
}

test_passes_addresses_outside if {
	every block in [
		{"cidr": "203.0.113.0/24"},
		{"cidr": "0.0.0.0/0", "except": ["10.0.0.0/8"]},
		{"cidr": "10.0.0.0/8", "except": ["10.244.0.0/17", "10.244.128.0/17"]},
		{"cidr": "10.244.3.0/24", "except": ["10.244.3.0/24"]},
		{"cidr": "nonsense"},
	] {
		count(ts_net_004.deny) == 0 with input as egress({"ipBlock": block})
	}
}

test_passes_own_namespace if {
	own := {"tenantsmith.dev/tenant": "acme", "tenantsmith.dev/environment": "production", "team": "x"}
	count(ts_net_004.deny) == 0 with input as judged({"kind": "Namespace", "metadata": {"name": "acme-production", "labels": own}})
	count(ts_net_004.deny) == 0 with input as judged({"kind": "Namespace", "metadata": {"name": "acme-production"}})
}

shared(tenants) := object.union(
	egress(labels({"kubernetes.io/metadata.name": "kafka"})),
	samples.within(
		samples.tenant({"services": {"web": {"calls": [{"shared": "kafka"}]}}}),
		{"platform": {"spec": {"sharedServices": {"kafka": object.union({"namespace": "kafka", "ports": [9092]}, tenants)}}}},
	),
)

test_passes_shared_services if {
	every tenants in [{}, {"tenants": ["acme"]}] {
		count(ts_net_004.deny) == 0 with input as shared(tenants)
	}
}

test_violates_shared_services_of_others if {
	count(ts_net_004.deny) == 1 with input as shared({"tenants": ["globex"]})
	inward := ingress(labels({"kubernetes.io/metadata.name": "kafka"}))
	count(ts_net_004.deny) == 1 with input as object.union(shared({}), {"object": inward.object})
	count(ts_net_004.deny) == 1 with input as egress(labels({"kubernetes.io/metadata.name": "kafka"}))
}

test_violates_second_network if {
	every key in ["k8s.v1.cni.cncf.io/networks", "v1.multus-cni.io/default-network"] {
		template := {"metadata": {"annotations": {key: "kube-system/far"}}, "spec": {"containers": []}}
		ts_net_004.deny == {{
			"path": ["spec", "template", "metadata", "annotations", key],
			"message": "pod takes part in the network kube-system/far, where no NetworkPolicy holds",
		}} with input as judged({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": samples.meta("a"), "spec": {"template": template}})
	}
}
