package checks.ts_pod_015_test

import data.checks.ts_pod_015
import data.lib.samples_test as samples

test_violates_pod if {
	every o in samples.pods({"securityContext": {"windowsOptions": {"hostProcess": true}}}) {
		count(ts_pod_015.deny) == 1 with input as samples.of(o)
	}
}

test_violates_container if {
	every o in samples.containers({"name": "a", "securityContext": {"windowsOptions": {"hostProcess": true}}}) {
		count(ts_pod_015.deny) == 1 with input as samples.of(o)
	}
}

test_passes_absent if {
	every o in samples.containers({"name": "a", "securityContext": {"windowsOptions": {"runAsUserName": "a"}}}) {
		count(ts_pod_015.deny) == 0 with input as samples.of(o)
	}
}

test_passes_false if {
	every o in samples.containers({"name": "a", "securityContext": {"windowsOptions": {"hostProcess": false}}}) {
		count(ts_pod_015.deny) == 0 with input as samples.of(o)
	}
}
