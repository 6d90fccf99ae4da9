package checks.ts_sec_003_test

import data.checks.ts_sec_003
import data.lib.samples_test as samples

suspected(kind, path) := object.union(
	samples.of({"kind": kind, "metadata": samples.meta("a")}),
	{"suspects": [{"path": path, "by": "name", "what": "a password", "hash": "1a2b3c4d"}]},
)

test_violates if {
	every field in ["data", "binaryData"] {
		ts_sec_003.deny == {{
			"path": [field, "application.properties"],
			"message": "application.properties holds what looks like a password (sha256 1a2b3c4d)",
		}} with input as suspected("ConfigMap", [field, "application.properties"])
	}
}

test_passes if {
	count(ts_sec_003.deny) == 0 with input as suspected("Secret", ["data", "a"])
	count(ts_sec_003.deny) == 0 with input as suspected("ConfigMap", ["metadata", "annotations", "a"])
	count(ts_sec_003.deny) == 0 with input as object.union(samples.of({"kind": "ConfigMap", "data": {"a": "${PASSWORD}"}}), {"suspects": []})
}
