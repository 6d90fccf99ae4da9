# METADATA
# title: Data is classified and recorded
# description: |
#   Personal data needs the record of processing, as far as a reference can hold it. An empty list of
#   transfers says that nobody gets data; leaving it out says nothing.
# custom:
#   id: TS-DATA-001
#   severity: high
#   scope: tenant
#   waivable: true
#   needs_tenant: true
#   remedy: set spec.compliance.dataClassification and, for personal data, spec.compliance.record, spec.compliance.retention and spec.compliance.transfers
#   objects: [tenant]
#   when: {spec.compliance.dataClassification: [personal]}
#   controls:
#     direct: [gdpr:30.1, iso:A.5.12, csf:ID.AM-07]
#     supporting: [gdpr:30.2, gdpr:5.2, gdpr:6, gdpr:9, gdpr:28.3, gdpr:35.1, gdpr:37, gdpr:24, iso:A.5.34, iso:A.5.9, soc2:C1.1, soc2:P3.1, soc2:P4.1, csf:ID.AM-05, csf:GV.OC-03]
package checks.ts_data_001

import data.lib.dates
import data.lib.holdings

deny contains finding(["dataClassification"], "tenant does not say how sensitive its data is") if {
	_ = input.ctx.spec
	object.get(input.ctx.spec, ["compliance", "dataClassification"], "") == ""
}

deny contains finding(["record"], sprintf("record of processing lacks %s", [concat(", ", missing)])) if {
	holdings.personal
	missing := [field |
		some field in ["role", "purposes", "categories", "subjects", "recipients", "legalBasis", "agreement", "controller", "officer", "special"]
		object.get(holdings.compliance, ["record", field], "") in {"", []}
	]
	count(missing) > 0
}

deny contains finding(["retention"], "tenant does not say how long it keeps personal data") if {
	holdings.personal
	object.get(holdings.compliance, "retention", "") == ""
}

deny contains finding(["transfers"], "tenant does not say who gets personal data; an empty list says that nobody does") if {
	holdings.personal
	not is_array(object.get(holdings.compliance, "transfers", null))
}

deny contains finding(["record", "assessment"], "special categories of data, or data on a large scale, lack the assessment of the impact on people") if {
	holdings.personal
	holdings.compliance.record.special == true
	not assessed
}

deny contains finding(["record", "assessment", "date"], sprintf("impact on people was assessed on %v, which is in the future", [day])) if {
	day := holdings.compliance.record.assessment.date
	dates.since(day) < 0
}

assessed if {
	assessment := holdings.compliance.record.assessment
	assessment.reference != ""
	dates.day(assessment.date)
}

finding(steps, message) := {"path": [], "field": array.concat(["spec", "compliance"], steps), "message": message}
