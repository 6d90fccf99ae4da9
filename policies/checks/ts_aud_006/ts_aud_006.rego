# METADATA
# title: Attestations are valid
# description: |
#   What somebody vouches for names a control that there is, was said on a day that is not yet to come, and
#   is said again before it runs out, at least every 400 days. Evidence, statement, person and role are
#   demanded by the schema. A manual control that nobody vouches for is no finding: the report says of it
#   that it is not attested, which no other control makes up for.
# custom:
#   id: TS-AUD-006
#   severity: medium
#   scope: [tenant, platform]
#   waivable: false
#   remedy: renew or remove the entry of spec.compliance.attestations; only the platform team can renew one of platform spec.attestations
#   objects: [tenant]
#   needs: [now]
#   controls:
#     direct: [soc2:CC4.1, gdpr:5.2]
#     supporting: [iso:A.5.35, iso:A.5.36, soc2:CC4.2, csf:GV.OV-03, csf:ID.IM-01, gdpr:24]
package checks.ts_aud_006

import data.lib.dates

most := 400

deny contains finding if {
	some s in said
	some field, message in fault(s.attestation)
	finding := {"path": [], "field": array.concat(s.field, [field]), "message": message}
}

said contains {"field": ["spec", "compliance", "attestations", i], "attestation": attestation} if {
	some i, attestation in input.ctx.spec.compliance.attestations
}

said contains {"field": ["spec", "attestations", i], "attestation": attestation} if {
	some i, attestation in input.platform.attestations
}

# The first that is wrong with it.
fault(attestation) := {"control": sprintf("no framework has a control %s", [attestation.control])} if {
	not input.ctx.controls[attestation.control]
} else := {field: sprintf("there is no such day as %s", [attestation[field]])} if {
	some field in ["date", "until"]
	no_day(attestation[field])
} else := {"date": sprintf("%s is yet to come", [attestation.date])} if {
	dates.since(attestation.date) < 0
} else := {"until": sprintf("%s is before %s, when it was said", [attestation.until, attestation.date])} if {
	days(attestation) < 0
} else := {"until": sprintf("%d days after it was said; at most %d", [days(attestation), most])} if {
	days(attestation) > most
} else := {"until": sprintf("has run out: %s was its last day", [attestation.until])} if {
	dates.since(attestation.until) > 0
}

no_day(text) if not dates.day(text)

days(attestation) := dates.day(attestation.until) - dates.day(attestation.date)
