package checks.ts_aud_007_test

import data.checks.ts_aud_007

of(facts, rules) := {
	"change": object.union({"head": "1a2b3c4d5e6f1a2b", "stale": [], "unrecorded": [], "signed": false}, facts),
	"ctx": {"platform": {"spec": {"change": rules}}},
}

said(given) := {f.message | some f in ts_aud_007.deny with input as given}

test_violates_changed_by_hand if {
	said(of({"stale": ["a.yaml", "b.yaml"]}, {})) == {"a.yaml is not what tenantsmith renders", "b.yaml is not what tenantsmith renders"}
}

test_violates_without_record if {
	said(of({"unrecorded": ["c.yaml"]}, {})) == {"c.yaml is in no record: nobody knows where it came from"}
}

test_violates_unsigned if {
	said(of({}, {"signed": true})) == {"commit 1a2b3c4d5e6f is not signed"}
	count(said({"change": {"head": "1a2b"}, "ctx": {"platform": {"spec": {"change": {"signed": true}}}}})) == 1
}

test_passes if {
	said(of({}, {})) == set()
	said(of({}, {"signed": false})) == set()
	said(of({"signed": true}, {"signed": true})) == set()
}
