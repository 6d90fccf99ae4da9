# METADATA
# title: Encryption at rest
# description: |
#   The platform file tells which storage classes are encrypted, and whether backups are. A claim that
#   names no class gets the default one of the file.
# custom:
#   id: TS-DATA-005
#   severity: high
#   scope: [object, set]
#   waivable: false
#   needs: [cluster.storageClasses]
#   remedy: choose an encrypted storage class by spec.services.<name>.volumes[].class; only the platform team can say what is encrypted, by platform spec.clusters.<name>.storageClasses and platform spec.clusters.<name>.backupEncrypted
#   objects: [PersistentVolumeClaim, StatefulSet, pods, Cluster, StorageClass, BackupStorageLocation, tenant]
#   controls:
#     direct: [gdpr:32.1.a, iso:A.8.24, soc2:CC6.1, csf:PR.DS-01]
#     supporting: [gdpr:5.1.f, soc2:C1.1, nsa:NET-09]
package checks.ts_data_005

import data.lib.backups
import data.lib.volumes

deny contains {"path": path, "message": volumes.unknown(claim)} if {
	some [path, claim] in volumes.claims
}

deny contains finding if {
	some [path, claim] in volumes.claims
	name := volumes.class(claim)
	described := volumes.described(name)
	not described.encrypted == true
	finding := {
		"path": path,
		"message": sprintf("volumes of storage class %q are not encrypted", [name]),
	}
}

deny contains finding if {
	_ = input.facts
	some field in backups.stored
	not input.ctx.cluster.backupEncrypted == true
	finding := {
		"path": [],
		"field": field,
		"message": "platform file does not say that backups of the cluster are encrypted",
	}
}
