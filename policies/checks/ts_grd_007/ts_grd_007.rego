# METADATA
# title: Guards in audit come to an end
# description: |
#   A guard may be in audit for half a year at a time, and not longer than to the day that stands beside it. From
#   then on the tenant is held back until the guard is enforced, or somebody answers for another day.
# custom:
#   id: TS-GRD-007
#   severity: high
#   scope: tenant
#   waivable: true
#   remedy: enforce the guards, or have the platform team set spec.guards.until to another day
#   objects: [tenant]
#   needs: [now]
#   controls:
#     supporting: [iso:A.8.9, soc2:CC5.3, csf:ID.RA-06]
package checks.ts_grd_007

import data.lib.dates
import data.lib.guards

most := 180

deny contains {"path": [], "field": ["spec", "guards", "until"], "message": fault(input.ctx.spec.guards.until)} if count(guards.names) > 0

fault(until) := sprintf("has passed: %s was the last day in audit for %s", [until, concat(", ", sort(guards.names))]) if {
	dates.since(until) > 0
}

fault(until) := sprintf("is %d days away; guards may be in audit for %d at a time", [away, most]) if {
	away := 0 - dates.since(until)
	away > most
}
