package checks.ts_grd_002_test

import data.checks.ts_grd_002
import data.lib.samples_test as samples

test_violates_in_audit if {
	ts_grd_002.deny == {{
		"path": [],
		"field": ["spec", "guards", "admission"],
		"message": "guard admission is in audit until 2027-03-01: the API server warns of pods below their level of Pod Security, and lets them in",
	}} with input as samples.tenant({"guards": {"admission": "audit", "until": "2027-03-01"}})
}

test_passes_enforced if {
	every guards in [{}, {"admission": "enforce"}, {"other": "audit", "until": "2027-03-01"}] {
		count(ts_grd_002.deny) == 0 with input as samples.tenant({"guards": guards})
	}
}
