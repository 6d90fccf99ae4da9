# Objects that tenantsmith does not render, or does not render like this.
package checks.ts_data_007

import data.lib.backups
import data.lib.dates
import data.lib.holdings
import data.lib.pods
import data.lib.spans

deny contains {"object": entry.index, "path": [], "message": "nothing backs up this database"} if {
	backups.demanded
	some entry in input.kinds.Cluster
	startswith(entry.object.apiVersion, "postgresql.cnpg.io/")
	not input.ctx.spec.backup
	place := entry.object.metadata
	not [place.namespace, place.name] in scheduled
}

deny contains {"path": ["spec", "schedule"], "message": message} if {
	some said in late
	message := sprintf("schedule %q %s", [object.get(input.object, ["spec", "schedule"], ""), said])
}

deny contains {"path": [], "message": "restores are made by hand and with care; git would repeat this one"} if {
	input.object.kind == "Restore"
	backups.velero
}

deny contains {"path": ["spec", field], "message": "backup is switched off"} if {
	input.object.kind in {"Schedule", "ScheduledBackup"}
	some field in ["paused", "suspend"]
	input.object.spec[field] == true
}

deny contains {"path": array.concat(path, steps), "message": message} if {
	some [path, backup] in backups.made
	some [steps, message] in incomplete(backup)
}

deny contains {"path": ["metadata", "namespace"], "message": sprintf("Velero only looks into namespace %s", [home])} if {
	home := input.ctx.platform.spec.namespaces.backup
	input.object.kind in {"Schedule", "Backup"}
	backups.velero
	object.get(input.object, ["metadata", "namespace"], "") != home
}

# Ways around a backup that is there.
deny contains {"path": ["metadata", "labels", excluded], "message": "claim is left out of backups, and its data is sensitive"} if {
	input.object.kind == "PersistentVolumeClaim"
	input.object.metadata.labels[excluded] == "true"
	holdings.sensitive
}

deny contains {"path": array.concat(p.path, ["metadata", "annotations", skipped]), "message": message} if {
	some p in pods.all
	names := p.pod.metadata.annotations[skipped]
	holdings.sensitive
	message := sprintf("volumes %s are left out of backups, and their data is sensitive", [names])
}

excluded := "velero.io/exclude-from-backup"

skipped := "backup.velero.io/backup-volumes-excludes"

scheduled contains [entry.object.metadata.namespace, entry.object.spec.cluster.name] if {
	some entry in input.kinds.ScheduledBackup
}

# Why the schedule at hand does not run every day. Velero reads five fields, CloudNativePG six.
late contains fault(input.object.spec, 5) if {
	input.object.kind == "Schedule"
	backups.velero
}

late contains fault(input.object.spec, 6) if {
	input.object.kind == "ScheduledBackup"
}

fault(spec, n) := "cannot be read" if {
	schedule := object.get(spec, "schedule", "")
	not backups.readable(schedule, n)
} else := "does not run every day" if {
	seldom_matters
	schedule := object.get(spec, "schedule", "")
	not backups.daily(schedule, n)
}

# Who does not have to be backed up may do so as seldom as they like.
seldom_matters if backups.demanded

seldom_matters if not input.ctx.spec

# What a backup leaves out, or takes from others, as [steps, message].
incomplete(backup) := [[steps, message] |
	some [steps, message] in [
		[["includedNamespaces"], scope_fault(backup)],
		[["excludedNamespaces"], exclusion_fault(backup)],
		[["snapshotVolumes"], volume_fault(backup)],
		[["ttl"], ttl_fault(backup)],
		[["storageLocation"], location_fault(backup)],
	]
	message != ""
]

scope_fault(backup) := "backup takes every namespace" if {
	object.get(backup, "includedNamespaces", []) == []
} else := "backup takes every namespace" if {
	some pattern in backup.includedNamespaces
	contains(pattern, "*")
} else := sprintf("backup takes %s, and the tenant's are %s", [concat(", ", backup.includedNamespaces), concat(", ", input.ctx.namespaces)]) if {
	input.ctx.tenant
	{name | some name in backup.includedNamespaces} != {name | some name in input.ctx.namespaces}
} else := ""

exclusion_fault(backup) := "backup leaves the tenant's namespace out" if {
	some name in backup.excludedNamespaces
	name in ({"*"} | {own | some own in input.ctx.namespaces})
} else := ""

volume_fault(backup) := "backup leaves volumes out" if {
	backup.snapshotVolumes == false
	not backup.defaultVolumesToFsBackup == true
	not backup.defaultVolumesToRestic == true
} else := "backup leaves volumes out" if {
	some field in ["excludedResources", "excludedNamespacedResources", "excludedClusterScopeResources"]
	some kind in backup[field]
	lower(kind) in {"*", "pv", "pvc", "persistentvolume", "persistentvolumeclaim", "persistentvolumes", "persistentvolumeclaims"}
} else := "backup takes only some of the objects" if {
	some field in ["labelSelector", "orLabelSelectors", "includedResources", "includedNamespacedResources"]
	not object.get(backup, field, []) in [[], {}, ["*"]]
} else := ""

ttl_fault(backup) := sprintf("backup is kept for %v, and spec.backup.retention is %v", [object.get(backup, "ttl", "30 days"), wanted]) if {
	wanted := input.ctx.spec.backup.retention
	spans.hours(object.get(backup, "ttl", "720h")) != dates.hours(wanted)
} else := ""

location_fault(backup) := sprintf("backup goes to location %q, and that of the cluster is %s", [object.get(backup, "storageLocation", ""), location]) if {
	location := input.ctx.cluster.backupLocation
	object.get(backup, "storageLocation", "") != location
} else := ""
