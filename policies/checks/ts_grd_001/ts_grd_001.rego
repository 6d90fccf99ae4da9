# METADATA
# title: The default account is locked
# description: |
#   The ServiceAccount "default" of a namespace mounts no token, so that pods which ask for no account have
#   none. A guard that is phased in is not there yet: what depends on it is not met, however the rest is
#   judged.
# custom:
#   id: TS-GRD-001
#   severity: medium
#   scope: tenant
#   waivable: true
#   remedy: compare the audit folder with the cluster, then set spec.guards.accounts to enforce
#   objects: [tenant]
#   controls:
#     direct: [cis:5.1.5, cis:5.1.6, nsa:POD-05]
#     supporting: [iso:A.5.16, soc2:CC6.1, csf:PR.AA-01, iso:A.8.3, csf:PR.AA-05]
package checks.ts_grd_001

import data.lib.guards

deny contains guards.finding("accounts", "pods without an account of their own may mount a token of the one called default") if guards.audited("accounts")
