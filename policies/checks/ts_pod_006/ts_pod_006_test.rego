package checks.ts_pod_006_test

import data.checks.ts_pod_006
import data.lib.samples_test as samples

test_violates_without if {
	every o in samples.containers({"name": "a", "securityContext": {}}) {
		count(ts_pod_006.deny) == 1 with input as samples.of(o)
	}
}

test_violates_lower_case if {
	every o in samples.containers({"name": "a", "securityContext": {"capabilities": {"drop": ["all"]}}}) {
		count(ts_pod_006.deny) == 1 with input as samples.of(o)
	}
}

test_violates_prefix if {
	every o in samples.containers({"name": "a", "securityContext": {"capabilities": {"drop": ["CAP_ALL", "NET_RAW"]}}}) {
		count(ts_pod_006.deny) == 1 with input as samples.of(o)
	}
}

test_violates_text if {
	every o in samples.containers({"name": "a", "securityContext": {"capabilities": {"drop": "ALL"}}}) {
		count(ts_pod_006.deny) == 1 with input as samples.of(o)
	}
}

test_violates_add if {
	every o in samples.containers({"name": "a", "securityContext": {"capabilities": {"drop": ["ALL"], "add": ["CHOWN"]}}}) {
		count(ts_pod_006.deny) == 1 with input as samples.of(o)
	}
}

test_violates_both if {
	every o in samples.containers({"name": "a", "securityContext": {"capabilities": {"add": ["CHOWN"]}}}) {
		count(ts_pod_006.deny) == 2 with input as samples.of(o)
	}
}

test_passes_drop_all if {
	every o in samples.containers({"name": "a", "securityContext": {"capabilities": {"drop": ["NET_RAW", "ALL"], "add": ["NET_BIND_SERVICE"]}}}) {
		count(ts_pod_006.deny) == 0 with input as samples.of(o)
	}
}

test_passes_windows if {
	every o in samples.pods({"os": {"name": "windows"}, "containers": [{"name": "a"}]}) {
		count(ts_pod_006.deny) == 0 with input as samples.of(o)
	}
}

test_violates_windows_before if {
	every o in samples.pods({"os": {"name": "windows"}, "containers": [{"name": "a"}]}) {
		count(ts_pod_006.deny) == 1 with input as samples.at(o, 24)
	}
}

test_passes_before if {
	every o in samples.containers({"name": "a", "securityContext": {}}) {
		count(ts_pod_006.deny) == 0 with input as samples.at(o, 21)
	}
}

test_violates_linux if {
	every o in samples.pods({"os": {"name": "linux"}, "containers": [{"name": "a"}]}) {
		count(ts_pod_006.deny) == 1 with input as samples.of(o)
	}
}

test_passes_others_on_other_systems_and_versions if {
	spec := {"containers": [{"name": "a", "securityContext": {"capabilities": {"add": ["CHOWN"]}}}]}
	every o in samples.pods(object.union(spec, {"os": {"name": "windows"}})) {
		count(ts_pod_006.deny) == 0 with input as samples.of(o)
	}
	every o in samples.pods(spec) {
		count(ts_pod_006.deny) == 0 with input as samples.at(o, 21)
	}
}
