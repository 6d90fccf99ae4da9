package checks.ts_pod_004_test

import data.checks.ts_pod_004
import data.lib.samples_test as samples

test_violates_host_port if {
	every o in samples.containers({"name": "a", "ports": [{"containerPort": 80}, {"containerPort": 8080, "hostPort": 8080}]}) {
		count(ts_pod_004.deny) == 1 with input as samples.of(o)
	}
}

test_violates_text if {
	every o in samples.containers({"name": "a", "ports": [{"hostPort": "8080"}]}) {
		count(ts_pod_004.deny) == 1 with input as samples.of(o)
	}
}

test_passes_zero if {
	every o in samples.containers({"name": "a", "ports": [{"containerPort": 8080, "hostPort": 0}]}) {
		count(ts_pod_004.deny) == 0 with input as samples.of(o)
	}
}

test_passes_absent if {
	every o in samples.containers({"name": "a", "ports": [{"containerPort": 8080}]}) {
		count(ts_pod_004.deny) == 0 with input as samples.of(o)
	}
}
