package checks.ts_rol_111_test

import data.checks.ts_rol_111
import data.lib.rollouts_test as r
import data.lib.samples_test as samples

# Cases whose messages are not those expected, with what was said instead.
test_violates if {
	wrong := {[messages, said] |
		some [objects, messages] in cases
		said := {f.message | some f in ts_rol_111.deny with input as samples.set(objects)}
		said != messages
	}
	wrong == set()
}

test_passes if {
	faulted := {[i, said] |
		some i, objects in clean
		said := {f.message | some f in ts_rol_111.deny with input as samples.set(objects)}
		count(said) > 0
	}
	faulted == set()
}

target := {"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "name": "web"}

hpa(name, more) := {
	"apiVersion": "autoscaling/v2",
	"kind": "HorizontalPodAutoscaler",
	"metadata": samples.meta(name),
	"spec": object.union({"scaleTargetRef": target, "maxReplicas": 5, "metrics": [{"resource": {"name": "cpu"}}]}, more),
}

keda(more) := {
	"apiVersion": "keda.sh/v1alpha1",
	"kind": "ScaledObject",
	"metadata": samples.meta("web"),
	"spec": object.union({"scaleTargetRef": {"name": "web"}}, more),
}

vpa(spec) := {
	"apiVersion": "autoscaling.k8s.io/v1",
	"kind": "VerticalPodAutoscaler",
	"metadata": samples.meta("web"),
	"spec": object.union({"targetRef": target}, spec),
}

only(resources) := {"resourcePolicy": {"containerPolicies": [{"containerName": "*", "controlledResources": resources}]}}

clean := [
	[r.plain, hpa("web", {})],
	[r.plain, hpa("web", {}), keda({})],
	[r.put(r.plain, "/spec/replicas", 2)],
	[r.put(r.plain, "/spec/replicas", 2), hpa("api", {"scaleTargetRef": object.union(target, {"name": "api"})})],
	[r.put(r.put(r.plain, "/spec/replicas", 2), "/metadata/namespace", "globex"), hpa("web", {})],
	[hpa("web", {"minReplicas": 5})],
	[samples.workload("apps/v1", "Deployment", {}), hpa("a", {"scaleTargetRef": {"kind": "Deployment", "name": "a"}})],
	[keda({"minReplicaCount": 0, "maxReplicaCount": 1})],
	[hpa("web", {}), vpa({"updatePolicy": {"updateMode": "Off"}})],
	[hpa("web", {}), vpa(only(["memory"]))],
	[hpa("web", {"metrics": [{"pods": {}}]}), vpa({})],
	[hpa("web", {}), vpa({"targetRef": {"kind": "Rollout", "name": "api"}})],
]

rivals(kind) := {sprintf("%s web has more than one scaler, and each takes back what the other does", [kind])}

beside := {"replicas beside a scaler: each apply takes back what the scaler did"}

changes(resources) := {sprintf("changes the %s by which Rollout web is scaled already; use updateMode \"Off\"", [resources])}

cases := [
	[[hpa("web", {}), hpa("again", {})], rivals("Rollout")],
	[[hpa("web", {}), keda({"scaleTargetRef": target})], rivals("Rollout")],
	[[hpa("web", {"scaleTargetRef": {"kind": "Deployment", "name": "web"}}), keda({})], rivals("Deployment")],
	[[r.put(r.plain, "/spec/replicas", 2), hpa("web", {})], beside],
	[[r.put(r.plain, "/spec/replicas", 0), keda({"scaleTargetRef": target})], beside],
	[[hpa("web", {"minReplicas": 6})], {"maxReplicas 5 is less than minReplicas 6"}],
	[[hpa("web", {"maxReplicas": 0})], {"maxReplicas 0 is less than minReplicas 1"}],
	[[keda({"minReplicaCount": 2, "maxReplicaCount": 1})], {"maxReplicaCount 1 is less than minReplicaCount 2"}],
	[[hpa("web", {}), vpa({})], changes("cpu")],
	[[hpa("web", {}), vpa(only(["cpu", "memory"]))], changes("cpu")],
	[[hpa("web", {"metrics": [], "targetCPUUtilizationPercentage": 80}), vpa({"updatePolicy": {"updateMode": "Initial"}})], changes("cpu")],
	[[keda({"scaleTargetRef": target, "triggers": [{"type": "cpu"}, {"type": "memory"}, {"type": "kafka"}]}), vpa({})], changes("cpu and memory")],
]
