# METADATA
# title: The API server holds pods to their level
# description: |
#   The namespace enforces a level of Pod Security, images are verified, and the platform's admission
#   policies refuse. A guard that is phased in is not there yet: what depends on it is not met, however the
#   rest is judged.
# custom:
#   id: TS-GRD-002
#   severity: medium
#   scope: tenant
#   waivable: true
#   remedy: compare the audit folder with the cluster, then set spec.guards.admission to enforce
#   objects: [tenant]
#   controls:
#     direct: [cis:5.2.1, cis:5.5.1, csf:ID.RA-09]
#     supporting: [cis:5.2.2, cis:5.2.3, cis:5.2.4, cis:5.2.5, cis:5.2.6, cis:5.2.7, cis:5.2.8, cis:5.2.9, cis:5.2.10, cis:5.2.11, cis:5.2.12, cis:5.6.3, nsa:POD-04, iso:A.8.9, soc2:CC6.8, csf:PR.PS-01, nsa:POD-03, iso:A.5.21, iso:A.8.19, csf:PR.PS-05, csf:GV.SC-07]
package checks.ts_grd_002

import data.lib.guards

deny contains guards.finding("admission", "the API server warns of pods below their level of Pod Security, and lets them in") if guards.audited("admission")
