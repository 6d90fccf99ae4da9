package checks.ts_net_011_test

import data.checks.ts_net_011
import data.lib.samples_test as samples

meshed(given) := samples.within(given, {"cluster": {"mesh": "istio"}})

peers(name, spec) := {
	"apiVersion": "security.istio.io/v1",
	"kind": "PeerAuthentication",
	"metadata": samples.meta(name),
	"spec": spec,
}

authorization := {"apiVersion": "security.istio.io/v1", "kind": "AuthorizationPolicy", "metadata": samples.meta("a"), "spec": {}}

namespace := {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "acme-production"}}

strict := peers("default", {"mtls": {"mode": "STRICT"}})

test_violates_namespace_without_strict if {
	every objects in [
		[authorization],
		[peers("a", {})],
		[peers("a", {"mtls": {"mode": "UNSET"}})],
		[peers("a", {"selector": {"matchLabels": {"app": "a"}}, "mtls": {"mode": "STRICT"}})],
		[object.union(strict, {"metadata": {"namespace": "globex"}}), authorization],
	] {
		found := ts_net_011.deny with input as meshed(samples.set(objects))
		{finding.message | some finding in found} == {"namespace acme-production has no PeerAuthentication for all its pods with mode STRICT"}
	}
}

# The finding is about the Namespace where nothing else is about all of its pods.
test_violates_namespace_without_anything if {
	found := ts_net_011.deny with input as meshed(samples.set([destination("web", {}), namespace]))
	{finding.object | some finding in found} == {1}
	count(ts_net_011.deny) == 0 with input as meshed(samples.set([namespace, strict]))
	count(ts_net_011.deny) == 0 with input as samples.set([namespace])
}

test_violates_modes if {
	every spec in [
		{"mtls": {"mode": "PERMISSIVE"}},
		{"mtls": {"mode": "DISABLE"}, "selector": {"matchLabels": {"app": "a"}}},
		{"mtls": {"mode": "STRICT"}, "portLevelMtls": {"8080": {"mode": "DISABLE"}}},
		{"mtls": {"mode": "STRICT"}, "portLevelMtls": {"8080": {}}},
	] {
		count(ts_net_011.deny) == 1 with input as samples.of(peers("a", spec))
	}
}

destination(host, policy) := {"kind": "DestinationRule", "metadata": samples.meta("a"), "spec": {"host": host, "trafficPolicy": policy}}

verified := {"mode": "SIMPLE", "caCertificates": "system"}

inside := ["web", "web.acme-production", "web.acme-production.svc.cluster.local", "api.billing-production.svc.cluster.local"]

test_violates_inside_the_mesh if {
	every host in inside {
		every tls in [{"mode": "DISABLE"}, {"mode": "SIMPLE", "caCertificates": "x"}, {}] {
			count(ts_net_011.deny) == 1 with input as samples.of(destination(host, {"tls": tls}))
			count(ts_net_011.deny) == 1 with input as samples.of(destination(host, {"portLevelSettings": [{"tls": tls}]}))
			o := {"kind": "DestinationRule", "spec": {"host": host, "subsets": [{"trafficPolicy": {"tls": tls}}]}}
			count(ts_net_011.deny) == 1 with input as samples.of(o)
		}
	}
}

test_violates_outside if {
	every tls in [
		{"mode": "DISABLE"},
		{"mode": "ISTIO_MUTUAL"},
		{"mode": "SIMPLE"},
		{"mode": "MUTUAL", "subjectAltNames": []},
		object.union(verified, {"insecureSkipVerify": true}),
	] {
		count(ts_net_011.deny) == 1 with input as samples.of(destination("api.stripe.com", {"tls": tls}))
	}
}

test_passes_strict if {
	count(ts_net_011.deny) == 0 with input as meshed(samples.set([authorization, strict]))
	count(ts_net_011.deny) == 0 with input as samples.of(strict)
	count(ts_net_011.deny) == 0 with input as samples.of(peers("a", {"portLevelMtls": {"8080": {"mode": "STRICT"}}}))
}

test_passes_without_objects_or_mesh if {
	count(ts_net_011.deny) == 0 with input as meshed(samples.set([]))
	count(ts_net_011.deny) == 0 with input as samples.set([authorization])
}

test_passes_destinations if {
	every host in inside {
		every policy in [{}, {"outlierDetection": {}}, {"tls": {"mode": "ISTIO_MUTUAL"}}] {
			count(ts_net_011.deny) == 0 with input as samples.of(destination(host, policy))
		}
	}
	every tls in [verified, {"mode": "MUTUAL", "subjectAltNames": ["api.stripe.com"]}] {
		count(ts_net_011.deny) == 0 with input as samples.of(destination("api.stripe.com", {"tls": tls}))
	}
}
