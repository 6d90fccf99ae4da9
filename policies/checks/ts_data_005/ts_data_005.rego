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

deny contains {"path": ["parameters"], "message": "storage class does not encrypt its volumes"} if {
	input.object.kind == "StorageClass"
	parameters := object.get(input.object, "parameters", {})
	not encrypts(parameters)
	name := object.get(input.object, ["metadata", "name"], "")
	not input.ctx.cluster.storageClasses[name].encrypted == true
}

deny contains {"path": ["spec", "config"], "message": "location of backups does not encrypt them"} if {
	input.object.kind == "BackupStorageLocation"
	backups.velero
	settings := object.get(input.object, ["spec", "config"], {})
	object.get(settings, "kmsKeyId", "") == ""
	object.get(settings, "serverSideEncryption", "") == ""
	not sealed(object.get(input.object, ["metadata", "name"], ""))
}

deny contains finding if {
	_ = input.facts
	some [field, _] in backups.declared
	not input.ctx.cluster.backupEncrypted == true
	finding := {
		"path": [],
		"field": field,
		"message": "platform file does not say that backups of the cluster are encrypted",
	}
}

# How provisioners write it: those of AWS, Azure, Google Cloud, and Longhorn and Ceph.
encrypts(parameters) if parameters.encrypted in {"true", "True", "TRUE"}

encrypts(parameters) if {
	some key in ["kmsKeyId", "diskEncryptionSetID", "disk-encryption-kms-key"]
	parameters[key] != ""
}

sealed(name) if {
	input.ctx.cluster.backupEncrypted == true
	input.ctx.cluster.backupLocation == name
}
