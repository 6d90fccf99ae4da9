package checks.ts_pod_009_test

import data.checks.ts_pod_009
import data.lib.samples_test as samples

test_violates_container if {
	every o in samples.containers({"name": "a", "securityContext": {"runAsUser": 0}}) {
		count(ts_pod_009.deny) == 1 with input as samples.of(o)
	}
}

test_violates_pod if {
	every o in samples.pods({"securityContext": {"runAsUser": 0}}) {
		count(ts_pod_009.deny) == 1 with input as samples.of(o)
	}
}

test_violates_text if {
	every o in samples.pods({"securityContext": {"runAsUser": "0"}}) {
		count(ts_pod_009.deny) == 1 with input as samples.of(o)
	}
}

test_passes_other if {
	every o in samples.containers({"name": "a", "securityContext": {"runAsUser": 10001}}) {
		count(ts_pod_009.deny) == 0 with input as samples.of(o)
	}
}

test_passes_absent if {
	every o in samples.containers({"name": "a", "securityContext": {}}) {
		count(ts_pod_009.deny) == 0 with input as samples.of(o)
	}
}

test_passes_before if {
	every o in samples.containers({"name": "a", "securityContext": {"runAsUser": 0}}) {
		count(ts_pod_009.deny) == 0 with input as samples.at(o, 22)
	}
}

test_passes_own_users if {
	every o in samples.pods({"hostUsers": false, "securityContext": {"runAsUser": 0}}) {
		count(ts_pod_009.deny) == 0 with input as samples.at(o, 35)
	}
}

test_violates_own_users_before if {
	every o in samples.pods({"hostUsers": false, "securityContext": {"runAsUser": 0}}) {
		count(ts_pod_009.deny) == 1 with input as samples.at(o, 34)
	}
}
