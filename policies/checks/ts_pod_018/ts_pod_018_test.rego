package checks.ts_pod_018_test

import data.checks.ts_pod_018
import data.lib.samples_test as samples

test_violates_absent if {
	every o in samples.containers({"name": "a"}) {
		count(ts_pod_018.deny) == 1 with input as samples.of(o)
	}
}

test_violates_false if {
	every o in samples.containers({"name": "a", "securityContext": {"readOnlyRootFilesystem": false}}) {
		count(ts_pod_018.deny) == 1 with input as samples.of(o)
	}
}

test_violates_with_the_place_and_the_name if {
	ts_pod_018.deny == {{
		"path": ["spec", "template", "spec", "initContainers", 0, "securityContext", "readOnlyRootFilesystem"],
		"message": "init container \"setup\" may write to its root file system",
	}} with input as samples.of(samples.workload("apps/v1", "Deployment", {"initContainers": [{"name": "setup"}]}))
}

test_passes_read_only if {
	every o in samples.containers({"name": "a", "securityContext": {"readOnlyRootFilesystem": true}}) {
		count(ts_pod_018.deny) == 0 with input as samples.of(o)
	}
}

test_passes_windows if {
	every o in samples.pods({"os": {"name": "windows"}, "containers": [{"name": "a"}]}) {
		count(ts_pod_018.deny) == 0 with input as samples.of(o)
	}
}
