package checks.ts_gen_006_test

import data.checks.ts_gen_006
import data.lib.samples_test as samples

object_with(odd) := object.union(samples.of({"kind": "ConfigMap", "metadata": samples.meta("a")}), {"odd": odd})

test_violates_object if {
	ts_gen_006.deny == {{
		"path": ["data", "a"],
		"message": "holds a text with U+202E, which people do not see as it is",
	}} with input as object_with([[["data", "a"], "a text with U+202E"]])
}

test_violates_tenant if {
	ts_gen_006.deny == {{
		"path": [],
		"field": ["spec", "displayName"],
		"message": "holds a text with U+0007, which people do not see as it is",
	}} with input as object.union(samples.tenant({}), {"odd": [[["displayName"], "a text with U+0007"]]})
}

test_passes_plain if {
	count(ts_gen_006.deny) == 0 with input as samples.of({"kind": "ConfigMap"})
	count(ts_gen_006.deny) == 0 with input as object.union(samples.tenant({}), {"odd": []})
}
