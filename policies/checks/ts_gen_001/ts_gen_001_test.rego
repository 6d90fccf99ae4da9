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

test_passes_what_the_platform_lists if {
	kinds := [{"group": "kustomize.toolkit.fluxcd.io", "kind": "Kustomization", "scope": "Namespaced"}]
	count(ts_gen_001.deny) == 0 with input as samples.within(samples.of(flux), {"platform": {"allowed_kinds": kinds}})
	count(ts_gen_001.deny) == 0 with input as object.union(samples.of(flux), {"owner": "platform"})
	count(ts_gen_001.deny) == 0 with input as object.remove(samples.of(flux), ["ctx"])
	count(ts_gen_001.deny) == 0 with input as samples.of({"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization"})
}
