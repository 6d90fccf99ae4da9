package lib.guards_test

import data.lib.guards
import data.lib.samples_test as samples

test_audited if {
	guards.audited("quota") with input as samples.tenant({"guards": {"quota": "audit"}})
	not guards.audited("quota") with input as samples.tenant({"guards": {"quota": "enforce"}})
	guards.names == {"limits", "quota"} with input as samples.tenant({"guards": {"quota": "audit", "limits": "audit", "mesh": "enforce", "until": "2027-03-01"}})
	guards.names == set() with input as samples.tenant({})
}

test_finding if {
	guards.finding("quota", "x").message == "guard quota is in audit until an unknown day: x" with input as samples.tenant({"guards": {"quota": "audit"}})
}
