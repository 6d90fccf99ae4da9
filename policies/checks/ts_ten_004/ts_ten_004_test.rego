package checks.ts_ten_004_test

import data.checks.ts_ten_004

call := ["spec", "services", "web", "calls", 0, "tenant"]

test_violates_call_without_consent if {
	ts_ten_004.deny == {{
		"member": 3,
		"path": [],
		"field": call,
		"message": "tenant billing does not accept calls to api from here in this environment",
	}} with input as {"unanswered": [{"member": 3, "tenant": "billing", "service": "api", "field": call}]}
}

test_passes_consent if {
	count(ts_ten_004.deny) == 0 with input as {"unanswered": []}
	count(ts_ten_004.deny) == 0 with input as {"ctx": {}}
}
