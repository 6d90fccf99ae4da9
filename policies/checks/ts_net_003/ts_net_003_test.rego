package checks.ts_net_003_test

import data.checks.ts_net_003
import data.lib.samples_test as samples

policy(spec) := {
	"apiVersion": "networking.k8s.io/v1",
	"kind": "NetworkPolicy",
	"metadata": samples.meta("a"),
	"spec": spec,
}

ingress(rule) := samples.of(policy({"podSelector": {}, "ingress": [rule]}))

egress(rule) := samples.of(policy({"podSelector": {}, "egress": [rule]}))

ports := [{"port": 8443, "protocol": "TCP"}]

test_violates_everybody if {
	count(ts_net_003.deny) == 1 with input as ingress({})
	count(ts_net_003.deny) == 1 with input as egress({"to": []})
	count(ts_net_003.deny) == 1 with input as ingress({"ports": ports})
}

test_violates_every_namespace if {
	every selector in [
		{},
		{"matchExpressions": [{"key": "kubernetes.io/metadata.name", "operator": "Exists"}]},
		{"matchExpressions": [{"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": ["a"]}]},
	] {
		some finding in ts_net_003.deny with input as ingress({"from": [{"namespaceSelector": selector}], "ports": ports})
		finding.path == ["spec", "ingress", 0, "from", 0, "namespaceSelector"]
	}
}

test_violates_every_address if {
	every cidr in ["0.0.0.0/0", "::/0", "10.0.0.0/0"] {
		some finding in ts_net_003.deny with input as egress({"to": [{"ipBlock": {"cidr": cidr}}], "ports": ports})
		finding.path == ["spec", "egress", 0, "to", 0, "ipBlock"]
	}
}

test_violates_halves if {
	o := policy({"podSelector": {}, "egress": [
		{"to": [{"ipBlock": {"cidr": "0.0.0.0/1"}}], "ports": ports},
		{"to": [{"ipBlock": {"cidr": "128.0.0.0/2"}}, {"ipBlock": {"cidr": "192.0.0.0/2"}}], "ports": ports},
	]})
	ts_net_003.deny == {{
		"path": ["spec", "egress"],
		"message": "policy opens egress for every address, by several ranges",
	}} with input as samples.of(o)
}

test_violates_unreadable_range if {
	every block in [{"cidr": "everything"}, {"cidr": 1}, {}] {
		count(ts_net_003.deny) == 1 with input as egress({"to": [{"ipBlock": block}], "ports": ports})
	}
}

test_violates_every_port_for_others if {
	every peer in [
		{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "gateway"}}},
		{"namespaceSelector": {"matchLabels": {"tenantsmith.dev/tenant": "globex"}}},
		{"ipBlock": {"cidr": "10.1.0.0/16"}},
		{"namespaceSelector": {"matchExpressions": [{
			"key": "kubernetes.io/metadata.name",
			"operator": "In",
			"values": ["acme-production", "globex"],
		}]}},
	] {
		count(ts_net_003.deny) == 1 with input as ingress({"from": [peer]})
	}
}

test_passes_named_peers if {
	every peer in [
		{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "gateway"}}},
		{"ipBlock": {"cidr": "0.0.0.0/0", "except": ["10.0.0.0/8"]}},
	] {
		count(ts_net_003.deny) == 0 with input as ingress({"from": [peer], "ports": ports})
	}
}

test_passes_own_pods_on_every_port if {
	every peer in [
		{"podSelector": {}},
		{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "acme-production"}}},
		{"namespaceSelector": {"matchLabels": {"tenantsmith.dev/tenant": "acme"}}},
		{"namespaceSelector": {"matchExpressions": [{
			"key": "kubernetes.io/metadata.name",
			"operator": "In",
			"values": ["acme-production"],
		}]}},
	] {
		count(ts_net_003.deny) == 0 with input as ingress({"from": [peer]})
	}
}

test_passes_other_kinds if {
	count(ts_net_003.deny) == 0 with input as samples.of({"kind": "Ingress", "spec": {"ingress": [{}]}})
}

