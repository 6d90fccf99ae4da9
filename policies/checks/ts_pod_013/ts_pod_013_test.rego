package checks.ts_pod_013_test

import data.checks.ts_pod_013
import data.lib.samples_test as samples

test_violates_unmasked if {
	every o in samples.containers({"name": "a", "securityContext": {"procMount": "Unmasked"}}) {
		count(ts_pod_013.deny) == 1 with input as samples.of(o)
	}
}

test_passes_default if {
	every o in samples.containers({"name": "a", "securityContext": {"procMount": "Default"}}) {
		count(ts_pod_013.deny) == 0 with input as samples.of(o)
	}
}

test_passes_absent if {
	every o in samples.containers({"name": "a", "securityContext": {}}) {
		count(ts_pod_013.deny) == 0 with input as samples.of(o)
	}
}

test_violates_own_users if {
	every o in samples.pods({"hostUsers": false, "containers": [{"name": "a", "securityContext": {"procMount": "Unmasked"}}]}) {
		some finding in ts_pod_013.deny with input as samples.at(o, 35)
		contains(finding.message, "restricted")
		some older in ts_pod_013.deny with input as samples.at(o, 34)
		not contains(older.message, "restricted")
	}
}
