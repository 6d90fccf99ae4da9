package checks.ts_rol_107_test

import data.checks.ts_rol_107
import data.lib.rollouts_test as r
import data.lib.samples_test as samples

# Cases whose messages are not those expected, with what was said instead.
test_violates if {
	wrong := {[messages, said] |
		some [objects, messages] in cases
		said := {f.message | some f in ts_rol_107.deny with input as samples.set(objects)}
		said != messages
	}
	wrong == set()
}

test_passes if {
	faulted := {[i, said] |
		some i, objects in clean
		said := {f.message | some f in ts_rol_107.deny with input as samples.set(objects)}
		count(said) > 0
	}
	faulted == set()
}

service(name, selector) := {"apiVersion": "v1", "kind": "Service", "metadata": samples.meta(name), "spec": {"selector": selector}}

hash := {"app": "web", "rollouts-pod-template-hash": "abc"}

both := [service("web", {}), service("web-canary", {})]

managed(o, by) := r.put(o, "/metadata/annotations", {"argo-rollouts.argoproj.io/managed-by-rollouts": by})

clean := [
	[r.plain],
	array.concat(both, [r.routed]),
	[r.routed, service("web", hash), managed(service("web-canary", {"app": "web"}), "web")],
	[r.blue_green, service("web", {}), service("web-preview", {})],
	[r.drop(r.put(r.routed, "/spec/workloadRef", {}), "/spec/template"), service("web", {"app": "api"}), both[1]],
	[r.put(r.routed, "/apiVersion", "rollouts.kruise.io/v1")],
]

missing(name) := sprintf("rollout sends requests by Service %s, which is not among the objects", [name])

shared(name) := sprintf("Service %s belongs to more than one Rollout, which would switch it to and fro", [name])

cases := [
	[[r.routed], {missing("web"), missing("web-canary")}],
	[[r.routed, both[0]], {missing("web-canary")}],
	[[r.routed, both[0], r.put(both[1], "/metadata/namespace", "globex")], {missing("web-canary")}],
	[[r.routed, both[0], r.put(both[1], "/apiVersion", "serving.knative.dev/v1")], {missing("web-canary")}],
	[[r.blue_green, both[0]], {missing("web-preview")}],
	[
		[r.canary(r.routed, "pingPong", {"pingService": "a", "pongService": "b"}), both[0], both[1]],
		{missing("a"), missing("b")},
	],
	[[r.routed, both[0], service("web-canary", {"app": "api"})], {"Service selects app=api, which pods of Rollout web do not have"}],
	[[r.routed, both[0], service("web-canary", {"tier": "a"})], {"Service selects tier=a, which pods of Rollout web do not have"}],
	[
		array.concat(both, [r.routed, r.put(r.routed, "/metadata/name", "other")]),
		{shared("web"), shared("web-canary")},
	],
	[
		[r.routed, both[0], managed(both[1], "other")],
		{"Service says that Rollout other manages it, but another one names it"},
	],
]