test_violates_peer_that_is_also_a_range if {
	every peer in [
		{"podSelector": {}},
		{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "acme-production"}}},
		{"namespaceSelector": {"matchLabels": {"tenantsmith.dev/tenant": "acme"}}},
		{"namespaceSelector": {"matchExpressions": [{
			"key": "kubernetes.io/metadata.name",
			"operator": "In",
			"values": ["acme-production"],
		}]}},
	] {
		both := object.union(peer, {"ipBlock": {"cidr": "10.0.0.0/8"}})
		count(ts_net_003.deny) == 1 with input as ingress({"from": [both]})
	}
}

test_violates_other_expressions if {
	every expression in [
		{"key": "team", "operator": "In", "values": ["acme-production"]},
		{"key": "kubernetes.io/metadata.name", "operator": "In", "values": ["globex"]},
	] {
		peer := {"namespaceSelector": {"matchExpressions": [expression]}}
		count(ts_net_003.deny) == 1 with input as ingress({"from": [peer]})
	}
}

test_violates_labels_that_are_not_the_platforms if {
	peer := {"namespaceSelector": {}, "podSelector": {"matchLabels": {"app": "dns"}}}
	count(ts_net_003.deny) == 1 with input as ingress({"from": [peer], "ports": ports})
}

test_passes_halves_of_two_directions if {
	o := policy({
		"podSelector": {},
		"ingress": [{"from": [{"ipBlock": {"cidr": "0.0.0.0/1"}}], "ports": ports}],
		"egress": [{"to": [{"ipBlock": {"cidr": "128.0.0.0/1"}}], "ports": ports}],
	})
	count(ts_net_003.deny) == 0 with input as samples.of(o)
}

test_violates_every_address_once if {
	count(ts_net_003.deny) == 1 with input as egress({"to": [{"ipBlock": {"cidr": "0.0.0.0/0"}}], "ports": ports})
}

test_passes_every_port_where_no_tenant_is_known if {
	o := policy({"podSelector": {}, "ingress": [{"from": [{"ipBlock": {"cidr": "10.1.0.0/16"}}]}]})
	count(ts_net_003.deny) == 0 with input as {"object": o, "ctx": {"namespaces": [], "platform": samples.ctx.platform}}
}

test_violates_all_but_own_namespace if {
	peer := {"namespaceSelector": {
		"matchLabels": {"team": "shop"},
		"matchExpressions": [{
			"key": "kubernetes.io/metadata.name",
			"operator": "NotIn",
			"values": ["acme-production"],
		}],
	}}
	count(ts_net_003.deny) == 1 with input as ingress({"from": [peer]})
}

cilium(rule) := object.union(
	samples.of({"apiVersion": "cilium.io/v2", "kind": "CiliumNetworkPolicy", "metadata": samples.meta("a"), "spec": {"egress": [rule]}}),
	samples.tenant({"services": {"web": {"calls": [{"host": "api.stripe.com", "port": 443}, {"host": "*.example.org", "port": 443}]}}}),
)

https := [{"ports": [{"port": "443", "protocol": "TCP"}]}]

test_violates_undeclared_hosts if {
	ts_net_003.deny == {{
		"path": ["spec", "egress", 0, "toFQDNs", 0],
		"message": "policy opens egress for host evil.example.com, which no service declares to call",
	}} with input as cilium({"toFQDNs": [{"matchName": "evil.example.com"}], "toPorts": https})
	count(ts_net_003.deny) == 1 with input as cilium({"toFQDNs": [{"matchPattern": "*"}], "toPorts": https})
}

test_violates_hosts_on_every_port if {
	every rule in [{"toFQDNs": [{"matchName": "api.stripe.com"}]}, {"toFQDNs": [{"matchName": "api.stripe.com"}], "toPorts": []}] {
		ts_net_003.deny == {{
			"path": ["spec", "egress", 0, "toFQDNs", 0],
			"message": "policy opens egress for host api.stripe.com on every port",
		}} with input as cilium(rule)
	}
}

test_passes_declared_hosts if {
	count(ts_net_003.deny) == 0 with input as cilium({"toFQDNs": [{"matchName": "api.stripe.com"}, {"matchPattern": "*.example.org"}], "toPorts": https})
}
