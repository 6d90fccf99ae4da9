package checks.ts_gen_001_test

import data.checks.ts_gen_001
import data.lib.samples_test as samples

test_violates_unknown_kind if {
	o := {"apiVersion": "kafka.example/v1", "kind": "Topic", "metadata": {"name": "a"}}
	ts_gen_001.deny == {{
		"path": ["kind"],
		"message": "kind Topic of kafka.example/v1 is not among the known kinds",
	}} with input as {"object": o, "ctx": samples.ctx}
}

test_violates_without_kind if {
	count(ts_gen_001.deny) == 1 with input as {"object": {}, "ctx": samples.ctx}
}

test_passes_known_kind if {
	count(ts_gen_001.deny) == 0 with input as samples.of({"apiVersion": "apps/v1", "kind": "Deployment"})
}
