# What tenantsmith renders names each key of a Secret, and mounts a Secret whole.
package checks.ts_sec_005

import data.lib.pods

deny contains finding if {
	some c in pods.containers
	some i, from in c.spec.envFrom
	name := object.get(from.secretRef, "name", "(no name)")
	finding := pods.finding(c, ["envFrom", i, "secretRef"], sprintf("has the whole of Secret %v in its environment", [name]))
}

modes contains {"pod": p, "steps": [i, "secret", "items", j, "mode"], "mode": item.mode} if {
	some p in pods.all
	some i, volume in p.spec.volumes
	some j, item in volume.secret.items
}

modes contains {"pod": p, "steps": [i, "projected", "defaultMode"], "mode": object.get(volume.projected, "defaultMode", 420)} if {
	some p in pods.all
	some i, volume in p.spec.volumes
	some source in volume.projected.sources
	source.secret
}

modes contains {"pod": p, "steps": [i, "projected", "sources", j, "secret", "items", k, "mode"], "mode": item.mode} if {
	some p in pods.all
	some i, volume in p.spec.volumes
	some j, source in volume.projected.sources
	some k, item in source.secret.items
}
