# Objects that tenantsmith does not render.
package checks.ts_data_005

import data.lib.backups

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
