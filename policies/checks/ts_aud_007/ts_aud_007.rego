# METADATA
# title: Output is reproducible and traceable
# description: |
#   What a change commits as output is what tenantsmith renders from its files, byte for byte; every file
#   of it is in a record, which has the digests of inputs, schemas and policies, the version of the tool,
#   findings and waivers; and the commit is signed where the platform says so.
# custom:
#   id: TS-AUD-007
#   severity: high
#   scope: change
#   waivable: false
#   remedy: run tenantsmith render, remove what no record knows, and sign the commit where platform spec.change.signed says so
#   objects: [change]
#   controls:
#     direct: [iso:A.8.9, soc2:CC7.1, soc2:CC8.1, csf:PR.PS-01]
#     supporting: [iso:A.8.32, iso:A.5.28, iso:A.8.15, soc2:CC2.1, csf:DE.CM-09, csf:RS.AN-07, gdpr:5.2]
package checks.ts_aud_007

deny contains finding if {
	some file in input.change.stale
	finding := {"path": [], "message": sprintf("%s is not what tenantsmith renders", [file])}
}

deny contains finding if {
	some file in input.change.unrecorded
	finding := {"path": [], "message": sprintf("%s is in no record: nobody knows where it came from", [file])}
}

deny contains finding if {
	input.ctx.platform.spec.change.signed == true
	not input.change.signed == true
	finding := {"path": [], "message": sprintf("commit %s is not signed", [substring(input.change.head, 0, 12)])}
}
