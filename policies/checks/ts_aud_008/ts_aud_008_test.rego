package checks.ts_aud_008_test

import data.checks.ts_aud_008
import data.lib.samples_test as samples

said(spec) := {[concat(".", f.field), f.message] | some f in ts_aud_008.deny with input as samples.tenant(spec)}

elsewhere(spec) := {f.message | some f in ts_aud_008.deny with input as json.patch(samples.tenant(spec), [{"op": "remove", "path": "/ctx/protected"}])}

complete := {"security": "security@acme.example", "oncall": "tel:+49-30-5550100", "privacy": "https://acme.example/privacy", "breach": "breach@acme.example"}

security := ["spec.contacts.security", "nobody is named to reach about security"]

frameworks := {"compliance": {"frameworks": ["soc2"]}}

test_violates_without_security if {
	said(frameworks) == {security}
	said(object.union(frameworks, {"contacts": {"security": ""}})) == {security}
	elsewhere({"compliance": {"dataClassification": "confidential"}}) == {"nobody is named to reach about security"}
}

test_violates_critical if {
	said({"services": {"web": {"critical": true}}}) == {security, ["spec.contacts.oncall", "nobody is named to reach about incidents, at any hour"]}
}

test_violates_personal_data if {
	said({"compliance": {"dataClassification": "personal"}}) == {
		security,
		["spec.contacts.privacy", "nobody is named to reach about data of people"],
		["spec.contacts.breach", "nobody is named to reach about breaches"],
	}
}

test_violates_placeholder if {
	every contact in ["noreply@acme.example", "TODO@acme.example", "no-reply@acme.example", "changeme@acme.example", "a@localhost.local", "a@domain.com"] {
		said({"contacts": {"security": contact}}) == {["spec.contacts.security", sprintf("%s is a placeholder that reaches nobody", [contact])]}
	}
}

test_passes_complete if {
	said({"contacts": complete, "services": {"web": {"critical": true}}, "compliance": {"dataClassification": "personal"}}) == set()
}

test_passes_where_little_is_at_stake if {
	elsewhere({"services": {"web": {"critical": true}}}) == set()
	said({"contacts": {"security": "testing-team@acme.example"}, "services": {"web": {"critical": false}}}) == set()
	said({"services": {"web": {"critical": false}}}) == set()
}
