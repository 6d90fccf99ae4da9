package checks.ts_rol_106_test

import data.checks.ts_rol_106
import data.lib.rollouts_test as r
import data.lib.samples_test as samples

# Cases whose messages are not those expected, with what was said instead.
test_violates if {
	wrong := {[message, said] |
		some [o, message] in cases
		said := {f.message | some f in ts_rol_106.deny with input as samples.of(o)}
		said != {message}
	}
	wrong == set()
}

test_passes if {
	faulted := {[i, said] |
		some i, o in clean
		said := {f.message | some f in ts_rol_106.deny with input as samples.of(o)}
		count(said) > 0
	}
	faulted == set()
}

step(experiment) := r.canary(r.routed, "steps", [{"experiment": experiment}])

good := {"duration": "1h", "templates": [{"name": "new", "specRef": "canary", "weight": 5}]}

with_template(t) := step({"duration": "1h", "templates": [t]})

object_of(spec) := {"apiVersion": "argoproj.io/v1alpha1", "kind": "Experiment", "metadata": samples.meta("a"), "spec": spec}

clean := [
	r.plain, r.routed, r.blue_green, step(good),
	step(object.union(object.remove(good, ["duration"]), {"analyses": [{"name": "a", "templateName": "b", "requiredForCompletion": true}]})),
	object_of({"duration": "1h", "templates": [{"name": "a", "selector": {"matchLabels": {"app": "a"}}, "template": {}}]}),
	{"apiVersion": "acme.dev/v1", "kind": "Experiment", "spec": {}},
]

endless := "experiment never ends: it needs a duration, or an analysis with requiredForCompletion: true"

cases := [
	[step(object.remove(good, ["duration"])), endless],
	[step(object.union(object.remove(good, ["duration"]), {"analyses": [{"name": "a", "templateName": "b"}]})), endless],
	[step(object.union(good, {"duration": "1d"})), "duration 1d is no time such as 90s, 5m or 24h"],
	[step(object.union(good, {"duration": 60})), "duration 60 is no time such as 90s, 5m or 24h"],
	[step(object.union(good, {"templates": []})), "experiment has no template"],
	[step(object.union(good, {"analyses": [{"name": "a"}]})), "analysis has no templateName"],
	[with_template({"specRef": "stable"}), "template has no name"],
	[step(object.union(good, {"templates": [{"name": "a", "specRef": "stable"}, {"name": "a", "specRef": "canary"}]})), "template name a is taken twice"],
	[with_template({"name": "a", "specRef": "stable", "replicas": -1}), "replicas -1 is no whole number"],
	[with_template({"name": "a", "specRef": "stable", "weight": 12.5}), "weight 12.5 is not a whole number from 0 to 100"],
	[with_template({"name": "a", "specRef": "green"}), "specRef \"green\" is neither stable nor canary"],
	[with_template({"name": "a"}), "specRef \"\" is neither stable nor canary"],
	[r.canary(step(good), "trafficRouting", {"nginx": {}}), "weight of a template needs a router that can: alb, istio, plugins, smi"],
	[
		step({"duration": "1h", "templates": [{"name": "a", "specRef": "stable", "weight": 80}, {"name": "b", "specRef": "canary", "weight": 70}]}),
		"weights of the templates sum up to 150, which is more than all requests",
	],
	[object_of({"duration": "1h", "templates": [{"name": "a"}]}), "template of an experiment selects no pods: the selector is missing or empty"],
	[object_of({"duration": "1h", "templates": [{"name": "a", "selector": {"matchLabels": {}}}]}), "template of an experiment selects no pods: the selector is missing or empty"],
]
