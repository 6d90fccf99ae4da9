package checks.ts_pod_020_test

import data.checks.ts_pod_020
import data.lib.samples_test as samples

test_violates_anywhere if {
	every o in samples.pods({"ephemeralContainers": [{"name": "debug"}, {}]}) {
		{finding.message | some finding in ts_pod_020.deny} == {
			"ephemeral container \"debug\" has no place in what is wanted to run",
			"ephemeral container \"\" has no place in what is wanted to run",
		} with input as samples.of(o)
	}
}

test_passes_absent if {
	every o in array.concat(samples.pods({"containers": [{"name": "a"}]}), samples.pods({"ephemeralContainers": []})) {
		count(ts_pod_020.deny) == 0 with input as samples.of(o)
	}
}
