package checks.ts_gen_004_test

import data.checks.ts_gen_004
import data.lib.samples_test as samples

test_violates_generated_name if {
	count(ts_gen_004.deny) == 1 with input as samples.of({"kind": "Job", "metadata": {"generateName": "a-"}})
}

test_violates_twice_in_one_tenant if {
	o := {"kind": "ConfigMap", "metadata": samples.meta("app-config")}
	ts_gen_004.deny == {{
		"object": 2,
		"path": ["metadata", "name"],
		"message": "there is another ConfigMap of this name",
	}} with input as object.union(samples.set([o, {"kind": "Secret"}, o]), {"duplicates": [[0, 2]]})
}

test_violates_in_two_tenants_without_naming_the_other if {
	found := ts_gen_004.deny with input as shared("acme", "globex")
	count(found) == 2
	every finding in found {
		finding.message == "ConfigMap \"app-config\" belongs to another tenant as well"
	}
}

test_violates_in_two_environments if {
	some finding in ts_gen_004.deny with input as shared("acme", "acme")
	finding == {
		"member": 0,
		"object": 4,
		"path": ["metadata", "name"],
		"message": "ConfigMap \"app-config\" belongs to environment staging as well",
	}
}

test_passes_unique if {
	o := {"kind": "ConfigMap", "metadata": samples.meta("app-config")}
	count(ts_gen_004.deny) == 0 with input as samples.set([o])
	count(ts_gen_004.deny) == 0 with input as samples.of(o)
	count(ts_gen_004.deny) == 0 with input as {"duplicates": []}
}

shared(one, other) := {"duplicates": [{
	"cluster": "eu",
	"group": "",
	"kind": "ConfigMap",
	"namespace": "shop",
	"name": "app-config",
	"holders": [
		{"member": 0, "object": 4, "tenant": one, "environment": "production", "owner": "workload"},
		{"member": 1, "object": 0, "tenant": other, "environment": "staging", "owner": "workload"},
	],
}]}
