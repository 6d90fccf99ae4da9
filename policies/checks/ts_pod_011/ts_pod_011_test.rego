package checks.ts_pod_011_test

import data.checks.ts_pod_011
import data.lib.samples_test as samples

test_violates_unconfined if {
	every o in samples.containers({"name": "a", "securityContext": {"appArmorProfile": {"type": "Unconfined"}}}) {
		count(ts_pod_011.deny) == 1 with input as samples.of(o)
	}
}

test_violates_pod if {
	every o in samples.pods({"securityContext": {"appArmorProfile": {"type": "Unconfined"}}}) {
		count(ts_pod_011.deny) == 1 with input as samples.of(o)
	}
}

test_violates_without_type if {
	every o in samples.containers({"name": "a", "securityContext": {"appArmorProfile": {}}}) {
		count(ts_pod_011.deny) == 1 with input as samples.of(o)
	}
}

test_passes_default if {
	every o in samples.containers({"name": "a", "securityContext": {"appArmorProfile": {"type": "RuntimeDefault"}}}) {
		count(ts_pod_011.deny) == 0 with input as samples.of(o)
	}
}

test_passes_absent if {
	every o in samples.containers({"name": "a", "securityContext": {}}) {
		count(ts_pod_011.deny) == 0 with input as samples.of(o)
	}
}

test_violates_annotation if {
	count(ts_pod_011.deny) == 1 with input as samples.of(annotated("unconfined"))
}

test_passes_annotation if {
	every profile in ["", "runtime/default", "localhost/a"] {
		count(ts_pod_011.deny) == 0 with input as samples.of(annotated(profile))
	}
}

annotated(profile) := {
	"apiVersion": "apps/v1",
	"kind": "Deployment",
	"spec": {"template": {
		"metadata": {"annotations": {"container.apparmor.security.beta.kubernetes.io/a": profile, "other": "unconfined"}},
		"spec": {},
	}},
}
