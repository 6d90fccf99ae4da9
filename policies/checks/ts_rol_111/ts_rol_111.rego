# METADATA
# title: One scaler a workload
# custom:
#   id: TS-ROL-111
#   severity: high
#   scope: set
#   waivable: false
#   brought: true
#   remedy: set spec.services.<name>.autoscaling or spec.services.<name>.replicas, and remove what scales beside it
#   objects: [Rollout]
#   controls:
#     supporting: [iso:A.8.6, soc2:A1.1, csf:PR.IR-04]
package checks.ts_rol_111

import data.lib.scalers

deny contains finding if {
	some scaler in scalers.all
	rivals := {other.index | some other in scalers.all; other.target == scaler.target}
	count(rivals) > 1
	finding := {
		"object": scaler.index,
		"path": scaler.path,
		"message": sprintf("%v %v has more than one scaler, and each takes back what the other does", [
			scaler.target[1],
			scaler.target[2],
		]),
	}
}

deny contains finding if {
	some scaler in scalers.all
	some entry in input.kinds[scaler.target[1]]
	entry.object.metadata.name == scaler.target[2]
	object.get(entry.object, ["metadata", "namespace"], "") == scaler.target[0]
	_ = entry.object.spec.replicas
	finding := {
		"object": entry.index,
		"path": ["spec", "replicas"],
		"message": "replicas beside a scaler: each apply takes back what the scaler did",
	}
}

deny contains finding if {
	some scaler in scalers.all
	some [field, least, most] in [["maxReplicas", "minReplicas", 1], ["maxReplicaCount", "minReplicaCount", 0]]
	spec := input.objects[scaler.index].spec
	is_object(spec)
	low := object.get(spec, least, most)
	spec[field] < low
	finding := {
		"object": scaler.index,
		"path": ["spec", field],
		"message": sprintf("%s %v is less than %s %v", [field, spec[field], least, low]),
	}
}

deny contains finding if {
	some entry in input.kinds.VerticalPodAutoscaler
	spec := entry.object.spec
	is_object(spec)
	object.get(spec, ["updatePolicy", "updateMode"], "Auto") != "Off"
	some scaler in scalers.all
	scaler.target[1] == spec.targetRef.kind
	scaler.target[2] == spec.targetRef.name
	scaler.target[0] == object.get(entry.object, ["metadata", "namespace"], "")
	both := controlled(spec) & scalers.resources(scaler.index)
	count(both) > 0
	finding := {
		"object": entry.index,
		"path": ["spec", "updatePolicy"],
		"message": sprintf("changes the %s by which %v %v is scaled already; use updateMode \"Off\"", [
			concat(" and ", sort(both)),
			scaler.target[1],
			scaler.target[2],
		]),
	}
}

# The resources that a VerticalPodAutoscaler changes.
controlled(spec) := {"cpu", "memory"} if {
	count([p | some p in spec.resourcePolicy.containerPolicies; p.controlledResources]) == 0
} else := {resource | some p in spec.resourcePolicy.containerPolicies; some resource in p.controlledResources}
