# METADATA
# title: Guards are loosened by the platform team
# description: |
#   A tenant's own files put no guard in audit: whoever is held by a guard does not decide when it holds.
#   Overrides and the platform's defaults are the platform team's word.
# custom:
#   id: TS-GRD-008
#   severity: high
#   scope: tenant
#   waivable: true
#   remedy: remove spec.guards from the tenant's file, and have the platform team say it in its overrides
#   objects: [tenant]
#   controls:
#     direct: [iso:A.5.3]
#     supporting: [iso:A.8.9, soc2:CC6.3, soc2:CC8.1, csf:PR.AA-05, gdpr:32.4]
package checks.ts_grd_008

deny contains finding if {
	some name in input.ctx.own_audits
	finding := {
		"path": [],
		"field": ["spec", "guards", name],
		"message": sprintf("guard %s is in audit by the tenant's own word", [name]),
	}
}
