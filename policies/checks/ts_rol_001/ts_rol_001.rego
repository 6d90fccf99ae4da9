# METADATA
# title: Rollout pod spec is always found
# custom:
#   id: TS-ROL-001
#   severity: critical
#   scope: [object, set]
#   waivable: false
#   brought: true
#   remedy: let tenantsmith render the Rollout from spec.services, or add the workload that it names to your own resources
#   objects: [Rollout]
#   controls:
#     supporting: [cis:5.6.3, iso:A.8.9, soc2:CC8.1, csf:PR.PS-01]
package checks.ts_rol_001

import data.lib.grave

deny contains finding if {
	is_rollout
	_ = input.object.spec.template
	_ = input.object.spec.workloadRef
	finding := {
		"path": ["spec", "workloadRef"],
		"message": "rollout has both a template and a workloadRef",
	}
}

deny contains finding if {
	is_rollout
	not input.object.spec.template.spec
	not input.object.spec.workloadRef
	finding := {
		"path": ["spec"],
		"message": "rollout has neither a pod template nor a workloadRef",
	}
}

deny contains finding if {
	is_rollout
	some fault in grave.faults
	finding := {
		"path": fault.path,
		"message": sprintf("rollout breaks %s: %s", [fault.check, fault.message]),
	}
}

deny contains finding if {
	some reference in references
	not workloads[reference.key]
	finding := {
		"object": reference.rollout,
		"path": ["spec", "workloadRef"],
		"message": sprintf("rollout takes its pods from %s %s, which is not among the objects, so that nobody judged it", [
			reference.key[1],
			reference.key[3],
		]),
	}
}

deny contains finding if {
	some reference in references
	workload := input.objects[workloads[reference.key]]
	some fault in grave.faults with input.object as workload
	finding := {
		"object": reference.rollout,
		"path": ["spec", "workloadRef"],
		"message": sprintf("rollout breaks %s by %s %s: %s", [
			fault.check,
			reference.key[1],
			reference.key[3],
			fault.message,
		]),
	}
}

is_rollout if {
	input.object.kind == "Rollout"
	startswith(input.object.apiVersion, "argoproj.io/")
}

# Rollouts that take their pods from another workload.
references contains {"rollout": entry.index, "key": key} if {
	some entry in input.kinds.Rollout
	rollout := entry.object
	startswith(rollout.apiVersion, "argoproj.io/")
	named := rollout.spec.workloadRef
	key := [
		group(object.get(named, "apiVersion", "")),
		object.get(named, "kind", "(no kind)"),
		object.get(rollout, ["metadata", "namespace"], ""),
		object.get(named, "name", "(no name)"),
	]
}

# The workloads that may be named, with their index; where two have one key, TS-GEN-004 says so.
workloads[key] := min(indexes) if {
	some reference in references
	key := reference.key
	key[1] in {"Deployment", "ReplicaSet", "PodTemplate"}
	indexes := {entry.index |
		some entry in input.kinds[key[1]]
		candidate := entry.object
		candidate.kind == key[1]
		candidate.metadata.name == key[3]
		object.get(candidate, ["metadata", "namespace"], "") == key[2]
		group(candidate.apiVersion) == key[0]
	}
	count(indexes) > 0
}

group(version) := split(version, "/")[0] if contains(version, "/")

group(version) := "" if not contains(version, "/")
