package checks.ts_pod_007_test

import data.checks.ts_pod_007
import data.lib.samples_test as samples

test_violates_absent if {
	every o in samples.containers({"name": "a", "securityContext": {}}) {
		count(ts_pod_007.deny) == 1 with input as samples.of(o)
	}
}

test_violates_true if {
	every o in samples.containers({"name": "a", "securityContext": {"allowPrivilegeEscalation": true}}) {
		count(ts_pod_007.deny) == 1 with input as samples.of(o)
	}
}

test_violates_text if {
	every o in samples.containers({"name": "a", "securityContext": {"allowPrivilegeEscalation": "false"}}) {
		count(ts_pod_007.deny) == 1 with input as samples.of(o)
	}
}

test_violates_without_context if {
	every o in samples.containers({"name": "a"}) {
		count(ts_pod_007.deny) == 1 with input as samples.of(o)
	}
}

test_passes_false if {
	every o in samples.containers({"name": "a", "securityContext": {"allowPrivilegeEscalation": false}}) {
		count(ts_pod_007.deny) == 0 with input as samples.of(o)
	}
}

test_passes_windows if {
	every o in samples.pods({"os": {"name": "windows"}, "containers": [{"name": "a"}]}) {
		count(ts_pod_007.deny) == 0 with input as samples.of(o)
	}
}

test_passes_on_clusters_without_the_field if {
	every o in samples.containers({"name": "a"}) {
		count(ts_pod_007.deny) == 0 with input as samples.at(o, 7)
		count(ts_pod_007.deny) == 1 with input as samples.at(o, 8)
	}
}
