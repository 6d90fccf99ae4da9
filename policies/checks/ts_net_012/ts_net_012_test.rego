package checks.ts_net_012_test

import data.checks.ts_net_012
import data.lib.samples_test as samples

known := samples.within(samples.tenant({"accepts": [{"tenant": "shop", "service": "web"}, {"tenant": "crm", "service": "web", "from": "sync"}]}), {
	"cluster": {"mesh": "istio", "trustDomain": "example.org"},
	"platform": {"spec": {"namespaces": {"gateway": "gateways"}, "namespacePattern": "{tenant}-{env}"}},
})

policy(name, spec) := {
	"apiVersion": "security.istio.io/v1",
	"kind": "AuthorizationPolicy",
	"metadata": samples.meta(name),
	"spec": spec,
}

judged(spec) := object.union(known, {"object": policy("a", spec)})

allow(source) := judged({"rules": [{"from": [{"source": source}], "to": [{}]}]})

among(objects) := object.union(samples.set(objects), known)

own := "cluster.local/ns/acme-production/sa/web"

test_violates_namespace_that_is_open if {
	every spec in [
		{"rules": [{"from": []}]},
		{"action": "DENY"},
		{"selector": {"matchLabels": {"app": "a"}}},
		{"targetRefs": [{"kind": "Service", "name": "a"}]},
		{"targetRef": {"kind": "Service", "name": "a"}},
	] {
		found := ts_net_012.deny with input as among([policy("a", spec)])
		{finding.message | some finding in found} == {"namespace acme-production has no AuthorizationPolicy that denies all requests by default"}
	}
	namespace := {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "acme-production"}}
	count(ts_net_012.deny) == 1 with input as among([namespace])
	peers := {"apiVersion": "security.istio.io/v1", "kind": "PeerAuthentication", "metadata": samples.meta("a")}
	count(ts_net_012.deny) == 1 with input as among([peers])
}

test_violates_policy_that_is_only_tried if {
	every word in ["true", "1", "True"] {
		tried := object.union(policy("a", {}), {"metadata": {"annotations": {"istio.io/dry-run": word}}})
		count(ts_net_012.deny) == 1 with input as object.union(known, {"object": tried})
	}
	meant := object.union(policy("a", {}), {"metadata": {"annotations": {"istio.io/dry-run": "false"}}})
	count(ts_net_012.deny) == 0 with input as object.union(known, {"object": meant})
}

test_violates_everybody if {
	every rule in [{}, {"from": []}, {"to": [{"operation": {"ports": ["80"]}}]}] {
		count(ts_net_012.deny) == 1 with input as judged({"rules": [rule]})
		count(ts_net_012.deny) == 1 with input as judged({"action": "ALLOW", "rules": [rule]})
	}
	every source in [{}, {"ipBlocks": ["10.0.0.0/8"]}, {"requestPrincipals": ["*"]}, {"principals": []}] {
		count(ts_net_012.deny) == 1 with input as allow(source)
	}
	count(ts_net_012.deny) == 1 with input as judged({"rules": [{"from": [{}]}]})
}

test_violates_others if {
	every source in [
		{"principals": ["*"]},
		{"principals": ["cluster.local/ns/acme-production/sa/*"]},
		{"principals": ["*/ns/acme-production/sa/web"]},
		{"principals": ["cluster.local/ns/globex-prod/sa/web"]},
		{"principals": ["cluster.local/ns/shop-staging/sa/web"]},
		{"namespaces": ["globex-prod"]},
		{"namespaces": ["crm-production"]},
		{"principals": ["cluster.local/ns/crm-production/sa/other"]},
		{"principals": ["elsewhere.org/ns/acme-production/sa/web"]},
		{"namespaces": ["acme-*"]},
		{"namespaces": ["acme-production", "globex-prod"]},
		{"serviceAccounts": ["globex-prod/web"]},
	] {
		count(ts_net_012.deny) == 1 with input as allow(source)
	}
}

test_violates_exclusions if {
	every field in ["notPrincipals", "notNamespaces", "notServiceAccounts", "notIpBlocks"] {
		count(ts_net_012.deny) == 1 with input as allow({field: ["x"]})
		count(ts_net_012.deny) == 1 with input as allow({"principals": ["cluster.local/ns/globex-prod/sa/web"], field: ["x"]})
	}
}

test_violates_target_elsewhere if {
	count(ts_net_012.deny) == 1 with input as judged({"action": "DENY", "targetRefs": [{"kind": "Service", "name": "a", "namespace": "globex-prod"}]})
}

test_passes_welcome if {
	every source in [
		{"principals": [own]},
		{"principals": ["cluster.local/ns/gateways/sa/gateway"]},
		{"principals": ["cluster.local/ns/shop-production/sa/web"]},
		{"principals": ["example.org/ns/crm-production/sa/sync"]},
		{"serviceAccounts": ["crm-production/sync"]},
		{"namespaces": ["acme-production", "gateways", "shop-production"]},
		{"serviceAccounts": ["web", "shop-production/web"]},
		{"namespaces": ["acme-production"], "notPrincipals": ["*/ns/acme-production/sa/web"]},
	] {
		count(ts_net_012.deny) == 0 with input as allow(source)
	}
}

test_passes_what_only_refuses if {
	count(ts_net_012.deny) == 0 with input as judged({"action": "DENY", "rules": [{}]})
	count(ts_net_012.deny) == 0 with input as judged({"action": "CUSTOM", "provider": {"name": "login"}, "rules": [{}]})
	count(ts_net_012.deny) == 0 with input as judged({"targetRefs": [{"kind": "Service", "name": "a"}, {"name": "b", "namespace": "acme-production"}]})
}

test_passes_closed_namespace if {
	every objects in [
		[],
		[policy("a", {})],
		[{"apiVersion": "security.istio.io/v1", "kind": "AuthorizationPolicy", "metadata": samples.meta("a")}],
		[policy("a", {"action": "ALLOW", "rules": []}), policy("b", {"action": "DENY"})],
	] {
		count(ts_net_012.deny) == 0 with input as among(objects)
	}
}
