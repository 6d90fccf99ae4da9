package checks.ts_rol_117_test

import data.checks.ts_rol_117
import data.lib.rollouts_test as r
import data.lib.samples_test as samples

# Cases whose messages are not those expected, with what was said instead.
test_violates if {
	wrong := {[messages, said] |
		some [objects, messages] in cases
		said := {f.message | some f in ts_rol_117.deny with input as samples.set(objects)}
		said != messages
	}
	wrong == set()
}

test_passes if {
	faulted := {[i, said] |
		some i, objects in clean
		said := {f.message | some f in ts_rol_117.deny with input as samples.set(objects)}
		count(said) > 0
	}
	faulted == set()
}

hpa(metrics) := {
	"apiVersion": "autoscaling/v2",
	"kind": "HorizontalPodAutoscaler",
	"metadata": samples.meta("web"),
	"spec": {"scaleTargetRef": {"kind": "Rollout", "name": "web"}, "metrics": metrics},
}

cpu := hpa([{"resource": {"name": "cpu"}}])

scale(by) := r.canary(r.routed, "steps", [{"setCanaryScale": by}])

clean := [
	[r.plain, hpa([{"resource": {"name": "memory"}}])],
	[r.routed, cpu],
	[scale({"replicas": 2}), cpu],
	[scale({"weight": 20})],
	[r.blue("previewReplicaCount", 1)],
	[r.put(r.routed, "/metadata/namespace", "globex"), hpa([{"resource": {"name": "memory"}}])],
]

cases := [
	[
		[r.routed, hpa([{"containerResource": {"name": "memory"}}])],
		{"memory of both versions counts during a release, which drives Rollout web up to its most replicas"},
	],
	[
		[scale({"weight": 20}), cpu],
		{"a share of the replicas follows the scaler, which follows that share again; use setCanaryScale.replicas"},
	],
	[
		[r.blue("previewReplicaCount", 1), cpu],
		{"the scaler counts the active version only; a preview of another size moves with it during a release"},
	],
]
