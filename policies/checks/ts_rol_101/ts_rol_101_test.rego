package checks.ts_rol_101_test

import data.checks.ts_rol_101
import data.lib.rollouts_test as r
import data.lib.samples_test as samples

# Cases whose messages are not those expected, with what was said instead.
test_violates if {
	wrong := {[message, said] |
		some [o, message] in cases
		said := {f.message | some f in ts_rol_101.deny with input as samples.of(o)}
		said != {message}
	}
	wrong == set()
}

test_passes if {
	faulted := {[i, said] |
		some i, o in clean
		said := {f.message | some f in ts_rol_101.deny with input as samples.of(o)}
		count(said) > 0
	}
	faulted == set()
}

clean := [
	r.plain,
	r.routed,
	r.blue_green,
	r.put(r.plain, "/spec/replicas", 0),
	r.put(r.plain, "/spec/selector", {"matchExpressions": [
		{"key": "app", "operator": "In", "values": ["web"]},
		{"key": "app", "operator": "NotIn", "values": ["api"]},
		{"key": "app", "operator": "Exists"},
		{"key": "legacy", "operator": "DoesNotExist"},
	]}),
	r.put(r.drop(r.drop(r.plain, "/spec/selector"), "/spec/template"), "/spec/workloadRef", {"kind": "Deployment"}),
	r.canary(r.plain, "antiAffinity", {"requiredDuringSchedulingIgnoredDuringExecution": {}}),
	r.canary(r.plain, "antiAffinity", {"preferredDuringSchedulingIgnoredDuringExecution": {"weight": 100}}),
	r.pod("initContainers", [{"name": "init", "image": "init:1", "restartPolicy": "Always"}]),
	r.pod("restartPolicy", "Always"),
	r.pod("containers/0/ports", [{"containerPort": 80}, {"containerPort": 81}]),
	r.put(r.put(r.plain, "/spec/selector/matchLabels/tier", ""), "/spec/template/metadata/labels/tier", ""),
	r.pod("containers/0/resources/limits", {
		"cpu": 2, "memory": "1.5Gi", "a": "+.5", "b": "100n", "c": "1E", "d": "12e-3", "e": "1E+6", "f": "0", "g": "2.k",
	}),
	{"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"replicas": "many"}},
]

no_strategy := "rollout needs exactly one of canary and blueGreen as its strategy"

no_selector := "rollout selects no pods: the selector is missing or empty"

cases := [
	[r.of({}), no_strategy],
	[r.drop(r.plain, "/spec/strategy"), no_strategy],
	[r.of({"canary": {}, "blueGreen": {"activeService": "web"}}), no_strategy],
	[r.drop(r.plain, "/spec/selector"), no_selector],
	[r.put(r.plain, "/spec/selector", {}), no_selector],
	[r.put(r.plain, "/spec/selector", {"matchLabels": {}, "matchExpressions": []}), no_selector],
	[r.put(r.plain, "/spec/replicas", "many"), "replicas must be number, not string"],
	[r.put(r.plain, "/spec/replicas", -1), "replicas must be a whole number, 0 or more, not -1"],
	[r.put(r.plain, "/spec/replicas", 1.5), "replicas must be a whole number, 0 or more, not 1.5"],
	[r.put(r.plain, "/spec/paused", "yes"), "paused must be boolean, not string"],
	[r.put(r.plain, "/spec/rollbackWindow", 2), "rollbackWindow must be object, not number"],
	[r.canary(r.plain, "steps", {}), "steps must be array, not object"],
	[r.canary(r.plain, "trafficRouting", true), "trafficRouting must be object, not boolean"],
	[r.canary(r.routed, "stableService", 5), "stableService must be string, not number"],
	[r.canary(r.routed, "scaleDownDelaySeconds", "60"), "scaleDownDelaySeconds must be number, not string"],
	[r.canary(r.routed, "dynamicStableScale", "no"), "dynamicStableScale must be boolean, not string"],
	[r.put(r.plain, "/spec/replica", 3), "a rollout has no field replica there, and the API server drops it"],
	[r.put(r.plain, "/spec/strategy/rolling", {}), "a rollout has no field rolling there, and the API server drops it"],
	[r.canary(r.plain, "step", []), "a rollout has no field step there, and the API server drops it"],
	[r.blue("preview", "web"), "a rollout has no field preview there, and the API server drops it"],
	[r.put(r.plain, "/spec/progressDeadlineSeconds", 0), "progressDeadlineSeconds (0) must be more than minReadySeconds (0)"],
	[r.put(r.plain, "/spec/minReadySeconds", 600), "progressDeadlineSeconds (600) must be more than minReadySeconds (600)"],
	[
		r.put(r.plain, "/spec/selector/matchLabels/app", "api"),
		"selector wants label app=api, which the pod template does not have",
	],
	[
		r.drop(r.plain, "/spec/template/metadata"),
		"selector wants label app=web, which the pod template does not have",
	],
	[expression({"key": "app", "operator": "in", "values": ["web"]}), "expression of the selector has the operator in, which is none"],
	[expression("app"), "expression of the selector has the operator , which is none"],
	[expression({"key": "app", "operator": "In", "values": []}), "expression of the selector names no values"],
	[expression({"key": "app", "operator": "In", "values": ["api"]}), "expression of the selector on app does not hold for the pod template"],
	[expression({"key": "app", "operator": "NotIn", "values": ["web"]}), "expression of the selector on app does not hold for the pod template"],
	[expression({"key": "tier", "operator": "Exists"}), "expression of the selector on tier does not hold for the pod template"],
	[expression({"key": "app", "operator": "DoesNotExist"}), "expression of the selector on app does not hold for the pod template"],
	[r.canary(r.plain, "antiAffinity", {}), "antiAffinity needs exactly one of its two kinds"],
	[
		r.blue("antiAffinity", {"preferredDuringSchedulingIgnoredDuringExecution": {"weight": 0}}),
		"weight of a preferred antiAffinity must be from 1 to 100",
	],
	[
		r.blue("antiAffinity", {"preferredDuringSchedulingIgnoredDuringExecution": {"weight": 101}}),
		"weight of a preferred antiAffinity must be from 1 to 100",
	],
	[r.pod("restartPolicy", "OnFailure"), "pods of a rollout restart always, not OnFailure"],
	[r.pod("activeDeadlineSeconds", 60), "pods of a rollout cannot have activeDeadlineSeconds"],
	[r.pod("containers", []), "pod template has no container"],
	[r.pod("containers", "web"), "pod template has no container"],
	[r.pod("containers/-", {"image": "a"}), "container has no name"],
	[r.pod("containers/-", {"name": "a"}), "container \"a\" has no image"],
	[r.pod("containers/-", {"name": "Web", "image": "a"}), "container name \"Web\" is no DNS label"],
	[r.pod("initContainers", [{"name": "web", "image": "a"}]), "container name \"web\" is taken twice"],
	[r.pod("containers/0/ports/-", {"containerPort": 0}), "port of container \"web\" is not a number from 1 to 65535"],
	[r.pod("containers/0/ports/-", {"containerPort": 65536}), "port of container \"web\" is not a number from 1 to 65535"],
	[r.pod("containers/0/ports/-", {"containerPort": "http"}), "port of container \"web\" is not a number from 1 to 65535"],
	[r.pod("containers/0/ports/-", {"name": "http", "containerPort": 1}), "name \"http\" of a port is taken twice in its container"],
	[
		r.pod("containers/0/ports/-", {"name": "a-name-too-long-", "containerPort": 1}),
		"name \"a-name-too-long-\" of a port is none of at most 15 small letters, digits and dashes",
	],
	[
		r.pod("containers/0/ports/-", {"name": "80", "containerPort": 1}),
		"name \"80\" of a port is none of at most 15 small letters, digits and dashes",
	],
	[quantity("invalid"), "memory invalid is no quantity such as 250m, 0.5, 512Mi or 1e9"],
	[quantity("512 Mi"), "memory 512 Mi is no quantity such as 250m, 0.5, 512Mi or 1e9"],
	[quantity("1ki"), "memory 1ki is no quantity such as 250m, 0.5, 512Mi or 1e9"],
	[quantity("5mi"), "memory 5mi is no quantity such as 250m, 0.5, 512Mi or 1e9"],
	[quantity(""), "memory  is no quantity such as 250m, 0.5, 512Mi or 1e9"],
	[quantity(true), "memory true is no quantity such as 250m, 0.5, 512Mi or 1e9"],
	[labels("$app"), "\"$app\" is no label value: at most 63 letters, digits, dashes, dots and underscores"],
	[labels("app-"), "\"app-\" is no label value: at most 63 letters, digits, dashes, dots and underscores"],
	[labels(1), "\"1\" is no label value: at most 63 letters, digits, dashes, dots and underscores"],
	[r.pod("volumes/-", {"emptyDir": {}}), "volume \"\" has no name"],
	[r.pod("volumes/-", {"name": "tmp", "emptyDir": {}}), "volume \"tmp\" is there twice"],
	[r.pod("volumes/-", {"name": "a", "emptyDir": {}, "secret": {}}), "volume \"a\" has more than one source"],
	[r.pod("containers/0/volumeMounts/-", {"name": "tmp"}), "mount of container \"web\" has no mountPath"],
	[r.pod("containers/0/volumeMounts/-", {"name": "tmp", "mountPath": "/tmp"}), "mount of container \"web\" uses path /tmp twice"],
	[
		r.pod("containers/0/volumeMounts/-", {"name": "data", "mountPath": "/data"}),
		"mount of container \"web\" names volume \"data\", which the pod does not have",
	],
]

expression(e) := r.put(r.plain, "/spec/selector/matchExpressions", [e])

quantity(q) := r.pod("containers/0/resources/limits", {"memory": q})

labels(value) := r.put(r.put(r.plain, "/spec/selector/matchLabels/tier", value), "/spec/template/metadata/labels/tier", value)

test_violates_empty if {
	said := {f.message | some f in ts_rol_101.deny with input as samples.of({"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout"})}
	said == {no_strategy, no_selector}
}
