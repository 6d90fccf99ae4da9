package checks.ts_ten_005_test

import data.checks.ts_ten_005

rules := {"approvals": 1, "removals": 1, "share": 30, "label": "removal"}

change := {"labels": [], "removed": [], "deleted": [], "total": 100}

of(facts) := {"change": object.union(change, facts), "ctx": {"platform": {"spec": {"change": rules}}}}

said(given) := {f.message | some f in ts_ten_005.deny with input as given}

leaving(tenant) := {"tenant": tenant, "lifecycle": "offboarding"}

object_of(tenant, kind) := {"tenant": tenant, "environment": "production", "kind": kind, "name": "main"}

services(n) := [object.union(object_of("acme", "Service"), {"name": sprintf("s%d", [i])}) | some i in numbers.range(1, n)]

test_violates_tenant_that_is_not_offboarding if {
	every lifecycle in ["active", "suspended"] {
		said(of({"removed": [{"tenant": "acme", "lifecycle": lifecycle}]})) == {sprintf("tenant acme is removed or renamed, and its lifecycle is %s, not offboarding", [lifecycle])}
	}
}

test_violates_active_tenant_whatever_the_label if {
	count(said(of({"removed": [{"tenant": "acme", "lifecycle": "active"}], "labels": ["removal"]}))) == 1
}

test_violates_many_tenants if {
	said(of({"removed": [leaving("globex"), leaving("acme")]})) == {"2 tenants go at once, and at most 1 may: acme, globex"}
}

test_violates_many_objects if {
	said(of({"deleted": services(31)})) == {"31 of 100 objects go at once, and at most 30 % may"}
	count(said(of({"deleted": services(1), "total": 0}))) == 1
}

test_violates_data_of_one_that_stays if {
	every kind in ["StatefulSet", "PersistentVolumeClaim", "Namespace", "Cluster", "Database"] {
		said(of({"deleted": [object_of("acme", kind)]})) == {sprintf("%s main in production goes, and what it holds: data of tenant acme", [kind])}
	}
	said(of({"deleted": [object_of("", "Namespace")]})) == {"Namespace main in production goes, and what it holds: data of the platform"}
	count(said(of({"deleted": [object_of("acme", "StatefulSet")], "removed": [leaving("globex")]}))) == 1
}

test_violates_label_of_nobody if {
	unnamed := {"change": object.union(change, {"labels": [""], "deleted": services(40)}), "ctx": {"platform": {"spec": {"change": object.remove(rules, ["label"])}}}}
	count(said(unnamed)) == 1
	count(said(of({"labels": ["removals"], "deleted": services(40)}))) == 1
}

test_passes_second_step if {
	said(of({"removed": [leaving("acme")], "deleted": array.concat(services(20), [object_of("acme", "Namespace"), object_of("acme", "StatefulSet")])})) == set()
}

test_passes_little if {
	said(of({})) == set()
	said(of({"deleted": services(30)})) == set()
}

test_passes_with_the_label if {
	said(of({
		"labels": ["reviewed", "removal"],
		"removed": [leaving("acme"), leaving("globex")],
		"deleted": array.concat(services(90), [object_of("initech", "StatefulSet")]),
	})) == set()
}
