# METADATA
# title: Backups exist and are scoped
# description: |
#   State has to be backed up where data is sensitive, or where the tier has backups and the cluster has
#   Velero. A tenant without volumes and databases has nothing to lose that is not in git. A restore has
#   to be tried before protected environments depend on it, and once a year from then on.
# custom:
#   id: TS-DATA-007
#   severity: high
#   scope: [object, set]
#   waivable: true
#   remedy: set spec.backup, or spec.databases.<name>.backup, with a schedule that runs every day and the day of the last restore; only the platform team can install Velero, by platform spec.clusters.<name>.operators; the patch or object of your own must leave nothing out
#   objects: [Schedule, Backup, Restore, ScheduledBackup, Cluster, PersistentVolumeClaim, pods, tenant]
#   controls:
#     direct: [gdpr:32.1.c, iso:A.8.13, soc2:A1.2, csf:PR.DS-11]
#     supporting: [gdpr:32.1.b, iso:A.5.29, iso:A.5.30, soc2:A1.3, soc2:CC7.5, csf:RC.RP-03]
package checks.ts_data_007

import data.lib.backups
import data.lib.dates

deny contains of_tenant(["spec", "backup"], "tenant keeps volumes that nobody backs up") if {
	_ = input.facts
	backups.demanded
	volumes
	not input.ctx.spec.backup
}

deny contains of_tenant(["spec", "databases", name], sprintf("nobody backs up database %q", [name])) if {
	_ = input.facts
	backups.demanded
	some name, database in input.ctx.spec.databases
	not database.backup
	not input.ctx.spec.backup
}

deny contains of_tenant(array.concat(field, ["schedule"]), sprintf("backup runs by %q, which is not every day", [backup.schedule])) if {
	_ = input.facts
	backups.demanded
	some [field, backup] in backups.declared
	not backups.daily(object.get(backup, "schedule", ""), 5)
}

deny contains of_tenant(array.concat(field, ["restoreTested"]), message) if {
	_ = input.facts
	backups.demanded
	input.ctx.protected
	limit := dates.hours(input.ctx.platform.spec.restoreAge) / 24
	some [field, backup] in backups.declared
	message := untested(backup, limit)
}

volumes if {
	some service in input.ctx.spec.services
	some volume in service.volumes
	volume.claim
}

volumes if input.kinds.PersistentVolumeClaim

volumes if {
	some entry in input.kinds.StatefulSet
	count(entry.object.spec.volumeClaimTemplates) > 0
}

# The platform says how old the last try may be; where it does not, nobody has to try.
untested(backup, _) := "nobody has tried to restore a backup" if not backup.restoreTested

untested(backup, limit) := sprintf("a restore was last tried on %v, more than %v days ago", [backup.restoreTested, limit]) if {
	dates.since(backup.restoreTested) > limit
}

untested(backup, _) := sprintf("a restore was tried on %v, which is in the future", [backup.restoreTested]) if {
	dates.since(backup.restoreTested) < 0
}

of_tenant(field, message) := {"path": [], "field": field, "message": message}
