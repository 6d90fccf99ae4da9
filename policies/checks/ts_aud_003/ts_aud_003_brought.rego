# What opts out is never rendered.
package checks.ts_aud_003

import data.lib.pods

told contains [array.concat(p.path, ["metadata", "annotations"]), key, value] if {
	some p in pods.all
	some key, value in p.pod.metadata.annotations
}

told contains [array.concat(p.path, ["metadata", "labels"]), "sensor.falcon-system.crowdstrike.com/injection", value] if {
	some p in pods.all
	value := p.pod.metadata.labels["sensor.falcon-system.crowdstrike.com/injection"]
}

told contains [["metadata", "annotations"], key, value] if {
	input.object.kind == "Namespace"
	some key, value in input.object.metadata.annotations
}

out("kubearmor-policy", value) if value in {"disabled", "audited"}

out("kubearmor-visibility", "none")
