# Objects that tenantsmith does not render.
package checks.ts_data_006

import data.lib.backups
import data.lib.holdings
import data.lib.spans

# Velero keeps a backup for 30 days unless told otherwise.
deny contains {"path": array.concat(path, ["ttl"]), "message": too_long("backup", time)} if {
	some [path, backup] in backups.made
	time := object.get(backup, "ttl", "720h")
	spans.hours(time) > longest
}

deny contains {"path": ["spec", "backup", "retentionPolicy"], "message": message} if {
	startswith(input.object.apiVersion, "postgresql.cnpg.io/")
	_ = input.object.spec.backup
	message := kept(input.object.spec.backup)
}

deny contains {"path": ["spec", "retentionPolicy"], "message": message} if {
	input.object.kind == "ObjectStore"
	startswith(input.object.apiVersion, "barmancloud.cnpg.io/")
	message := kept(object.get(input.object, "spec", {}))
}

# What a cron job makes is removed by its limits of history, and what runs once for each version goes with the
# version: if it went before, the GitOps engine would make it again, and it would run again.
deny contains {"path": ["spec", "ttlSecondsAfterFinished"], "message": "job stays for ever when it has ended"} if {
	input.object.kind == "Job"
	not is_number(object.get(input.object, ["spec", "ttlSecondsAfterFinished"], null))
	not of_version
}

of_version if {
	labels := input.object.metadata.labels
	labels["app.kubernetes.io/managed-by"] == "tenantsmith"
	once(input.ctx.spec.services[labels["app.kubernetes.io/name"]])
}

once(service) if service.kind == "job"

once(service) if {
	some step in service.init
	step.once
}

# How long the archive of a database is kept, where that is too long.
kept(archive) := too_long("archive of the database", archive.retentionPolicy) if {
	backups.policy_hours(archive.retentionPolicy) > longest
}

kept(archive) := sprintf("archive of the database is kept without end, and data only for %v", [holdings.compliance.retention]) if {
	not archive.retentionPolicy
}
