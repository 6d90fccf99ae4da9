package checks.ts_pod_012_test

import data.checks.ts_pod_012
import data.lib.samples_test as samples

test_violates_type if {
	every o in samples.containers({"name": "a", "securityContext": {"seLinuxOptions": {"type": "spc_t"}}}) {
		count(ts_pod_012.deny) == 1 with input as samples.of(o)
	}
}

test_violates_pod if {
	every o in samples.pods({"securityContext": {"seLinuxOptions": {"user": "system_u", "role": "r"}}}) {
		count(ts_pod_012.deny) == 2 with input as samples.of(o)
	}
}

test_passes_type if {
	every o in samples.containers({"name": "a", "securityContext": {"seLinuxOptions": {"type": "container_t", "level": "s0:c1"}}}) {
		count(ts_pod_012.deny) == 0 with input as samples.of(o)
	}
}

test_passes_empty if {
	every o in samples.containers({"name": "a", "securityContext": {"seLinuxOptions": {"type": "", "user": "", "role": ""}}}) {
		count(ts_pod_012.deny) == 0 with input as samples.of(o)
	}
}

test_passes_engine if {
	every o in samples.containers({"name": "a", "securityContext": {"seLinuxOptions": {"type": "container_engine_t"}}}) {
		count(ts_pod_012.deny) == 0 with input as samples.of(o)
	}
}

test_violates_engine_before if {
	every o in samples.containers({"name": "a", "securityContext": {"seLinuxOptions": {"type": "container_engine_t"}}}) {
		count(ts_pod_012.deny) == 1 with input as samples.at(o, 30)
	}
}
