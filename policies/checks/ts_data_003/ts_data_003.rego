# METADATA
# title: Storage and backup stay in the region
# description: |
#   The platform file tells where the volumes of a storage class and the backups of a cluster are; a
#   class without a region keeps its volumes where the cluster is. What it does not name may be anywhere.
# custom:
#   id: TS-DATA-003
#   severity: high
#   scope: [object, set]
#   waivable: false
#   needs: [spec.compliance.residency]
#   remedy: choose a storage class in the region by spec.services.<name>.volumes[].class; only the platform team can say where volumes and backups are, by platform spec.clusters.<name>.storageClasses and platform spec.clusters.<name>.backupRegion
#   objects: [PersistentVolumeClaim, StatefulSet, pods, Cluster, StorageClass, BackupStorageLocation, VolumeSnapshotLocation, Schedule, Backup, tenant]
#   controls:
#     direct: [gdpr:44]
#     supporting: [gdpr:46, gdpr:28.3, iso:A.5.31, iso:A.5.23, soc2:C1.1, csf:PR.DS-01, csf:PR.DS-11, csf:GV.OC-03]
package checks.ts_data_003

import data.lib.backups
import data.lib.holdings
import data.lib.volumes

deny contains {"path": path, "message": volumes.unknown(claim)} if {
	some [path, claim] in volumes.claims
}

deny contains finding if {
	some [path, claim] in volumes.claims
	name := volumes.class(claim)
	region := object.get(volumes.described(name), "region", object.get(input.ctx.cluster, "region", "a region that nobody names"))
	not holdings.allowed(region)
	finding := {
		"path": path,
		"message": sprintf("volumes of storage class %q are in %s, and data may only be in %s", [name, region, holdings.regions]),
	}
}

deny contains finding if {
	_ = input.facts
	some field in backups.stored
	region := object.get(input.ctx.cluster, "backupRegion", "a region that the platform file does not name")
	not holdings.allowed(region)
	finding := {
		"path": [],
		"field": field,
		"message": sprintf("backups are kept in %s, and data may only be in %s", [region, holdings.regions]),
	}
}
