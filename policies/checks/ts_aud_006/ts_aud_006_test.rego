package checks.ts_aud_006_test

import data.checks.ts_aud_006
import data.lib.samples_test as samples

attestation := {
	"control": "soc2 CC1.1",
	"statement": "the board has signed the code of conduct",
	"evidence": "https://wiki.example.com/cc1",
	"by": "Ada Berger",
	"role": "head of security",
	"date": "2026-10-01",
	"until": "2027-09-30",
}

controls := {"controls": {"soc2 CC1.1": true, "iso27001 A.5.1": true, "iso A.5.1": true}}

of(facts) := samples.within(samples.tenant({"compliance": {"attestations": [attestation, object.union(attestation, facts)]}}), controls)

platform(facts) := {"platform": {"attestations": [object.union(attestation, facts)]}, "ctx": object.union(controls, {"now": "2026-11-22"})}

at(field, message) := {{"path": [], "field": ["spec", "compliance", "attestations", 1, field], "message": message}}

test_violates_unknown_control if {
	every control in ["soc2 CC99.1", "iso A.99", "SOC2 CC1.1"] {
		ts_aud_006.deny == at("control", sprintf("no framework has a control %s", [control])) with input as of({"control": control})
	}
}

test_violates_two_years_ago if {
	ts_aud_006.deny == at("until", "has run out: 2025-11-20 was its last day") with input as of({"date": "2024-11-20", "until": "2025-11-20"})
	ts_aud_006.deny == at("until", "has run out: 2026-11-21 was its last day") with input as of({"until": "2026-11-21"})
	ts_aud_006.deny == at("until", "1825 days after it was said; at most 400") with input as of({"date": "2024-11-20", "until": "2029-11-19"})
}

test_violates_yet_to_come if {
	ts_aud_006.deny == at("date", "2026-11-23 is yet to come") with input as of({"date": "2026-11-23"})
}

test_violates_end_before_it_begins if {
	ts_aud_006.deny == at("until", "2026-09-30 is before 2026-10-01, when it was said") with input as of({"until": "2026-09-30"})
}

test_violates_no_day if {
	ts_aud_006.deny == at("date", "there is no such day as 2026-02-30") with input as of({"date": "2026-02-30"})
	ts_aud_006.deny == at("until", "there is no such day as 2027-11-31") with input as of({"until": "2027-11-31"})
}

test_violates_in_the_platform_file if {
	ts_aud_006.deny == {{
		"path": [],
		"field": ["spec", "attestations", 0, "control"],
		"message": "no framework has a control soc2 CC0",
	}} with input as platform({"control": "soc2 CC0"})
}

test_passes if {
	every control in ["soc2 CC1.1", "iso27001 A.5.1", "iso A.5.1"] {
		count(ts_aud_006.deny) == 0 with input as of({"control": control})
	}
	count(ts_aud_006.deny) == 0 with input as of({"date": "2026-11-22", "until": "2026-11-22"})
	count(ts_aud_006.deny) == 0 with input as of({"date": "2025-11-22", "until": "2026-12-27"})
	count(ts_aud_006.deny) == 0 with input as platform({})
	count(ts_aud_006.deny) == 0 with input as samples.tenant({})
}
