package checks.ts_rol_109_test

import data.checks.ts_rol_109
import data.lib.rollouts_test as r
import data.lib.samples_test as samples

# Cases whose messages are not those expected, with what was said instead.
test_violates if {
	wrong := {[messages, said] |
		some [objects, messages] in cases
		said := {f.message | some f in ts_rol_109.deny with input as samples.set(objects)}
		said != messages
	}
	wrong == set()
}

test_passes if {
	faulted := {[i, said] |
		some i, objects in clean
		said := {f.message | some f in ts_rol_109.deny with input as samples.set(objects)}
		count(said) > 0
	}
	faulted == set()
}

template(name, spec) := {"apiVersion": "argoproj.io/v1alpha1", "kind": "AnalysisTemplate", "metadata": samples.meta(name), "spec": spec}

named(name) := {"templates": [{"templateName": name}]}

rate := template("rate", {"args": [{"name": "limit", "value": "1"}], "metrics": [{"name": "rate", "count": 2, "interval": "1m"}]})

wanting := template("rate", {"args": [{"name": "service"}], "metrics": [{"name": "rate"}]})

step(analysis) := r.canary(r.plain, "steps", [{"analysis": analysis}])

background(analysis) := r.canary(r.plain, "analysis", analysis)

with_args(args) := object.union(named("rate"), {"args": args})

experiment(analysis) := r.canary(r.plain, "steps", [{"experiment": {"analyses": [analysis]}}])

endless := template("rate", {"metrics": [{"name": "rate", "interval": "1m"}]})

composed := template("all", {"templates": [{"templateName": "rate"}, {"templateName": "a", "clusterScope": true}]})

clean := [
	[r.plain], [r.blue_green], [step(named("rate")), rate], [background(named("rate")), rate], [background(named("rate")), endless],
	[r.blue("prePromotionAnalysis", named("rate")), rate],
	[step({"templates": [{"templateName": "of-the-platform", "clusterScope": true}]})],
	[step(with_args([{"name": "service", "value": "web"}])), wanting],
	[step(with_args([{"name": "service", "valueFrom": {"podTemplateHashValue": "Latest"}}])), wanting],
	[step(named("all")), composed, rate],
	[step(named("rate")), template("rate", {"args": [{"name": "token", "valueFrom": {"secretKeyRef": {}}}]})],
	[step({"templates": [{"templateName": "rate"}, {"templateName": "more"}]}), wanting, template("more", {"args": [{"name": "service", "value": "a"}]})],
	[step({"templates": [{"templateName": "rate"}, {"templateName": "p", "clusterScope": true}]}), wanting],
	[experiment({"templateName": "rate", "args": []}), rate],
	[experiment({"templateName": "rate", "clusterScope": true})],
	[{"apiVersion": "argoproj.io/v1alpha1", "kind": "Experiment", "metadata": samples.meta("a"), "spec": {"analyses": [{"templateName": "rate"}]}}, rate],
]

gone := {"release is measured by AnalysisTemplate rate, which is not among the objects"}

lacking := {"analysis lacks argument service, which its template wants"}

cases := [
	[[step(named("rate"))], gone],
	[[background(named("rate")), r.put(rate, "/metadata/namespace", "globex")], gone],
	[[r.blue("postPromotionAnalysis", named("rate"))], gone],
	[[experiment({"templateName": "rate"})], gone],
	[[{"apiVersion": "argoproj.io/v1alpha1", "kind": "Experiment", "metadata": samples.meta("a"), "spec": {"analyses": [{"templateName": "rate"}]}}], gone],
	[[step(named("all")), composed], {"template uses AnalysisTemplate rate, which is not among the objects"}],
	[[step(named("rate")), wanting], lacking],
	[[step(with_args([{"name": "service"}])), wanting], lacking],
	[[step(with_args([{"name": "servce", "value": "web"}])), wanting], lacking],
	[[background(named("all")), composed, wanting], lacking],
	[
		[step({"templates": [{"templateName": "rate"}, {"templateName": "all"}]}), rate, template("all", {"metrics": [{"name": "rate"}]})],
		{"templates of an analysis measure rate twice"},
	],
	[
		[step({"templates": [{"templateName": "rate"}, {"templateName": "all"}]}), rate, template("all", {"args": [{"name": "limit", "value": "2"}]})],
		{"templates of an analysis give argument limit different values"},
	],
	[[step(named("rate")), endless], {"release waits for metric rate, which has an interval and no count and so never ends"}],
]

# What one Rollout shows by itself.
alone := [
	[step({"templates": []}), "analysis names no template, so that nothing is measured"],
	[background({}), "analysis names no template, so that nothing is measured"],
	[r.blue("prePromotionAnalysis", {}), "analysis names no template, so that nothing is measured"],
	[step({"templates": [{"name": "rate"}]}), "template of an analysis has no templateName"],
	[field("metadata.annotation"), "metadata.annotation is no field that an argument can have"],
	[field("metadata.labels[app]"), "metadata.labels[app] is no field that an argument can have"],
	[
		background(object.union(named("rate"), {"startingStep": 2})),
		"startingStep 2 comes after the last of 2 steps, so that nothing is measured",
	],
]

field(path) := step(with_args([{"name": "a", "valueFrom": {"fieldRef": {"fieldPath": path}}}]))

test_violates_alone if {
	wrong := {[message, said] |
		some [o, message] in alone
		said := {f.message | some f in ts_rol_109.deny with input as samples.of(o)}
		said != {message}
	}
	wrong == set()
}

test_passes_alone if {
	every o in [r.plain, background(named("rate")), field("metadata.name"), field("metadata.labels['app']"), field("status.phase")] {
		count(ts_rol_109.deny) == 0 with input as samples.of(o)
	}
}
