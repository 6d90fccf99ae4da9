package checks.ts_quo_004_test

import data.checks.ts_quo_004
import data.lib.samples_test as samples

labels := {"app": "web"}

constraint(key) := {"topologyKey": key, "maxSkew": 1, "labelSelector": {"matchLabels": labels}}

container := {
	"name": "web", "ports": [{"containerPort": 8080}],
	"readinessProbe": {"httpGet": {"path": "/ready"}}, "livenessProbe": {"httpGet": {"path": "/live"}},
}

pod := {"containers": [container], "topologySpreadConstraints": [constraint("kubernetes.io/hostname"), constraint("topology.kubernetes.io/zone")]}

run(kind, replicas, spec) := {
	"apiVersion": "argoproj.io/v1alpha1", "kind": kind, "metadata": samples.meta("web"),
	"spec": {"replicas": replicas, "template": {"metadata": {"labels": labels}, "spec": spec}},
}

budget(spec) := {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": samples.meta("web"), "spec": object.union({"selector": {"matchLabels": labels}}, spec)}

one := budget({"maxUnavailable": 1})

scaler(kind, spec) := {
	"apiVersion": "autoscaling/v2", "kind": kind, "metadata": samples.meta("web"),
	"spec": object.union(spec, {"scaleTargetRef": {"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "name": "web"}}),
}

asked(objects, more) := {f.message | some f in ts_quo_004.deny with input as samples.within(samples.set(objects), more)}

said(objects) := asked(objects, {})

enterprise := {"tier": "enterprise"}

single(n) := sprintf("workload may have %v pods, and a node that fails takes it away", [n])

unbudgeted := "no PodDisruptionBudget selects the pods"

stuck := "budget never lets a pod of web go, so that nodes cannot be drained"

apart(keys) := sprintf("pods are not kept apart by %s", [keys])

kinds := ["Rollout", "Deployment", "StatefulSet"]

test_violates_single_pod if {
	every kind in ["Rollout", "Deployment"] {
		asked([run(kind, 1, pod)], enterprise) == {single(1)}
		asked([run(kind, 1, pod)], {"spec": {"services": {"web": {"critical": true}}}}) == {single(1)}
	}
	asked([json.patch(run("Rollout", 1, pod), [{"op": "remove", "path": "/spec/replicas"}])], enterprise) == {single(1)}
}

test_violates_single_pod_of_autoscaler if {
	asked([run("Rollout", 5, pod), one, scaler("HorizontalPodAutoscaler", {"maxReplicas": 5})], enterprise) == {single(1)}
	asked([run("Rollout", 5, pod), one, scaler("ScaledObject", {"maxReplicaCount": 5})], enterprise) == {single(0)}
	asked([run("Rollout", 5, pod), one, scaler("ScaledObject", {"minReplicaCount": 1})], enterprise) == {single(1)}
}

test_violates_without_budget if {
	every kind in kinds {
		said([run(kind, 2, pod)]) == {unbudgeted}
		every other in [
			budget({"selector": {"matchLabels": {"app": "api"}}}),
			budget({"selector": {"matchLabels": labels, "matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["web"]}]}}),
			budget({"selector": {"matchLabels": labels, "matchExpressions": [{"key": "app", "operator": "DoesNotExist"}]}}),
			object.union(one, {"metadata": {"namespace": "globex"}}),
			object.remove(one, ["spec"]),
		] {
			said([run(kind, 2, pod), other]) == {unbudgeted}
		}
	}
	said([run("Rollout", 1, pod), scaler("HorizontalPodAutoscaler", {"minReplicas": 1, "maxReplicas": 3})]) == {unbudgeted}
}

test_violates_stuck if {
	every spec in [{"maxUnavailable": 0}, {"maxUnavailable": "0%"}, {"minAvailable": 2}, {"minAvailable": "100%"}] {
		said([run("Rollout", 2, pod), budget(spec)]) == {stuck}
	}
	ts_quo_004.deny == {{"object": 1, "path": ["spec", "minAvailable"], "message": stuck}} with input as samples.set([run("Rollout", 2, pod), budget({"minAvailable": 2})])
}

test_violates_together if {
	near := object.remove(pod, ["topologySpreadConstraints"])
	said([run("Rollout", 2, near), one]) == {apart("kubernetes.io/hostname")}
	asked([run("Rollout", 2, near), one], enterprise) == {apart("kubernetes.io/hostname and topology.kubernetes.io/zone")}
	others := object.union(pod, {"topologySpreadConstraints": [{"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": {"app": "api"}}}]})
	said([run("Rollout", 2, others), one]) == {apart("kubernetes.io/hostname")}
}

twice := "has one probe for two questions, so that it is restarted whenever it is busy"

probes(ready, live) := object.union(object.remove(container, ["readinessProbe", "livenessProbe"]), {"readinessProbe": ready, "livenessProbe": live})

with_container(c) := [run("Rollout", 1, object.union(pod, {"containers": [c]}))]

ask := {"httpGet": {"path": "/ready", "port": 8080}}

test_violates_probes if {
	every c in [
		[object.remove(container, ["readinessProbe"]), "has no readiness probe, so that it gets requests before it can answer"],
		[object.remove(container, ["livenessProbe"]), "has no liveness probe, so that nobody restarts it when it hangs"],
		[probes(ask, ask), twice],
		[probes(object.union(ask, {"periodSeconds": 20}), ask), twice],
		[probes({"tcpSocket": {"port": 1}}, {"tcpSocket": {"port": 1}, "failureThreshold": 1}), twice],
	] {
		[changed, fault] := c
		said(with_container(changed)) == {sprintf("container \"web\" %s", [fault])}
	}
	changed := object.union(pod, {"containers": [object.remove(container, ["livenessProbe"])]})
	count(said([run("StatefulSet", 1, changed)])) == 1
	count(asked([run("StatefulSet", 2, changed), one], {"tier": "basic"})) == 1
}

test_violates_pods_that_are_lent if {
	lender := run("Deployment", 0, object.remove(pod, ["topologySpreadConstraints"]))
	rollout := {"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "metadata": samples.meta("canary"), "spec": {"replicas": 2, "workloadRef": {"kind": "Deployment", "name": "web"}}}
	said([lender, rollout, one]) == {apart("kubernetes.io/hostname")}
	said([lender, rollout]) == {apart("kubernetes.io/hostname"), unbudgeted}
	said([lender, lender, rollout, one]) == {apart("kubernetes.io/hostname")}
}

test_passes_available if {
	every kind in kinds {
		asked([run(kind, 5, pod), one], enterprise) == set()
		every spec in [{"minAvailable": 1}, {"minAvailable": "50%"}, {"maxUnavailable": "25%"}] {
			said([run(kind, 2, pod), budget(spec)]) == set()
		}
	}
	everything := budget({"selector": {"matchExpressions": [{"key": "app", "operator": "In", "values": ["web"]}, {"key": "app", "operator": "Exists"}, {"key": "team", "operator": "DoesNotExist"}, {"key": "team", "operator": "NotIn", "values": ["a"]}]}})
	said([run("Rollout", 2, pod), object.union(everything, {"spec": {"maxUnavailable": 1}})]) == set()
}

test_passes_anti_affinity if {
	bare := object.remove(pod, ["topologySpreadConstraints"])
	term := {"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": labels}}
	every rules in [
		{"requiredDuringSchedulingIgnoredDuringExecution": [term]},
		{"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 1, "podAffinityTerm": term}]},
	] {
		said([run("Rollout", 2, object.union(bare, {"affinity": {"podAntiAffinity": rules}})), one]) == set()
	}
}

test_passes_single_pod if {
	said([run("Rollout", 1, pod)]) == set()
	asked([run("Rollout", 1, pod)], {"tier": "enterprise", "spec": {"services": {"web": {"kind": "worker"}}}}) == set()
	asked([run("StatefulSet", 1, pod)], enterprise) == set()
	given := samples.within(samples.set([run("Rollout", 1, object.remove(pod, ["containers"]))]), enterprise)
	count(ts_quo_004.deny) == 0 with input as json.patch(given, [{"op": "remove", "path": "/ctx/protected"}])
}

test_passes_asleep if {
	every stage in ["suspended", "offboarding"] {
		asked([run("Rollout", 0, pod), one], object.union(enterprise, {"spec": {"lifecycle": stage}})) == set()
	}
	count(asked([run("Rollout", 0, pod), one], object.union(enterprise, {"spec": {"lifecycle": "active"}}))) == 1
}

test_passes_autoscaled if {
	asked([run("Rollout", 1, pod), one, scaler("HorizontalPodAutoscaler", {"minReplicas": 2, "maxReplicas": 5})], enterprise) == set()
}

test_passes_probes if {
	said(with_container(probes(ask, object.union(ask, {"failureThreshold": 9})))) == set()
	said(with_container({"name": "web"})) == set()
	asked(with_container(object.remove(container, ["livenessProbe"])), {"tier": "basic"}) == set()
	given := samples.set(with_container(object.remove(container, ["livenessProbe"])))
	count(ts_quo_004.deny) == 0 with input as json.patch(given, [{"op": "remove", "path": "/ctx/protected"}])
}
