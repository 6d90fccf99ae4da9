package checks.ts_net_001_test

import data.checks.ts_net_001
import data.lib.samples_test as samples

policy(spec) := {
	"apiVersion": "networking.k8s.io/v1",
	"kind": "NetworkPolicy",
	"metadata": samples.meta("a"),
	"spec": spec,
}

test_violates_without_policies if {
	ts_net_001.deny == {{
		"path": [],
		"message": "namespace \"acme-production\" has no NetworkPolicy that denies ingress by default",
	}} with input as samples.set([])
}

test_violates_at_the_namespace if {
	some finding in ts_net_001.deny with input as samples.set([{"kind": "Pod"}, {"kind": "Namespace", "metadata": {"name": "acme-production"}}])
	finding.object == 1
}

test_violates_what_does_not_deny if {
	every spec in [
		{"podSelector": {"matchLabels": {"app": "a"}}, "policyTypes": ["Ingress"]},
		{"podSelector": {"matchExpressions": [{"key": "app", "operator": "Exists"}]}},
		{"podSelector": {}, "policyTypes": ["Egress"]},
		{"podSelector": {}, "policyTypes": ["Ingress"], "ingress": [{}]},
		{"podSelector": {}, "ingress": [{"from": [], "ports": []}]},
	] {
		count(ts_net_001.deny) == 1 with input as samples.set([policy(spec)])
	}
}

test_violates_in_another_namespace if {
	o := object.union(policy({"podSelector": {}}), {"metadata": {"namespace": "globex"}})
	count(ts_net_001.deny) == 1 with input as samples.set([o])
}

test_passes_what_denies if {
	every spec in [
		{"podSelector": {}, "policyTypes": ["Ingress", "Egress"]},
		{"podSelector": {"matchLabels": {}, "matchExpressions": []}},
		{"policyTypes": ["Ingress"]},
		{"podSelector": {}, "ingress": [{"from": [{"podSelector": {}}]}]},
		{"podSelector": {}, "egress": [{}]},
	] {
		count(ts_net_001.deny) == 0 with input as samples.set([policy(spec)])
	}
}

test_passes_beside_others if {
	app := policy({"podSelector": {"matchLabels": {"app": "a"}}, "ingress": [{}]})
	count(ts_net_001.deny) == 0 with input as samples.set([app, policy({"podSelector": {}})])
}

test_passes_a_single_object if {
	count(ts_net_001.deny) == 0 with input as samples.of(policy({}))
}

test_passes_what_opens_only_ports if {
	o := policy({"podSelector": {}, "ingress": [{"ports": [{"port": 8080}]}]})
	count(ts_net_001.deny) == 0 with input as samples.set([o])
}

# Those of Calico have the same name and other fields.
test_violates_with_other_policies if {
	o := object.union(policy({"selector": "app == 'a'"}), {"apiVersion": "projectcalico.org/v3"})
	count(ts_net_001.deny) == 1 with input as samples.set([o])
}
