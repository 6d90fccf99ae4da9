package checks.ts_pod_010_test

import data.checks.ts_pod_010
import data.lib.samples_test as samples

test_violates_absent if {
	every o in samples.containers({"name": "a"}) {
		count(ts_pod_010.deny) == 1 with input as samples.of(o)
	}
}

test_violates_unconfined_in_safe_pod if {
	every o in samples.pods({"securityContext": {"seccompProfile": {"type": "RuntimeDefault"}}, "containers": [{"name": "a", "securityContext": {"seccompProfile": {"type": "Unconfined"}}}]}) {
		count(ts_pod_010.deny) == 1 with input as samples.of(o)
	}
}

test_violates_without_type if {
	every o in samples.containers({"name": "a", "securityContext": {"seccompProfile": {}}}) {
		count(ts_pod_010.deny) == 1 with input as samples.of(o)
	}
}

test_violates_unconfined_pod if {
	every o in samples.pods({"securityContext": {"seccompProfile": {"type": "Unconfined"}}, "containers": [{"name": "a"}]}) {
		count(ts_pod_010.deny) == 2 with input as samples.of(o)
	}
}

test_violates_unconfined_pod_of_safe_container if {
	every o in samples.pods({"securityContext": {"seccompProfile": {"type": "Unconfined"}}, "containers": [{"name": "a", "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}}}]}) {
		count(ts_pod_010.deny) == 1 with input as samples.of(o)
	}
}

test_passes_pod if {
	every o in samples.pods({"securityContext": {"seccompProfile": {"type": "RuntimeDefault"}}, "containers": [{"name": "a"}]}) {
		count(ts_pod_010.deny) == 0 with input as samples.of(o)
	}
}

test_passes_container if {
	every o in samples.containers({"name": "a", "securityContext": {"seccompProfile": {"type": "Localhost", "localhostProfile": "a.json"}}}) {
		count(ts_pod_010.deny) == 0 with input as samples.of(o)
	}
}

test_passes_windows if {
	every o in samples.pods({"os": {"name": "windows"}, "containers": [{"name": "a"}]}) {
		count(ts_pod_010.deny) == 0 with input as samples.of(o)
	}
}

test_violates_annotation_of_old_clusters if {
	o := annotated({
		"seccomp.security.alpha.kubernetes.io/pod": "unconfined",
		"container.seccomp.security.alpha.kubernetes.io/a": "unconfined",
		"container.seccomp.security.alpha.kubernetes.io/gone": "unconfined",
	})
	count(ts_pod_010.deny) == 2 with input as samples.at(o, 18)
	count(ts_pod_010.deny) == 1 with input as samples.at(o, 19)
}

test_passes_annotation_of_old_clusters if {
	o := annotated({
		"seccomp.security.alpha.kubernetes.io/pod": "docker/default",
		"container.seccomp.security.alpha.kubernetes.io/a": "localhost/a",
	})
	count(ts_pod_010.deny) == 0 with input as samples.at(o, 18)
}

annotated(annotations) := {
	"apiVersion": "v1",
	"kind": "Pod",
	"metadata": {"name": "a", "annotations": annotations},
	"spec": {"containers": [{"name": "a"}]},
}

test_violates_unconfined_on_windows if {
	every o in samples.pods({"os": {"name": "windows"}, "securityContext": {"seccompProfile": {"type": "Unconfined"}}}) {
		count(ts_pod_010.deny) == 1 with input as samples.of(o)
	}
}

test_violates_annotation_of_a_container_without_name if {
	o := {
		"apiVersion": "v1",
		"kind": "Pod",
		"metadata": {"name": "a", "annotations": {"container.seccomp.security.alpha.kubernetes.io/": "unconfined"}},
		"spec": {"containers": [{"image": "a"}]},
	}
	count(ts_pod_010.deny) == 1 with input as samples.at(o, 18)
}

test_passes_profiles_on_old_clusters if {
	every o in samples.containers({"name": "a", "securityContext": {"seccompProfile": {"type": "Unconfined"}}}) {
		count(ts_pod_010.deny) == 0 with input as samples.at(o, 18)
	}
}
