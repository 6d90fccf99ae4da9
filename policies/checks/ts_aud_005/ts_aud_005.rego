# METADATA
# title: Waivers are narrow and expire
# description: |
#   A waiver names checks that can be waived, what of one tenant may fail, why, who asked, who else answers
#   for it, and until when: 90 days at most, 14 where a check is critical. This judges Waivers among the
#   objects of --manifests.
# custom:
#   id: TS-AUD-005
#   severity: high
#   scope: object
#   waivable: false
#   brought: true
#   remedy: remove it, or have somebody else grant one that is narrower and ends sooner
#   objects: [Waiver]
#   controls:
#     direct: [iso:A.5.36, csf:ID.RA-06, csf:ID.RA-07]
#     supporting: [iso:A.8.9, soc2:CC3.2, soc2:CC5.3, csf:GV.RM-04, gdpr:5.2]
package checks.ts_aud_005

import data.lib.dates

spec := object.get(input.object, "spec", {}) if {
	input.object.kind == "Waiver"
	startswith(input.object.apiVersion, "tenantsmith.dev/")
}

deny contains finding if {
	some [path, message] in faults
	finding := {"path": array.concat(["spec"], path), "message": message}
}

faults contains [[field], sprintf("the waiver does not say %s", [field])] if {
	some field in ["checks", "tenant", "reason", "ticket", "requestedBy", "approvedBy", "created", "expires"]
	object.get(spec, field, "") in {"", null, []}
}

faults contains [["checks", i], sprintf("there is no check %v", [id])] if {
	some i, id in spec.checks
	not input.ctx.checks[id]
}

faults contains [["checks", i], sprintf("%s cannot be waived", [id])] if {
	some i, id in spec.checks
	input.ctx.checks[id].waivable == false
}

faults contains [[], "the waiver is about the whole tenant"] if {
	_ = spec
	count([entry | some list in ["services", "objects", "fields"]; some entry in spec[list]]) == 0
}

faults contains [path, sprintf("%s is a pattern, and names are whole", [text])] if {
	some [path, text] in names
	contains(text, "*")
}

faults contains [["reason"], "the reason has less than 20 characters"] if {
	spec.reason != ""
	count(spec.reason) < 20
}

faults contains [["approvedBy"], sprintf("%s has asked for it, too", [spec.approvedBy])] if {
	lower(spec.approvedBy) == lower(spec.requestedBy)
}

faults contains [[field], sprintf("there is no such day as %v", [spec[field]])] if {
	some field in ["created", "expires"]
	no_day(spec[field])
}

faults contains [["expires"], sprintf("%s is not after %s, the day it was granted", [spec.expires, spec.created])] if days <= 0

faults contains [["expires"], sprintf("%d days after it was granted; at most %d", [days, most])] if days > most

faults contains [["created"], sprintf("%s is yet to come", [spec.created])] if dates.since(spec.created) < 0

faults contains [["expires"], sprintf("has expired: %s was its last day", [spec.expires])] if dates.since(spec.expires) > 0

names contains [["tenant"], spec.tenant]

names contains [[list, i], text] if {
	some list in ["environments", "services", "fields"]
	some i, text in spec[list]
}

names contains [["objects", i, field], text] if {
	some i, entry in spec.objects
	some field, text in entry
}

days := dates.day(spec.expires) - dates.day(spec.created)

no_day(text) if not dates.day(text)

default most := 90

most := 14 if {
	some id in spec.checks
	input.ctx.checks[id].severity == "critical"
}
