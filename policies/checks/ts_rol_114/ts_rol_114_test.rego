package checks.ts_rol_114_test

import data.checks.ts_rol_114
import data.lib.rollouts_test as r
import data.lib.samples_test as samples

# Cases whose messages are not those expected, with what was said instead.
test_violates if {
	wrong := {[message, said] |
		some [o, message] in cases
		said := {f.message | some f in ts_rol_114.deny with input as samples.of(o)}
		said != {message}
	}
	wrong == set()
}

test_passes if {
	faulted := {[i, said] |
		some i, o in clean
		said := {f.message | some f in ts_rol_114.deny with input as samples.of(o)}
		count(said) > 0
	}
	faulted == set()
}

steps(list) := r.canary(r.routed, "steps", list)

set := {"setHeaderRoute": {"name": "web-ab", "match": [{"headerName": "a", "headerValue": {"exact": "b"}}]}}

unset := {"setHeaderRoute": {"name": "web-ab"}}

clean := [
	r.plain, r.routed, r.blue_green, steps([{"setWeight": 10}, {"setWeight": 10}, {"pause": {"duration": "1s"}}]), steps([set, unset]),
	r.canary(r.plain, "replicaProgressThreshold", {"type": "Pods", "value": 500}),
	r.canary(r.plain, "replicaProgressThreshold", {"type": "Percent", "value": 100}),
	r.put(r.blue("previewReplicaCount", 2), "/spec/replicas", 2),
]

threshold := "replicaProgressThreshold needs type Percent or Pods, and a value above 0 (at most 100 percent)"

cases := [
	[
		r.put(r.blue("autoPromotionSeconds", 60), "/spec/strategy/blueGreen/autoPromotionEnabled", false),
		"autoPromotionSeconds does nothing while autoPromotionEnabled is false",
	],
	[r.blue("previewReplicaCount", 0), "previewReplicaCount 0 leaves nothing to look at before the switch"],
	[
		r.put(r.blue("previewReplicaCount", 3), "/spec/replicas", 2),
		"previewReplicaCount 3 is more than the 2 replicas of the rollout",
	],
	[r.canary(r.plain, "abortScaleDownDelaySeconds", 60), "abortScaleDownDelaySeconds does nothing without trafficRouting"],
	[r.canary(r.plain, "minPodsPerReplicaSet", 2), "minPodsPerReplicaSet does nothing without trafficRouting"],
	[
		r.canary(r.routed, "maxSurge", 1),
		"maxSurge does nothing with trafficRouting: the weights say how many pods there are",
	],
	[
		r.canary(r.routed, "scaleDownDelayRevisionLimit", 6),
		"canary keeps 6 old versions running, of which only 5 are remembered",
	],
	[r.canary(r.plain, "replicaProgressThreshold", {"type": "percent", "value": 90}), threshold],
	[r.canary(r.plain, "replicaProgressThreshold", {"type": "Percent", "value": 101}), threshold],
	[r.canary(r.plain, "replicaProgressThreshold", {"type": "Pods", "value": 0}), threshold],
	[steps([{"pause": {"duration": "500ms"}}]), "pause of 500ms is counted in seconds and is none"],
	[steps([{"pause": {"duration": 0}}]), "pause of 0 is counted in seconds and is none"],
	[steps([{"setWeight": 50}, {"pause": {}}, {"setWeight": 20}]), "weight falls to 20: the release takes back what it gave before"],
	[steps([unset, set]), "setHeaderRoute without a match removes a route, and no step before it made one"],
	[steps([{"setHeaderRoute": {"name": "a", "match": []}}]), "setHeaderRoute without a match removes a route, and no step before it made one"],
]
