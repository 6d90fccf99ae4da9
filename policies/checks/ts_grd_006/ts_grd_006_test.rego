package checks.ts_grd_006_test

import data.checks.ts_grd_006
import data.lib.samples_test as samples

test_violates_in_audit if {
	ts_grd_006.deny == {{
		"path": [],
		"field": ["spec", "guards", "quota"],
		"message": "guard quota is in audit until 2027-03-01: nothing bounds what the namespace takes from the cluster",
	}} with input as samples.tenant({"guards": {"quota": "audit", "until": "2027-03-01"}})
}

test_passes_enforced if {
	every guards in [{}, {"quota": "enforce"}, {"other": "audit", "until": "2027-03-01"}] {
		count(ts_grd_006.deny) == 0 with input as samples.tenant({"guards": guards})
	}
}
