package checks.ts_data_003_test

import data.checks.ts_data_003
import data.lib.samples_test as samples

cluster := {
	"name": "main", "region": "eu-west-1", "backupLocation": "eu", "backupRegion": "eu-west-1",
	"storageClasses": {"standard": {"default": true}, "abroad": {"region": "us-east-1"}, "near": {"region": "eu-central-1"}},
}

residency := {"compliance": {"residency": ["eu-west-1", "eu-central-1"]}}

asked(given) := samples.within(given, {"cluster": cluster, "spec": residency})

said(o) := {f.message | some f in ts_data_003.deny with input as asked(samples.of(o))}

claim(spec) := {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": samples.meta("data"), "spec": spec}

set_of(spec) := {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": samples.meta("data"), "spec": {"template": {}, "volumeClaimTemplates": [{"spec": spec}]}}

database(storage) := {"apiVersion": "postgresql.cnpg.io/v1", "kind": "Cluster", "metadata": samples.meta("main"), "spec": storage}

forms(class) := array.concat(
	[
		claim({"storageClassName": class}),
		set_of({"storageClassName": class}),
		json.patch(claim({"storageClassName": "near"}), [{"op": "add", "path": "/metadata/annotations", "value": {"volume.beta.kubernetes.io/storage-class": class}}]),
		database({"storage": {"storageClass": class}}),
		database({"storage": {"pvcTemplate": {"storageClassName": class}}}),
		database({"storage": {"storageClass": "near"}, "walStorage": {"storageClass": class}}),
		database({"tablespaces": [{"name": "a", "storage": {"storageClass": class}}]}),
	],
	samples.pods({"volumes": [{"name": "a", "emptyDir": {}}, {"name": "b", "ephemeral": {"volumeClaimTemplate": {"spec": {"storageClassName": class}}}}]}),
)

test_violates_class_abroad if {
	every o in forms("abroad") {
		said(o) == {"volumes of storage class \"abroad\" are in us-east-1, and data may only be in eu-west-1, eu-central-1"}
	}
}

test_violates_unknown_class if {
	every class in ["fast", ""] {
		every o in forms(class) {
			said(o) == {sprintf("storage class %q is none that the platform file names for the cluster", [class])}
		}
	}
}

test_violates_without_a_default if {
	message := "volume claim names no storage class, and the platform file names no default one for the cluster"
	every classes in [{"near": {}}, {"a": {"default": true}, "b": {"default": true}}] {
		given := json.patch(asked(samples.of(claim({}))), [{"op": "add", "path": "/ctx/cluster/storageClasses", "value": classes}])
		{f.message | some f in ts_data_003.deny with input as given} == {message}
	}
	none := json.patch(asked(samples.of(claim({}))), [{"op": "remove", "path": "/ctx/cluster/storageClasses"}])
	{f.message | some f in ts_data_003.deny with input as none} == {message}
}

test_violates_cluster_nowhere if {
	nowhere := json.patch(asked(samples.of(claim({}))), [{"op": "remove", "path": "/ctx/cluster/region"}])
	some f in ts_data_003.deny with input as nowhere
	f.message == "volumes of storage class \"standard\" are in a region that nobody names, and data may only be in eu-west-1, eu-central-1"
}

test_violates_at_the_class if {
	some f in ts_data_003.deny with input as asked(samples.of(set_of({"storageClassName": "abroad"})))
	f.path == ["spec", "volumeClaimTemplates", 0, "spec", "storageClassName"]
}

test_violates_topology if {
	o := {"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "allowedTopologies": [{"matchLabelExpressions": [{"key": "topology.kubernetes.io/region", "values": ["us-east-1"]}]}]}
	said(o) == {"storage class makes volumes in us-east-1, and data may only be in eu-west-1, eu-central-1"}
}

test_violates_location if {
	every c in [
		[{"region": "us-east-1"}, "us-east-1"],
		[{"snapshotLocation": "us-east-1"}, "us-east-1"],
		[{}, "a region that it does not name"],
	] {
		[settings, region] := c
		every kind in ["BackupStorageLocation", "VolumeSnapshotLocation"] {
			said({"apiVersion": "velero.io/v1", "kind": kind, "spec": {"config": settings}}) == {sprintf("location of backups is in %s, and data may only be in eu-west-1, eu-central-1", [region])}
		}
	}
}

test_violates_backup_to_another_location if {
	every o in [
		{"apiVersion": "velero.io/v1", "kind": "Schedule", "spec": {"template": {"storageLocation": "us"}}},
		{"apiVersion": "velero.io/v1", "kind": "Backup", "spec": {"storageLocation": "us"}},
	] {
		said(o) == {"backup goes to location \"us\", and the platform file does not say where that is"}
	}
	said({"apiVersion": "velero.io/v1", "kind": "Schedule", "spec": {}}) == {"backup goes to location \"\", and the platform file does not say where that is"}
}

test_violates_last_backup_abroad if {
	leaving := {"cluster": {"backupRegion": "us-east-1", "operators": ["velero"]}, "spec": {"lifecycle": "offboarding"}}
	found := {[f.field, f.message] | some f in ts_data_003.deny with input as samples.within(asked(samples.set([])), leaving)}
	found == {[["spec", "offboarding"], "backups are kept in us-east-1, and data may only be in eu-west-1, eu-central-1"]}
	every stays in [{"spec": {"lifecycle": "suspended"}}, {"cluster": {"operators": []}}] {
		count(ts_data_003.deny) == 0 with input as samples.within(asked(samples.set([])), object.union(leaving, stays))
	}
}

test_violates_backups_abroad if {
	every c in [["us-east-1", {}], ["a region that the platform file does not name", {"path": "/ctx/cluster/backupRegion", "op": "remove"}]] {
		[where, gone] := c
		whole := samples.within(asked(samples.set([])), {"cluster": {"backupRegion": "us-east-1"}, "spec": {"backup": {"schedule": "0 2 * * *"}, "databases": {"main": {"backup": {}}, "other": {}}}})
		given := json.patch(whole, [patch | some patch in [gone]; patch.op])
		found := {[f.field, f.message] | some f in ts_data_003.deny with input as given}
		message := sprintf("backups are kept in %s, and data may only be in eu-west-1, eu-central-1", [where])
		found == {[["spec", "backup"], message], [["spec", "databases", "main", "backup"], message]}
	}
}

test_passes_in_the_region if {
	every class in ["standard", "near"] {
		every o in forms(class) {
			said(o) == set()
		}
	}
	said(claim({})) == set()
}

test_passes_backups_in_the_region if {
	given := samples.within(asked(samples.set([])), {"spec": {"backup": {"schedule": "0 2 * * *"}}})
	count(ts_data_003.deny) == 0 with input as given
	every o in [
		{"apiVersion": "velero.io/v1", "kind": "Schedule", "spec": {"template": {"storageLocation": "eu"}}},
		{"apiVersion": "velero.io/v1", "kind": "BackupStorageLocation", "spec": {"config": {"region": "eu-west-1"}}},
		{"apiVersion": "example.com/v1", "kind": "BackupStorageLocation", "spec": {}},
		{"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "allowedTopologies": [{"matchLabelExpressions": [{"key": "topology.kubernetes.io/region", "values": ["eu-west-1"]}, {"key": "topology.kubernetes.io/zone", "values": ["a"]}]}]},
	] {
		said(o) == set()
	}
}
