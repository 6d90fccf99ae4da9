package checks.ts_rol_113_test

import data.checks.ts_rol_113
import data.lib.rollouts_test as r
import data.lib.samples_test as samples

# Cases whose messages are not those expected, with what was said instead.
test_violates if {
	wrong := {[message, said] |
		some [o, message] in cases
		said := {f.message | some f in ts_rol_113.deny with input as samples.of(o)}
		said != {message}
	}
	wrong == set()
}

test_passes if {
	faulted := {[i, said] |
		some i, o in clean
		said := {f.message | some f in ts_rol_113.deny with input as samples.of(o)}
		count(said) > 0
	}
	faulted == set()
}

clean := [
	r.plain, r.routed, r.blue_green, r.put(r.plain, "/spec/progressDeadlineSeconds", 600), r.put(r.plain, "/metadata/name", "b"),
	r.drop(r.drop(r.plain, "/spec/template/spec/containers/0/readinessProbe"), "/spec/template/spec/containers/0/ports"),
	json.patch(r.drop(r.plain, "/spec/template/spec/containers/0/readinessProbe"), [{"op": "replace", "path": "/spec/template/spec/containers/0/ports", "value": [{"containerPort": 53, "protocol": "UDP"}]}]),
	r.pod("containers/0/resources", {"limits": {"cpu": "1", "memory": "1Gi"}}),
	r.pod("containers/-", {"name": "agent", "image": "a:1", "ports": [{"containerPort": 1}], "resources": {"limits": {"cpu": "1", "memory": "1Gi"}}}),
]

cases := [
	[
		r.put(r.plain, "/spec/progressDeadlineSeconds", 599),
		"a release that waits for room fails after 599 s, before the next attempt; give it 600 or more",
	],
	[r.put(r.plain, "/spec/paused", true), "a rollout that is paused in git never goes on: each sync pauses it again"],
	[r.blue("abortScaleDownDelaySeconds", 0), "pods of an aborted release stay for ever, and with them their share of the quota"],
	[r.canary(r.routed, "abortScaleDownDelaySeconds", 0), "pods of an aborted release stay for ever, and with them their share of the quota"],
	[
		r.drop(r.blue_green, "/spec/strategy/blueGreen/scaleDownDelayRevisionLimit"),
		"without scaleDownDelayRevisionLimit each of several releases in a row leaves another version running for a while",
	],
	[
		r.drop(r.routed, "/spec/strategy/canary/scaleDownDelayRevisionLimit"),
		"without scaleDownDelayRevisionLimit each of several releases in a row leaves another version running for a while",
	],
	[
		r.drop(r.plain, "/spec/template/spec/containers/0/resources/requests/cpu"),
		"container \"web\" requests no cpu, so that nobody knows whether a release finds room",
	],
	[
		r.drop(r.plain, "/spec/template/spec/containers/0/readinessProbe"),
		"container \"web\" serves a port and no readinessProbe says when it can: a release takes any new pod for good",
	],
]
