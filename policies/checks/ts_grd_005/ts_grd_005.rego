# METADATA
# title: The network is closed
# description: |
#   NetworkPolicies close the namespace in both directions, and open what is declared. A guard that is
#   phased in is not there yet: what depends on it is not met, however the rest is judged.
# custom:
#   id: TS-GRD-005
#   severity: medium
#   scope: tenant
#   waivable: true
#   remedy: compare the audit folder with the cluster, then set spec.guards.network to enforce
#   objects: [tenant]
#   controls:
#     direct: [cis:5.3.2, nsa:NET-02, iso:A.8.22, soc2:CC6.1, soc2:CC6.6, csf:PR.IR-01, gdpr:32.1.b, mtb:PENDING-1201, nsa:NET-10]
#     supporting: [iso:A.8.20, gdpr:25.2, iso:A.8.12, soc2:CC6.7, csf:PR.DS-02, mtb:MTB-PL1-CC-TI-2, iso:A.8.3, csf:ID.AM-03, gdpr:25.1, gdpr:5.1.f, nsa:NET-04]
package checks.ts_grd_005

import data.lib.guards

deny contains guards.finding("network", "nothing closes the namespace's network") if guards.audited("network")
