package checks.ts_grd_003_test

import data.checks.ts_grd_003
import data.lib.samples_test as samples

test_violates_in_audit if {
	ts_grd_003.deny == {{
		"path": [],
		"field": ["spec", "guards", "limits"],
		"message": "guard limits is in audit until 2027-03-01: containers that state no requests and limits get none, and nothing bounds a single one",
	}} with input as samples.tenant({"guards": {"limits": "audit", "until": "2027-03-01"}})
}

test_passes_enforced if {
	every guards in [{}, {"limits": "enforce"}, {"other": "audit", "until": "2027-03-01"}] {
		count(ts_grd_003.deny) == 0 with input as samples.tenant({"guards": guards})
	}
}
