# What tenantsmith renders claims volumes by their class alone.
package checks.ts_pod_023

import data.lib.pods
import data.lib.volumes

deny contains finding if {
	input.object.kind == "PersistentVolume"
	some source in ["hostPath", "local"]
	_ = input.object.spec[source]
	finding := {"path": ["spec", source], "message": "volume is a directory of the node"}
}

deny contains finding if {
	some [path, spec] in specs
	some field in ["volumeName", "selector"]
	chosen := spec[field]
	chosen != ""
	finding := {
		"path": array.concat(path, [field]),
		"message": sprintf("claim chooses %s that is there already, whoever it belongs to", [called(field, chosen)]),
	}
}

called("volumeName", name) := sprintf("the volume %v", [name])

called("selector", _) := "by labels a volume"

deny contains finding if {
	some [path, spec] in specs
	namespace := spec.dataSourceRef.namespace
	namespace != ""
	not namespace in input.ctx.namespaces
	finding := {
		"path": array.concat(path, ["dataSourceRef", "namespace"]),
		"message": sprintf("claim copies a volume of namespace %v", [namespace]),
	}
}

deny contains finding if {
	some p in pods.all
	some i, volume in p.spec.volumes
	driver := object.get(volume.csi, "driver", "")
	not driver in drivers
	finding := {
		"path": array.concat(p.path, ["spec", "volumes", i, "csi", "driver"]),
		"message": sprintf("volume %q is made by the driver %q, which pods may not use by themselves", [object.get(volume, "name", ""), driver]),
	}
}

# By the annotation from before there was a field, too. In a storage of CloudNativePG it stands beside the
# claim.
classes contains [array.concat(path, ["metadata", "annotations", old]), claim.metadata.annotations[old]] if {
	some [path, claim] in volumes.all
}

classes contains [array.concat(path, ["storageClass"]), storage.storageClass] if some [path, storage] in volumes.storages

old := "volume.beta.kubernetes.io/storage-class"

drivers := {driver | some driver in input.ctx.platform.spec.placement.csiDrivers}

specs contains [array.concat(path, ["pvcTemplate"]), storage.pvcTemplate] if some [path, storage] in volumes.storages
