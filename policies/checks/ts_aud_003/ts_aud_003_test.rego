package checks.ts_aud_003_test

import data.checks.ts_aud_003
import data.lib.samples_test as samples

detection := {"cluster": {"operators": ["falco"]}, "platform": {"spec": {"detection": {"falco.example.com/watch": "true"}}}}

namespace(metadata) := {"apiVersion": "v1", "kind": "Namespace", "metadata": object.union({"name": "acme-production"}, metadata)}

watched := object.union(detection, {"spec": {"security": {"runtimeDetection": true}}})

said(o, more) := {f.message | some f in ts_aud_003.deny with input as samples.within(samples.of(o), more)}

noted(part, key, value) := [json.patch(o, [{"op": "add", "path": "/spec/template/metadata", "value": {part: {key: value}}}]) |
	some o in [samples.workload("apps/v1", "Deployment", {}), samples.workload("batch/v1", "Job", {}), samples.workload("argoproj.io/v1alpha1", "Rollout", {})]
]

off(key, value) := {sprintf("%s: %s switches off the watch over running containers", [key, value])}

test_violates_namespace_without_label if {
	every metadata in [{}, {"labels": {"falco.example.com/watch": "false"}}] {
		said(namespace(metadata), watched) == {"namespace lacks label falco.example.com/watch: true, by which running containers are watched"}
	}
}

test_violates_sensitive_data_that_nobody_watches if {
	every class in ["personal", "confidential"] {
		ts_aud_003.deny == {{
			"path": [],
			"field": ["spec", "security", "runtimeDetection"],
			"message": "running containers that work on sensitive data are not watched",
		}} with input as samples.within(samples.within(samples.set([]), detection), {"spec": {"compliance": {"dataClassification": class}}})
	}
}

test_violates_opt_out if {
	every c in [["kubearmor-policy", "disabled"], ["kubearmor-policy", "audited"], ["kubearmor-visibility", "none"], ["sensor.falcon-system.crowdstrike.com/injection", "disabled"]] {
		[key, value] := c
		every o in noted("annotations", key, value) {
			said(o, {}) == off(key, value)
		}
		said(namespace({"annotations": {key: value}}), {}) == off(key, value)
	}
	injection := "sensor.falcon-system.crowdstrike.com/injection"
	every o in noted("labels", injection, "disabled") {
		said(o, {}) == off(injection, "disabled")
	}
	said(namespace({"labels": {injection: "disabled"}}), {}) == off(injection, "disabled")
}

test_violates_label_of_the_platform_with_another_value if {
	every o in noted("labels", "falco.example.com/watch", "false") {
		said(o, detection) == off("falco.example.com/watch", "false")
	}
}

test_violates_without_tenant if {
	some o in noted("annotations", "kubearmor-policy", "disabled")
	count(ts_aud_003.deny) == 1 with input as {"object": o, "ctx": {"namespaces": []}}
}

test_passes_watched if {
	said(namespace({"labels": {"falco.example.com/watch": "true"}}), watched) == set()
	every o in noted("labels", "falco.example.com/watch", "true") {
		said(o, watched) == set()
	}
	personal := samples.within(samples.within(samples.set([]), watched), {"spec": {"compliance": {"dataClassification": "personal"}}})
	count(ts_aud_003.deny) == 0 with input as personal
}

test_passes_who_does_not_take_part if {
	said(namespace({}), detection) == set()
	said(namespace({"name": "elsewhere"}), watched) == set()
	unable := samples.within(samples.set([]), {"spec": {"compliance": {"dataClassification": "personal"}}})
	count(ts_aud_003.deny) == 0 with input as unable
	elsewhere := samples.within(samples.within(unable, detection), {"cluster": {"operators": ["rollouts"]}})
	count(ts_aud_003.deny) == 0 with input as elsewhere
	internal := samples.within(samples.within(samples.set([]), detection), {"spec": {"compliance": {"dataClassification": "internal"}}})
	count(ts_aud_003.deny) == 0 with input as internal
}

test_passes_other_notes if {
	every c in [["kubearmor-policy", "enabled"], ["kubearmor-visibility", "process"], ["team", "disabled"], ["sensor.falcon-system.crowdstrike.com/injection", "enabled"]] {
		every o in noted("annotations", c[0], c[1]) {
			said(o, {}) == set()
		}
	}
}
