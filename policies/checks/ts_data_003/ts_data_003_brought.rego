# Objects that tenantsmith does not render.
package checks.ts_data_003

import data.lib.backups
import data.lib.holdings

deny contains finding if {
	some i, topology in input.object.allowedTopologies
	some j, expression in topology.matchLabelExpressions
	expression.key in {"topology.kubernetes.io/region", "failure-domain.beta.kubernetes.io/region"}
	some region in expression.values
	not holdings.allowed(region)
	finding := {
		"path": ["allowedTopologies", i, "matchLabelExpressions", j, "values"],
		"message": sprintf("storage class makes volumes in %v, and data may only be in %s", [region, holdings.regions]),
	}
}

# Where Velero keeps backups and snapshots.
deny contains finding if {
	input.object.kind in {"BackupStorageLocation", "VolumeSnapshotLocation"}
	backups.velero
	settings := object.get(input.object, ["spec", "config"], {})
	region := object.get(settings, "region", object.get(settings, "snapshotLocation", "a region that it does not name"))
	not holdings.allowed(region)
	finding := {
		"path": ["spec", "config", "region"],
		"message": sprintf("location of backups is in %v, and data may only be in %s", [region, holdings.regions]),
	}
}

deny contains finding if {
	some [path, backup] in backups.made
	location := object.get(backup, "storageLocation", "")
	location != object.get(input.ctx.cluster, "backupLocation", null)
	finding := {
		"path": array.concat(path, ["storageLocation"]),
		"message": sprintf("backup goes to location %q, and the platform file does not say where that is", [location]),
	}
}
