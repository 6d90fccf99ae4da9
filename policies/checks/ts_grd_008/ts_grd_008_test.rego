package checks.ts_grd_008_test

import data.checks.ts_grd_008
import data.lib.samples_test as samples

of(own) := samples.within(samples.tenant({"guards": {"network": "audit", "quota": "audit"}}), {"own_audits": own})

test_violates_own_word if {
	ts_grd_008.deny == {{
		"path": [],
		"field": ["spec", "guards", "network"],
		"message": "guard network is in audit by the tenant's own word",
	}} with input as of(["network"])
}

test_passes_of_the_platform if count(ts_grd_008.deny) == 0 with input as of([])
