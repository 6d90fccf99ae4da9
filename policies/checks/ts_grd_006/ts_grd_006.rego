# METADATA
# title: The quota binds
# description: |
#   ResourceQuotas bound what the pods of a namespace request, and what it holds. A guard that is phased in
#   is not there yet: what depends on it is not met, however the rest is judged.
# custom:
#   id: TS-GRD-006
#   severity: medium
#   scope: tenant
#   waivable: true
#   remedy: compare the audit folder with the cluster, then set spec.guards.quota to enforce
#   objects: [tenant]
#   controls:
#     direct: [mtb:MTB-PL1-CC-FNS-1, nsa:NET-03, iso:A.8.6, soc2:A1.1, csf:PR.IR-04, mtb:MTB-PL1-CC-FNS-2]
#     supporting: [gdpr:32.1.b]
package checks.ts_grd_006

import data.lib.guards

deny contains guards.finding("quota", "nothing bounds what the namespace takes from the cluster") if guards.audited("quota")
