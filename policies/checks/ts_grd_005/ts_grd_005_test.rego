package checks.ts_grd_005_test

import data.checks.ts_grd_005
import data.lib.samples_test as samples

test_violates_in_audit if {
	ts_grd_005.deny == {{
		"path": [],
		"field": ["spec", "guards", "network"],
		"message": "guard network is in audit until 2027-03-01: nothing closes the namespace's network",
	}} with input as samples.tenant({"guards": {"network": "audit", "until": "2027-03-01"}})
}

test_passes_enforced if {
	every guards in [{}, {"network": "enforce"}, {"other": "audit", "until": "2027-03-01"}] {
		count(ts_grd_005.deny) == 0 with input as samples.tenant({"guards": guards})
	}
}
