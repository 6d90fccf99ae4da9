# METADATA
# title: The mesh asks who calls
# description: |
#   The namespace is part of the mesh where there is one, which demands mutual TLS and asks who may call
#   whom. A guard that is phased in is not there yet: what depends on it is not met, however the rest is
#   judged.
# custom:
#   id: TS-GRD-004
#   severity: medium
#   scope: tenant
#   waivable: true
#   remedy: compare the audit folder with the cluster, then set spec.guards.mesh to enforce
#   objects: [tenant]
#   controls:
#     direct: [iso:A.8.24, soc2:CC6.7, csf:PR.DS-02, csf:PR.AA-03, gdpr:32.1.a, iso:A.8.22, soc2:CC6.1, csf:PR.AA-05, csf:PR.IR-01, gdpr:32.1.b]
#     supporting: [nsa:NET-08, iso:A.8.5, iso:A.8.20, iso:A.5.15, iso:A.8.3, soc2:CC6.6, gdpr:25.2]
package checks.ts_grd_004

import data.lib.guards

deny contains guards.finding("mesh", "pods take no part in the mesh by it, and nobody asks callers who they are") if {
	guards.audited("mesh")
	input.ctx.cluster.mesh == "istio"
}
