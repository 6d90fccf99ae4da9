# METADATA
# title: Links need consent on both sides
# custom:
#   id: TS-TEN-004
#   severity: high
#   scope: fleet
#   waivable: false
#   remedy: ask the other tenant to name the call in its spec.accepts, or remove it from spec.services.<name>.calls
#   objects: [tenant]
#   controls:
#     direct: [iso:A.5.14, csf:ID.AM-03]
#     supporting: [iso:A.5.15, iso:A.5.20, soc2:CC6.6, soc2:CC6.7, soc2:CC9.2, gdpr:26, gdpr:28.3, gdpr:32.1.b]
package checks.ts_ten_004

# A call that is accepted and never made opens nothing, as the way out is still closed. Somebody has to
# go first, and consent may.
deny contains finding if {
	some call in input.unanswered
	finding := {
		"member": call.member,
		"path": [],
		"field": call.field,
		"message": sprintf("tenant %s does not accept calls to %s from here in this environment", [call.tenant, call.service]),
	}
}
