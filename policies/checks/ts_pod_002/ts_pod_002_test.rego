package checks.ts_pod_002_test

import data.checks.ts_pod_002
import data.lib.samples_test as samples

test_violates_host_pid if {
	every o in samples.pods({"hostPID": true}) {
		count(ts_pod_002.deny) == 1 with input as samples.of(o)
	}
}

test_violates_host_network if {
	every o in samples.pods({"hostNetwork": true}) {
		count(ts_pod_002.deny) == 1 with input as samples.of(o)
	}
}

test_violates_host_ipc if {
	every o in samples.pods({"hostIPC": "true"}) {
		count(ts_pod_002.deny) == 1 with input as samples.of(o)
	}
}

test_violates_three_times if {
	every o in samples.pods({"hostIPC": true, "hostPID": true, "hostNetwork": true}) {
		count(ts_pod_002.deny) == 3 with input as samples.of(o)
	}
}

test_passes_absent_or_false if {
	every o in samples.pods({"hostPID": false, "hostUsers": true}) {
		count(ts_pod_002.deny) == 0 with input as samples.of(o)
	}
}
