package checks.ts_grd_001_test

import data.checks.ts_grd_001
import data.lib.samples_test as samples

test_violates_in_audit if {
	ts_grd_001.deny == {{
		"path": [],
		"field": ["spec", "guards", "accounts"],
		"message": "guard accounts is in audit until 2027-03-01: pods without an account of their own may mount a token of the one called default",
	}} with input as samples.tenant({"guards": {"accounts": "audit", "until": "2027-03-01"}})
}

test_passes_enforced if {
	every guards in [{}, {"accounts": "enforce"}, {"other": "audit", "until": "2027-03-01"}] {
		count(ts_grd_001.deny) == 0 with input as samples.tenant({"guards": guards})
	}
}
