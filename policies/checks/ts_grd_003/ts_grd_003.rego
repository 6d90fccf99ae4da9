# METADATA
# title: Containers have defaults and bounds
# description: |
#   The LimitRange of a namespace gives containers what they did not ask for, and bounds each of them. A
#   guard that is phased in is not there yet: what depends on it is not met, however the rest is judged.
# custom:
#   id: TS-GRD-003
#   severity: medium
#   scope: tenant
#   waivable: true
#   remedy: compare the audit folder with the cluster, then set spec.guards.limits to enforce
#   objects: [tenant]
#   controls:
#     direct: [nsa:NET-03]
#     supporting: [iso:A.8.6, soc2:A1.1, csf:PR.IR-04]
package checks.ts_grd_003

import data.lib.guards

deny contains guards.finding("limits", "containers that state no requests and limits get none, and nothing bounds a single one") if guards.audited("limits")
