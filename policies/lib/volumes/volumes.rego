# METADATA
# title: Volumes
# description: |
#   Finds every claim for a volume in the object at hand, wherever it hides, and its storage class as
#   the platform file describes it for the cluster.
package lib.volumes

import data.lib.pods

# Each claim, which has the form of a PersistentVolumeClaim, as [path, claim].
all contains [[], input.object] if input.object.kind == "PersistentVolumeClaim"

all contains [["spec", "volumeClaimTemplates", i], claim] if some i, claim in input.object.spec.volumeClaimTemplates

all contains [array.concat(p.path, ["spec", "volumes", i, "ephemeral", "volumeClaimTemplate"]), claim] if {
	some p in pods.all
	some i, volume in p.spec.volumes
	claim := volume.ephemeral.volumeClaimTemplate
}

# CloudNativePG makes the claims of a database. Each of its storages is [path, storage].
storages contains [["spec", field], storage] if {
	database
	some field in ["storage", "walStorage"]
	storage := input.object.spec[field]
}

storages contains [["spec", "tablespaces", i, "storage"], tablespace.storage] if {
	database
	some i, tablespace in input.object.spec.tablespaces
}

# Each is [path, claim] as well, where the path leads to the storage class.
claims contains [array.concat(path, ["spec", "storageClassName"]), claim] if some [path, claim] in all

claims contains [array.concat(path, ["storageClass"]), database_claim(storage)] if some [path, storage] in storages

database if {
	input.object.kind == "Cluster"
	startswith(input.object.apiVersion, "postgresql.cnpg.io/")
}

database_claim(storage) := {"spec": {"storageClassName": storage.storageClass}} if {
	storage.storageClass
} else := {"spec": object.get(storage, "pvcTemplate", {})}

# The name of the class: the annotation from before there was a field wins, and no name at all means
# the default class of the cluster, where the platform file names one.
class(claim) := named if {
	named := claim.metadata.annotations["volume.beta.kubernetes.io/storage-class"]
} else := named if {
	named := claim.spec.storageClassName
} else := named if {
	defaults := {name | some name, c in input.ctx.cluster.storageClasses; c["default"] == true}
	count(defaults) == 1
	some named in defaults
}

# What the platform file says about a class; undefined for one that it does not name.
described(name) := input.ctx.cluster.storageClasses[name]

# Why nobody knows about the volumes of a claim.
unknown(claim) := "volume claim names no storage class, and the platform file names no default one for the cluster" if {
	not class(claim)
} else := sprintf("storage class %q is none that the platform file names for the cluster", [name]) if {
	name := class(claim)
	not described(name)
}
