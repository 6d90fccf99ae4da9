package checks.ts_data_001_test

import data.checks.ts_data_001
import data.lib.samples_test as samples

record := {
	"role": "controller", "purposes": ["orders"], "categories": ["contact"], "subjects": ["customers"], "recipients": ["carrier"],
	"legalBasis": "contract", "agreement": "DPA-1", "controller": "privacy@acme.example", "officer": "dpo@acme.example", "special": false,
}

complete := {"dataClassification": "personal", "retention": "365d", "transfers": [], "record": record}

said(compliance) := {[f.field, f.message] | some f in ts_data_001.deny with input as samples.tenant({"compliance": compliance})}

fields(compliance) := {concat(".", field) | some [field, _] in said(compliance)}

put(path, value) := json.patch(complete, [{"op": "add", "path": path, "value": value}])

drop(path) := json.patch(complete, [{"op": "remove", "path": path}])

test_violates_unclassified if {
	every compliance in [{}, {"dataClassification": ""}] {
		fields(compliance) == {"spec.compliance.dataClassification"}
	}
	ts_data_001.deny == {{
		"path": [],
		"field": ["spec", "compliance", "dataClassification"],
		"message": "tenant does not say how sensitive its data is",
	}} with input as samples.tenant({})
}

test_violates_without_record if {
	some [_, message] in said(drop("/record"))
	message == "record of processing lacks role, purposes, categories, subjects, recipients, legalBasis, agreement, controller, officer, special"
}

test_violates_part_of_record if {
	every part in ["role", "purposes", "recipients", "officer", "special"] {
		said(drop(concat("/", ["/record", part]))) == {[["spec", "compliance", "record"], sprintf("record of processing lacks %s", [part])]}
	}
	fields(put("/record/purposes", [])) == {"spec.compliance.record"}
}

test_violates_without_retention_and_transfers if {
	fields(drop("/retention")) == {"spec.compliance.retention"}
	fields(drop("/transfers")) == {"spec.compliance.transfers"}
}

test_violates_special_without_assessment if {
	special := put("/record/special", true)
	fields(special) == {"spec.compliance.record.assessment"}
	every assessment in [{}, {"reference": "DPIA-1"}, {"date": "2026-03-01"}, {"reference": "", "date": "2026-03-01"}, {"reference": "DPIA-1", "date": "2026-02-30"}] {
		fields(json.patch(special, [{"op": "add", "path": "/record/assessment", "value": assessment}])) == {"spec.compliance.record.assessment"}
	}
}

test_violates_assessment_in_the_future if {
	assessment := {"reference": "DPIA-1", "date": "2027-01-01"}
	fields(put("/record/assessment", assessment)) == {"spec.compliance.record.assessment.date"}
}

test_passes_complete if {
	said(complete) == set()
	said(put("/record/assessment", {"reference": "DPIA-1", "date": "2026-03-01"})) == set()
	special := object.union(record, {"special": true, "assessment": {"reference": "DPIA-1", "date": "2026-03-01"}})
	said(put("/record", special)) == set()
}

test_passes_other_data if {
	every class in ["public", "internal", "confidential"] {
		said({"dataClassification": class}) == set()
	}
}

test_passes_where_no_tenant_is_known if {
	count(ts_data_001.deny) == 0 with input as {"ctx": {"namespaces": []}}
}

test_passes_without_a_day if {
	given := put("/record/assessment", {"reference": "DPIA-1", "date": "2027-01-01"})
	asked := {"ctx": object.remove(samples.tenant({"compliance": given}).ctx, ["now"])}
	count(ts_data_001.deny) == 0 with input as asked
}
