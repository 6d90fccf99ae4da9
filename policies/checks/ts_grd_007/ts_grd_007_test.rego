package checks.ts_grd_007_test

import data.checks.ts_grd_007
import data.lib.samples_test as samples

of(until) := samples.tenant({"guards": {"network": "audit", "limits": "audit", "quota": "enforce", "until": until}})

at(message) := {{"path": [], "field": ["spec", "guards", "until"], "message": message}}

test_violates_passed if {
	ts_grd_007.deny == at("has passed: 2026-11-21 was the last day in audit for limits, network") with input as of("2026-11-21")
}

test_violates_too_far if {
	ts_grd_007.deny == at("is 181 days away; guards may be in audit for 180 at a time") with input as of("2027-05-22")
}

test_passes_within if {
	every until in ["2026-11-22", "2027-05-21"] {
		count(ts_grd_007.deny) == 0 with input as of(until)
	}
}

test_passes_enforced if {
	count(ts_grd_007.deny) == 0 with input as samples.tenant({"guards": {"network": "enforce", "until": "2020-01-01"}})
}
