package checks.ts_pod_005_test

import data.checks.ts_pod_005
import data.lib.samples_test as samples

test_violates_net_raw if {
	every o in samples.containers({"name": "a", "securityContext": {"capabilities": {"add": ["NET_RAW"]}}}) {
		count(ts_pod_005.deny) == 1 with input as samples.of(o)
	}
}

test_violates_prefix if {
	every o in samples.containers({"name": "a", "securityContext": {"capabilities": {"add": ["CHOWN", "CAP_SYS_ADMIN"]}}}) {
		count(ts_pod_005.deny) == 1 with input as samples.of(o)
	}
}

test_violates_lower_case if {
	every o in samples.containers({"name": "a", "securityContext": {"capabilities": {"add": ["chown"]}}}) {
		count(ts_pod_005.deny) == 1 with input as samples.of(o)
	}
}

test_violates_all if {
	every o in samples.containers({"name": "a", "securityContext": {"capabilities": {"add": ["ALL"]}}}) {
		count(ts_pod_005.deny) == 1 with input as samples.of(o)
	}
}

test_violates_text if {
	every o in samples.containers({"name": "a", "securityContext": {"capabilities": {"add": "SYS_ADMIN"}}}) {
		count(ts_pod_005.deny) == 1 with input as samples.of(o)
	}
}

test_passes_bind if {
	every o in samples.containers({"name": "a", "securityContext": {"capabilities": {"add": ["NET_BIND_SERVICE", "CHOWN"], "drop": ["ALL"]}}}) {
		count(ts_pod_005.deny) == 0 with input as samples.of(o)
	}
}

test_passes_none if {
	every o in samples.containers({"name": "a", "securityContext": {}}) {
		count(ts_pod_005.deny) == 0 with input as samples.of(o)
	}
}

test_violates_on_windows if {
	spec := {"os": {"name": "windows"}, "containers": [{"name": "a", "securityContext": {"capabilities": {"add": ["NET_RAW"]}}}]}
	every o in samples.pods(spec) {
		count(ts_pod_005.deny) == 1 with input as samples.of(o)
	}
}
