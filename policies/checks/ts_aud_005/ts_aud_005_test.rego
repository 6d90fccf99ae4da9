package checks.ts_aud_005_test

import data.checks.ts_aud_005
import data.lib.samples_test as samples

checks := {"checks": {
	"TS-POD-008": {"waivable": true, "severity": "high"},
	"TS-POD-001": {"waivable": true, "severity": "critical"},
	"TS-GEN-003": {"waivable": false, "severity": "critical"},
}}

spec := {
	"checks": ["TS-POD-008"],
	"tenant": "acme",
	"services": ["web"],
	"reason": "the image starts as root until January",
	"requestedBy": "jane@example.com",
	"approvedBy": "sam@example.com",
	"ticket": "SEC-1",
	"created": "2026-11-01",
	"expires": "2026-12-01",
}

waiver(of) := {"apiVersion": "tenantsmith.dev/v1alpha1", "kind": "Waiver", "metadata": {"name": "x"}, "spec": of}

said(of) := {[f.path, f.message] |
	some f in ts_aud_005.deny with input as samples.within(samples.of(waiver(of)), checks)
}

with_facts(facts) := said(object.union(spec, facts))

test_violates_checks if {
	with_facts({"checks": ["TS-GEN-003"], "expires": "2026-11-15"}) == {[["spec", "checks", 0], "TS-GEN-003 cannot be waived"], [["spec", "expires"], "has expired: 2026-11-15 was its last day"]}
	with_facts({"checks": ["TS-POD-008", "TS-POD"]}) == {[["spec", "checks", 1], "there is no check TS-POD"]}
	with_facts({"checks": ["*"]}) == {[["spec", "checks", 0], "there is no check *"]}
}

test_violates_what_is_not_said if {
	every field in ["checks", "tenant", "reason", "ticket", "requestedBy", "approvedBy", "created", "expires"] {
		message := sprintf("the waiver does not say %s", [field])
		[["spec", field], message] in said(object.remove(spec, [field]))
	}
	[["spec", "ticket"], "the waiver does not say ticket"] in with_facts({"ticket": ""})
	[["spec", "checks"], "the waiver does not say checks"] in with_facts({"checks": []})
}

test_violates_nothing_said if {
	bare := object.remove(waiver({}), ["spec"])
	count(ts_aud_005.deny) == 9 with input as samples.within(samples.of(bare), checks)
}

test_violates_whole_tenant if {
	said(object.remove(spec, ["services"])) == {[["spec"], "the waiver is about the whole tenant"]}
	with_facts({"services": []}) == {[["spec"], "the waiver is about the whole tenant"]}
}

test_violates_patterns if {
	with_facts({"services": ["*"]}) == {[["spec", "services", 0], "* is a pattern, and names are whole"]}
	with_facts({"objects": [{"kind": "Rollout", "name": "web-*"}]}) == {[["spec", "objects", 0, "name"], "web-* is a pattern, and names are whole"]}
	with_facts({"tenant": "*"}) == {[["spec", "tenant"], "* is a pattern, and names are whole"]}
}

test_violates_short_reason if with_facts({"reason": "because"}) == {[["spec", "reason"], "the reason has less than 20 characters"]}

test_violates_own_approval if {
	with_facts({"approvedBy": "Jane@example.com"}) == {[["spec", "approvedBy"], "Jane@example.com has asked for it, too"]}
}

test_violates_days if {
	with_facts({"expires": "2030-01-01"}) == {[["spec", "expires"], "1157 days after it was granted; at most 90"]}
	with_facts({"checks": ["TS-POD-001"]}) == {[["spec", "expires"], "30 days after it was granted; at most 14"]}
	with_facts({"created": "2026-12-01", "expires": "2026-12-01"}) == {
		[["spec", "created"], "2026-12-01 is yet to come"],
		[["spec", "expires"], "2026-12-01 is not after 2026-12-01, the day it was granted"],
	}
	with_facts({"created": "2026-10-01", "expires": "2026-11-21"}) == {[["spec", "expires"], "has expired: 2026-11-21 was its last day"]}
	with_facts({"expires": "2026-11-31"}) == {[["spec", "expires"], "there is no such day as 2026-11-31"]}
}

test_passes if {
	said(spec) == set()
	with_facts({"expires": "2027-01-30", "environments": ["production"], "objects": [{"kind": "Rollout", "name": "web"}]}) == set()
	with_facts({"checks": ["TS-POD-001"], "created": "2026-11-15", "expires": "2026-11-29"}) == set()
}

test_passes_other_waivers if {
	other := object.union(waiver({}), {"apiVersion": "example.com/v1"})
	count(ts_aud_005.deny) == 0 with input as samples.within(samples.of(other), checks)
}
