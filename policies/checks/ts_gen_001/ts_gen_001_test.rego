package checks.ts_gen_001_test

import data.checks.ts_gen_001
import data.lib.samples_test as samples

test_violates_unknown_kind if {
	o := {"apiVersion": "kafka.example/v1", "kind": "Topic", "metadata": {"name": "a"}}
	ts_gen_001.deny == {{
		"path": ["kind"],
		"message": "kind Topic of kafka.example/v1 is not among the known kinds",
	}} with input as {"object": o, "ctx": samples.ctx}
}

test_violates_without_kind if {
	count(ts_gen_001.deny) == 1 with input as {"object": {}, "ctx": samples.ctx}
}

test_passes_known_kind if {
	count(ts_gen_001.deny) == 0 with input as samples.of({"apiVersion": "apps/v1", "kind": "Deployment"})
}

flux := {"apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization", "spec": {"targetNamespace": "kube-system"}}

test_violates_what_applies_more if {
	every o in [flux, {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application"}] {
		ts_gen_001.deny == {{
			"path": ["kind"],
			"message": sprintf("kind %s has the cluster apply more, which is for the platform to decide", [o.kind]),
		}} with input as samples.of(o)
	}
}

envoy := {"apiVersion": "gateway.envoyproxy.io/v1alpha1", "kind": "EnvoyExtensionPolicy"}

test_violates_filters_of_gateways if {
	every o in [envoy, {"apiVersion": "extensions.istio.io/v1alpha1", "kind": "WasmPlugin"}] {
		ts_gen_001.deny == {{
			"path": ["kind"],
			"message": sprintf("kind %s changes what the gateway does with requests, which is for the platform to decide", [o.kind]),
		}} with input as samples.of(o)
	}
	kinds := [{"group": "gateway.envoyproxy.io", "kind": "EnvoyExtensionPolicy", "scope": "Namespaced"}]
	count(ts_gen_001.deny) == 0 with input as samples.within(samples.of(envoy), {"platform": {"allowed_kinds": kinds}})
	count(ts_gen_001.deny) == 0 with input as object.union(samples.of(envoy), {"owner": "platform"})
}

test_passes_what_the_platform_lists if {
	kinds := [{"group": "kustomize.toolkit.fluxcd.io", "kind": "Kustomization", "scope": "Namespaced"}]
	count(ts_gen_001.deny) == 0 with input as samples.within(samples.of(flux), {"platform": {"allowed_kinds": kinds}})
	count(ts_gen_001.deny) == 0 with input as object.union(samples.of(flux), {"owner": "platform"})
	count(ts_gen_001.deny) == 0 with input as object.remove(samples.of(flux), ["ctx"])
	count(ts_gen_001.deny) == 0 with input as samples.of({"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization"})
}

names := {"toFQDNs": [{"matchName": "api.stripe.com"}, {"matchPattern": "*.example.org"}], "toPorts": [{"ports": [{"port": "443", "protocol": "TCP"}]}]}

resolver := {
	"toEndpoints": [{"matchLabels": {"k8s:io.kubernetes.pod.namespace": "kube-system", "k8s:k8s-app": "kube-dns"}}],
	"toPorts": [{"ports": [{"port": "53", "protocol": "ANY"}], "rules": {"dns": [{"matchPattern": "*"}]}}],
}

cilium(spec) := samples.of({"apiVersion": "cilium.io/v2", "kind": "CiliumNetworkPolicy", "metadata": samples.meta("a"), "spec": spec})

test_violates_cilium_that_opens_more if {
	every spec in [
		{"ingress": [{}]},
		{"egress": [{}]},
		{"egress": [names, {"toEntities": ["world"]}]},
		{"egress": [object.union(names, {"toPorts": []})]},
		{"egress": [object.remove(names, ["toPorts"])]},
		{"egress": [object.union(names, {"toPorts": [{"ports": [{"protocol": "TCP"}]}]})]},
		{"egress": [object.union(names, {"toPorts": [{"ports": [{"port": "53"}]}]})]},
		{"egress": [object.union(names, {"toPorts": [{"ports": [{"port": "40", "endPort": 60}]}]})]},
		{"egress": [object.union(resolver, {"toPorts": [{"ports": [{"port": "53"}, {"port": "80"}]}]})]},
		{"egress": [object.union(resolver, {"toPorts": [{"ports": [{"port": "53", "endPort": 60}]}]})]},
		{"egress": [object.union(resolver, {"toPorts": []})]},
		{"egress": [object.union(resolver, {"toEndpoints": []})]},
		{"egress": [object.union(resolver, {"toEndpoints": [{"matchLabels": {"k8s:k8s-app": "kube-dns"}}]})]},
		{"egress": [object.union(resolver, {"toEndpoints": [{"matchLabels": {"k8s:io.kubernetes.pod.namespace": "globex"}}]})]},
	] {
		ts_gen_001.deny == {{
			"path": ["kind"],
			"message": "kind CiliumNetworkPolicy of cilium.io/v2 opens more than hosts by name, and is not among the known kinds",
		}} with input as cilium(spec)
	}
	o := {"apiVersion": "cilium.io/v2", "kind": "CiliumNetworkPolicy", "specs": [{"egress": [{}]}], "spec": {"egress": [names]}}
	count(ts_gen_001.deny) == 1 with input as samples.of(o)
	count(ts_gen_001.deny) == 1 with input as samples.of({"apiVersion": "cilium.io/v2", "kind": "CiliumNetworkPolicy"})
}

test_passes_cilium if {
	count(ts_gen_001.deny) == 0 with input as cilium({"endpointSelector": {}, "egress": [names, resolver], "egressDeny": [{"toCIDR": ["10.0.0.0/8"]}]})
	kinds := [{"group": "cilium.io", "kind": "CiliumNetworkPolicy", "scope": "Namespaced"}]
	count(ts_gen_001.deny) == 0 with input as samples.within(cilium({"egress": [{}]}), {"platform": {"allowed_kinds": kinds}})
}
