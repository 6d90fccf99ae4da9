package checks.ts_grd_004_test

import data.checks.ts_grd_004
import data.lib.samples_test as samples

test_violates_in_audit if {
	ts_grd_004.deny == {{
		"path": [],
		"field": ["spec", "guards", "mesh"],
		"message": "guard mesh is in audit until 2027-03-01: pods take no part in the mesh by it, and nobody asks callers who they are",
	}} with input as samples.within(samples.tenant({"guards": {"mesh": "audit", "until": "2027-03-01"}}), {"cluster": {"mesh": "istio"}})
}

test_passes_enforced if {
	every guards in [{}, {"mesh": "enforce"}, {"other": "audit", "until": "2027-03-01"}] {
		count(ts_grd_004.deny) == 0 with input as samples.within(samples.tenant({"guards": guards}), {"cluster": {"mesh": "istio"}})
	}
}

test_passes_without_a_mesh if {
	count(ts_grd_004.deny) == 0 with input as samples.tenant({"guards": {"mesh": "audit"}})
}
