package checks.ts_pod_024_test

import data.checks.ts_pod_024
import data.lib.samples_test as samples

test_violates_pods if {
	every context in [{"runAsGroup": 0}, {"fsGroup": 0}, {"supplementalGroups": [4711, 0]}] {
		every o in samples.pods({"securityContext": context}) {
			count(ts_pod_024.deny) == 1 with input as samples.of(o)
		}
	}
}

test_violates_containers if {
	every o in samples.containers({"name": "a", "securityContext": {"runAsGroup": 0}}) {
		count(ts_pod_024.deny) == 1 with input as samples.of(o)
	}
}

test_violates_with_the_place_and_the_name if {
	ts_pod_024.deny == {
		{"path": ["spec", "securityContext", "fsGroup"], "message": "pod shares its volumes with the group of root"},
		{"path": ["spec", "securityContext", "supplementalGroups", 0], "message": "pod is in the group of root"},
		{"path": ["spec", "containers", 0, "securityContext", "runAsGroup"], "message": "container \"a\" runs in the group of root"},
	} with input as samples.of({"kind": "Pod", "spec": {
		"securityContext": {"fsGroup": 0, "supplementalGroups": [0]},
		"containers": [{"name": "a", "securityContext": {"runAsGroup": 0}}],
	}})
}

test_passes_other_groups if {
	every o in samples.pods({
		"securityContext": {"runAsGroup": 10001, "fsGroup": 10001, "supplementalGroups": [4711]},
		"containers": [{"name": "a", "securityContext": {"runAsGroup": 10001}}, {"name": "b"}],
	}) {
		count(ts_pod_024.deny) == 0 with input as samples.of(o)
	}
}
