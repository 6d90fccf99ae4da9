package checks.ts_data_005_test

import data.checks.ts_data_005
import data.lib.samples_test as samples

cluster := {"name": "main", "storageClasses": {"standard": {"default": true, "encrypted": true}, "plain": {"encrypted": false}, "silent": {}}}

asked(given) := samples.within(given, {"cluster": cluster})

said(o) := {f.message | some f in ts_data_005.deny with input as asked(samples.of(o))}

claim(spec) := {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": samples.meta("data"), "spec": spec}

class(name, parameters) := {"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": {"name": name}, "parameters": parameters}

location(settings) := {"apiVersion": "velero.io/v1", "kind": "BackupStorageLocation", "metadata": {"name": "eu"}, "spec": {"config": settings}}

test_violates_plain if {
	every name in ["plain", "silent"] {
		said(claim({"storageClassName": name})) == {sprintf("volumes of storage class %q are not encrypted", [name])}
		o := {"apiVersion": "apps/v1", "kind": "StatefulSet", "spec": {"volumeClaimTemplates": [{"spec": {"storageClassName": name}}]}}
		said(o) == {sprintf("volumes of storage class %q are not encrypted", [name])}
	}
}

test_violates_unknown if {
	said(claim({"storageClassName": "gp2"})) == {"storage class \"gp2\" is none that the platform file names for the cluster"}
	none := samples.within(samples.of(claim({})), {"cluster": {"storageClasses": {"plain": {}}}})
	{f.message | some f in ts_data_005.deny with input as none} == {"volume claim names no storage class, and the platform file names no default one for the cluster"}
}

test_violates_storage_class if {
	every parameters in [{}, {"type": "gp3"}, {"encrypted": "false"}, {"kmsKeyId": ""}] {
		said(class("mine", parameters)) == {"storage class does not encrypt its volumes"}
	}
	said({"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": {"name": "plain"}}) == {"storage class does not encrypt its volumes"}
}

test_violates_location if {
	every settings in [{}, {"kmsKeyId": ""}, {"region": "eu-west-1"}] {
		said(location(settings)) == {"location of backups does not encrypt them"}
	}
}

test_violates_backups if {
	given := samples.within(asked(samples.set([])), {"spec": {"backup": {"schedule": "0 2 * * *"}}})
	ts_data_005.deny == {{
		"path": [],
		"field": ["spec", "backup"],
		"message": "platform file does not say that backups of the cluster are encrypted",
	}} with input as given
	count(ts_data_005.deny) == 1 with input as samples.within(given, {"cluster": {"backupEncrypted": false}})
}

test_passes_encrypted if {
	said(claim({})) == set()
	said(claim({"storageClassName": "standard"})) == set()
	every parameters in [{"encrypted": "true"}, {"kmsKeyId": "k"}, {"diskEncryptionSetID": "d"}, {"disk-encryption-kms-key": "k"}] {
		said(class("mine", parameters)) == set()
	}
	said(class("standard", {})) == set()
}

test_passes_backups if {
	given := samples.within(asked(samples.set([])), {"spec": {"backup": {}}, "cluster": {"backupEncrypted": true}})
	count(ts_data_005.deny) == 0 with input as given
	count(ts_data_005.deny) == 0 with input as asked(samples.set([]))
	said(location({"kmsKeyId": "k"})) == set()
	said(location({"serverSideEncryption": "AES256"})) == set()
	said(object.union(location({}), {"apiVersion": "example.com/v1"})) == set()
	sealed := samples.within(asked(samples.of(location({}))), {"cluster": {"backupEncrypted": true, "backupLocation": "eu"}})
	count(ts_data_005.deny) == 0 with input as sealed
}
