package checks.ts_rol_110_test

import data.checks.ts_rol_110
import data.lib.rollouts_test as r
import data.lib.samples_test as samples

# Cases whose messages are not those expected, with what was said instead.
test_violates if {
	wrong := {[message, said] |
		some [o, message] in cases
		said := {f.message | some f in ts_rol_110.deny with input as samples.of(o)}
		said != {message}
	}
	wrong == set()
}

test_passes if {
	faulted := {[i, said] |
		some i, o in clean
		said := {f.message | some f in ts_rol_110.deny with input as samples.of(o)}
		count(said) > 0
	}
	faulted == set()
}

template(spec) := {"apiVersion": "argoproj.io/v1alpha1", "kind": "AnalysisTemplate", "metadata": samples.meta("rate"), "spec": spec}

good := {
	"name": "rate",
	"count": 10,
	"interval": "30s",
	"failureLimit": 2,
	"inconclusiveLimit": 3,
	"provider": {"prometheus": {"address": "http://prometheus:9090", "query": "up"}},
}

metric(more) := template({"metrics": [object.union(good, more)]})

without(field) := template({"metrics": [object.remove(good, [field])]})

provided(provider) := template({"metrics": [object.union(object.remove(good, ["provider"]), {"provider": provider})]})

with_args(args, more) := template({"args": args, "metrics": [object.union(good, more)]})

clean := [
	metric({}), r.plain, {"kind": "AnalysisTemplate", "spec": {}},
	template({"templates": [{"templateName": "a"}], "dryRun": [{"metricName": "a"}]}),
	template({"metrics": [{"name": "once", "provider": {"job": {}}}]}),
	with_args([{"name": "count", "value": "30"}], {"count": "{{args.count}}", "failureLimit": "20", "interval": "{{ args.count }}s"}),
	metric({"failureLimit": -1, "consecutiveSuccessLimit": 3}),
	provided({"plugin": {"acme/metric": {}}}),
	provided({"prometheus": {"query": "up"}}),
	with_args([{"name": "url"}], {"provider": {"prometheus": {"address": "{{args.url}}", "query": "up"}}}),
	template({"metrics": [good], "dryRun": [{"metricName": ".*"}], "measurementRetention": [{"metricName": "rate", "limit": 1}]}),
]

cases := [
	[template({}), "nothing is measured: there are neither metrics nor templates"],
	[r.put(template({"metrics": []}), "/kind", "ClusterAnalysisTemplate"), "nothing is measured: there are neither metrics nor templates"],
	[without("name"), "metric has no name"],
	[template({"metrics": [good, good]}), "metric name rate is taken twice"],
	[metric({"count": "ten"}), "count ten is no whole number"],
	[metric({"inconclusiveLimit": -1}), "inconclusiveLimit -1 is too small"],
	[metric({"failureLimit": -2}), "failureLimit -2 is too small"],
	[metric({"failureLimit": -1}), "failureLimit -1 needs a consecutiveSuccessLimit, or nothing ends the measurement"],
	[metric({"failureLimit": 11}), "count 10 is less than failureLimit and consecutiveSuccessLimit together (11)"],
	[metric({"consecutiveSuccessLimit": 9}), "count 10 is less than failureLimit and consecutiveSuccessLimit together (11)"],
	[metric({"failureLimit": -1, "consecutiveSuccessLimit": "11"}), "count 10 is less than failureLimit and consecutiveSuccessLimit together (11)"],
	[metric({"inconclusiveLimit": "11"}), "count 10 is less than inconclusiveLimit"],
	[without("interval"), "count 10 needs an interval"],
	[metric({"interval": "30"}), "interval 30 is no time such as 30s, 5m or 1h"],
	[metric({"initialDelay": 30}), "initialDelay 30 is no time such as 30s, 5m or 1h"],
	[without("provider"), "a metric has exactly one provider, not 0"],
	[metric({"provider": {"job": {}}}), "a metric has exactly one provider, not 2"],
	[provided({"plugin": {"a/b": {}, "c/d": {}}}), "a metric has exactly one provider, not 2"],
	[provided({"prometheus": {"address": "prom:9090", "query": "up"}}), "address prom:9090 does not begin with http:// or https://"],
	[provided({"web": {"url": "prom"}}), "url prom does not begin with http:// or https://"],
	[provided({"prometheus": {"query": ""}}), "prometheus is asked no query"],
	[metric({"successCondition": "result > {{args.limit}}"}), "metric uses {{args.limit}}, which is not among the args of the template"],
	[with_args([{"name": "limit"}], {"successCondition": "{{ .Values.limit }}"}), "metric uses {{.Values.limit}}, which is not among the args of the template"],
	[template({"metrics": [good], "dryRun": [{"metricName": "p99"}]}), "metricName p99 fits no metric"],
	[template({"metrics": [good], "dryRun": [{"metricName": "("}]}), "metricName ( fits no metric"],
	[template({"metrics": [good], "measurementRetention": [{}]}), "entry names no metric"],
]
