# METADATA
# title: Scaling and releases do not push each other
# custom:
#   id: TS-ROL-117
#   severity: medium
#   scope: set
#   waivable: true
#   brought: true
#   remedy: set spec.services.<name>.autoscaling to what tenantsmith scales by, or mend the scaler in the patch or object of your own
#   objects: [Rollout]
#   controls:
#     supporting: [iso:A.8.6, soc2:A1.1, csf:PR.IR-04]
package checks.ts_rol_117

import data.lib.scalers

# While a canary with a router runs, the scaler sees the pods of both versions.
deny contains finding if {
	some [scaler, rollout] in scaled
	_ = input.objects[rollout].spec.strategy.canary.trafficRouting
	"memory" in scalers.resources(scaler.index)
	finding := {
		"object": scaler.index,
		"path": ["spec"],
		"message": sprintf("memory of both versions counts during a release, which drives Rollout %v up to its most replicas", [
			scaler.target[2],
		]),
	}
}

deny contains finding if {
	some [scaler, rollout] in scaled
	some i, step in input.objects[rollout].spec.strategy.canary.steps
	_ = step.setCanaryScale.weight
	finding := {
		"object": rollout,
		"path": ["spec", "strategy", "canary", "steps", i, "setCanaryScale", "weight"],
		"message": "a share of the replicas follows the scaler, which follows that share again; use setCanaryScale.replicas",
	}
}

deny contains finding if {
	some [scaler, rollout] in scaled
	_ = input.objects[rollout].spec.strategy.blueGreen.previewReplicaCount
	finding := {
		"object": rollout,
		"path": ["spec", "strategy", "blueGreen", "previewReplicaCount"],
		"message": "the scaler counts the active version only; a preview of another size moves with it during a release",
	}
}

# Each scaler with the index of the Rollout that it scales.
scaled contains [scaler, entry.index] if {
	some scaler in scalers.all
	scaler.target[1] == "Rollout"
	some entry in input.kinds.Rollout
	entry.object.metadata.name == scaler.target[2]
	object.get(entry.object, ["metadata", "namespace"], "") == scaler.target[0]
}
