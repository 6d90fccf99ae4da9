# METADATA
# title: Container socket and node paths by the back door
# custom:
#   id: TS-POD-023
#   severity: critical
#   scope: object
#   waivable: true
#   remedy: use a claim of a class that the platform offers in spec.services.<name>.volumes, mounted at a path of the program's own; only the platform team can allow a driver, by platform spec.placement.csiDrivers
#   objects: [pods, PersistentVolume, PersistentVolumeClaim, StatefulSet, Cluster]
#   controls:
#     direct: [mtb:PENDING-1198, mtb:PENDING-1200]
#     supporting: [cis:5.2.11, nsa:POD-04c, csf:PR.DS-01, iso:A.8.3, gdpr:32.1.b]
package checks.ts_pod_023

import data.lib.pods
import data.lib.volumes

# The spec of each claim, as [path, spec].
specs contains [array.concat(path, ["spec"]), claim.spec] if some [path, claim] in volumes.all

deny contains finding if {
	some [path, class] in classes
	not offered(class)
	finding := {"path": path, "message": unknown(class)}
}

deny contains finding if {
	some c in pods.containers
	some i, mount in c.spec.volumeMounts
	dangerous(mount.mountPath)
	finding := pods.finding(c, ["volumeMounts", i, "mountPath"], sprintf("mounts %v, where the node's own files are", [mount.mountPath]))
}

# The storage class of each claim, as [path, class].
classes contains [array.concat(path, ["storageClassName"]), spec.storageClassName] if some [path, spec] in specs

# Where nobody listed the classes, any but none is offered.
offered(class) if {
	class != ""
	not input.ctx.cluster.storageClasses
}

offered(class) if _ = input.ctx.cluster.storageClasses[class]

unknown("") := "claim asks for no storage class, so that it gets a volume that is there already"

unknown(class) := sprintf("claim asks for the storage class %v, which tenants may not use", [class]) if class != ""

# Paths as the kernel reads them; /var/run is another name of /run.
dangerous(path) if {
	regex.match(`run|proc|sys|kube|\.\.`, path) # most paths are told at first sight
	plain := regex.replace(concat("", ["/", path, "/"]), `/+(?:\./+)*`, "/")
	regex.match(`^(/var)?/run/(docker\.sock|containerd|crio|cri-dockerd\.sock)/|^/(proc|sys|etc/kubernetes|var/lib/kubelet)/|/\.\./`, plain)
}
