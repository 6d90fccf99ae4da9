package checks.ts_ten_001_test

import data.checks.ts_ten_001

holder(member, kind, value) := {
	"member": member,
	"tenant": sprintf("tenant-%d", [member]),
	"kind": kind,
	"value": value,
	"object": -1,
	"path": [],
	"field": ["spec", "secrets", "db", "path"],
}

of(kind, mine, theirs) := {"shared": [{
	"kind": kind,
	"value": mine,
	"holders": [holder(0, kind, mine), holder(3, kind, theirs)],
}]}

test_violates if {
	wrong := {[kind, said] |
		some kind, message in {
			"group": "group acme/db, or one that differs in writing alone, owns another tenant as well",
			"secret": "path acme/db in the store of secrets is, holds or lies in one of another tenant",
			"bucket": "bucket acme/db is, holds or lies in one of another tenant",
			"identity": "identity acme/db of the cloud is that of another tenant as well",
		}
		said := {f.message | some f in ts_ten_001.deny with input as of(kind, "acme/db", "acme"); f.member == 0}
		said != {message}
	}
	wrong == set()
}

# Both learn of it, and neither what the other's is called.
test_violates_both_and_tells_neither_of_the_other if {
	findings := ts_ten_001.deny with input as of("secret", "acme/db", "acme")
	{f.member | some f in findings} == {0, 3}
	every f in findings {
		f.field == ["spec", "secrets", "db", "path"]
		not contains(f.message, "tenant-")
	}
	{f.message | some f in findings; f.member == 0; contains(f.message, "acme/db")} != set()
}

test_violates_at_the_object if {
	own := object.union(holder(0, "bucket", "s3://backups"), {"object": 4, "path": ["spec", "backup"], "field": []})
	ts_ten_001.deny == {{
		"member": 0,
		"object": 4,
		"path": ["spec", "backup"],
		"field": [],
		"message": "bucket s3://backups is, holds or lies in one of another tenant",
	}} with input as {"shared": [{"kind": "bucket", "value": "s3://backups", "holders": [own]}]}
}

test_passes if {
	count(ts_ten_001.deny) == 0 with input as {"shared": []}
	count(ts_ten_001.deny) == 0 with input as of("domain", "a.example.com", "example.com")
}
