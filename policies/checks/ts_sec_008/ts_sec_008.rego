# METADATA
# title: Secrets rotate
# description: |
#   A new value reaches the cluster within a day. A secret changes at its source at least once a year, one of a
#   tenant with confidential or personal data every half year; what is due is held against the day of the run.
# custom:
#   id: TS-SEC-008
#   severity: medium
#   scope: [object, set]
#   waivable: true
#   remedy: set spec.secrets.<name>.rotation, rotated and refresh; in an object of your own the field itself
#   objects: [ExternalSecret, Certificate, tenant]
#   controls:
#     direct: [iso:A.5.17, csf:PR.AA-01]
#     supporting: [iso:A.8.24, soc2:CC6.1, soc2:CC6.2, nsa:NET-09, gdpr:32.1.d]
package checks.ts_sec_008

import data.lib.dates

deny contains finding if {
	_ = input.facts
	some name, secret in input.ctx.spec.secrets
	some [field, message] in faults(secret)
	finding := {
		"path": [],
		"field": ["spec", "secrets", name, field],
		"message": message,
	}
}

faults(secret) := {[field, message] |
	some field, message in object.union(
		{"rotation": text | text := rotation(secret)},
		object.union({"rotated": text | text := rotated(secret)}, {"refresh": text | text := refresh(secret)}),
	)
}

rotation(secret) := "nobody says how often its value changes" if not secret.rotation

rotation(secret) := sprintf("its value changes every %s, which has to be at most %d days", [secret.rotation, longest]) if {
	dates.hours(secret.rotation) > longest * 24
}

rotated(secret) := sprintf("its value changed on %s and is due every %s: that was over before %s", [secret.rotated, secret.rotation, input.ctx.now]) if {
	dates.since(secret.rotated) * 24 > dates.hours(secret.rotation)
}

rotated(secret) := sprintf("its value changed on %s, which is after %s", [secret.rotated, input.ctx.now]) if dates.since(secret.rotated) < 0

refresh(secret) := sprintf("it is fetched again after %s, which has to be at most 24h", [secret.refresh]) if dates.hours(secret.refresh) > 24

longest := 180 if input.ctx.spec.compliance.dataClassification in {"confidential", "personal"}
