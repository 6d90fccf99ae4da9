package checks.ts_net_002_test

import data.checks.ts_net_002
import data.lib.samples_test as samples

policy(spec) := {
	"apiVersion": "networking.k8s.io/v1",
	"kind": "NetworkPolicy",
	"metadata": samples.meta("a"),
	"spec": spec,
}

test_violates_what_does_not_deny if {
	every spec in [
		{"podSelector": {}, "policyTypes": ["Ingress"]},
		{"podSelector": {}},
		{"podSelector": {"matchLabels": {"app": "a"}}, "policyTypes": ["Egress"]},
		{"podSelector": {}, "policyTypes": ["Egress"], "egress": [{}]},
	] {
		count(ts_net_002.deny) == 1 with input as samples.set([policy(spec)])
	}
}

test_passes_what_denies if {
	every spec in [
		{"podSelector": {}, "policyTypes": ["Ingress", "Egress"]},
		{"podSelector": {}, "egress": [{"to": [{"podSelector": {}}]}]},
	] {
		count(ts_net_002.deny) == 0 with input as samples.set([policy(spec)])
	}
}

opens(peer, port) := policy({"podSelector": {}, "egress": [{"to": [peer], "ports": [port]}]})

namespace(name) := {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": name}}}

test_violates_other_resolver if {
	every peer in [{"ipBlock": {"cidr": "8.8.8.8/32"}}, namespace("globex")] {
		some finding in ts_net_002.deny with input as samples.of(opens(peer, {"port": 53, "protocol": "UDP"}))
		finding.path == ["spec", "egress", 0, "to", 0]
	}
}

test_violates_range_that_holds_the_port if {
	o := opens({"ipBlock": {"cidr": "8.8.8.8/32"}}, {"port": 50, "endPort": 60})
	count(ts_net_002.deny) == 1 with input as samples.of(o)
}

test_passes_resolver_of_the_platform if {
	every peer in [namespace("kube-system"), {"ipBlock": {"cidr": "169.254.20.10/32"}}, namespace("acme-production"), {"podSelector": {}}] {
		count(ts_net_002.deny) == 0 with input as samples.of(opens(peer, {"port": 53, "protocol": "TCP"}))
	}
}

test_passes_other_ports if {
	count(ts_net_002.deny) == 0 with input as samples.of(opens({"ipBlock": {"cidr": "10.1.0.0/16"}}, {"port": 443}))
}

test_passes_incoming_questions if {
	o := policy({"podSelector": {}, "ingress": [{"from": [namespace("globex")], "to": [namespace("globex")], "ports": [{"port": 53}]}]})
	count(ts_net_002.deny) == 0 with input as samples.of(o)
}

test_passes_range_beside_the_port if {
	count(ts_net_002.deny) == 0 with input as samples.of(opens({"ipBlock": {"cidr": "8.8.8.8/32"}}, {"port": 50, "endPort": 52}))
	count(ts_net_002.deny) == 0 with input as samples.of(opens({"ipBlock": {"cidr": "8.8.8.8/32"}}, {"port": 54, "endPort": 60}))
}

test_violates_resolver_beside_a_range if {
	peer := object.union(namespace("kube-system"), {"ipBlock": {"cidr": "8.8.8.8/32"}})
	count(ts_net_002.deny) == 1 with input as samples.of(opens(peer, {"port": 53}))
}
