# METADATA
# title: Retention is set and enforced
# description: |
#   Nothing keeps data longer than the tenant says it is kept. Logs are not measured by that: how long
#   they are kept at least is for TS-AUD-001.
# custom:
#   id: TS-DATA-006
#   severity: medium
#   scope: [object, set]
#   waivable: true
#   remedy: set spec.compliance.retention and spec.compliance.purge, keep spec.backup.retention and spec.databases.<name>.backup within it, and let the patch or object of your own end in time
#   objects: [Job, Schedule, Backup, Cluster, ObjectStore, tenant]
#   controls:
#     direct: [gdpr:5.1.e, iso:A.8.10, soc2:C1.2]
#     supporting: [gdpr:17, gdpr:28.3, iso:A.5.33, soc2:C1.1, soc2:P4.2, soc2:P4.3, csf:ID.AM-08, mtb:PENDING-1199]
package checks.ts_data_006

import data.lib.backups
import data.lib.dates
import data.lib.holdings

deny contains of_tenant(["spec", "compliance", "retention"], "personal data is kept without end") if {
	_ = input.facts
	holdings.personal
	object.get(holdings.compliance, "retention", "") == ""
}

deny contains of_tenant(["spec", "compliance", "purge"], "nothing erases personal data when its time is over") if {
	_ = input.facts
	holdings.personal
	not purged
}

deny contains of_tenant(["spec", "compliance", "purge", "service"], message) if {
	_ = input.facts
	name := holdings.compliance.purge.service
	not lasting(name)
	message := sprintf("data is erased by service %q, which is none of the tenant's or runs only once", [name])
}

deny contains of_tenant(array.concat(field, ["retention"]), too_long("backup", backup.retention)) if {
	_ = input.facts
	some [field, backup] in backups.declared
	dates.hours(backup.retention) > longest
}

longest := dates.hours(holdings.compliance.retention)

too_long(what, time) := sprintf("%s is kept for %v, and data only for %v", [what, time, holdings.compliance.retention])

purged if holdings.compliance.purge.service != ""

purged if holdings.compliance.purge.reference != ""

lasting(name) if input.ctx.spec.services[name].kind != "job"

of_tenant(field, message) := {"path": [], "field": field, "message": message}
