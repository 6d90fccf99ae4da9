package checks.ts_rol_116_test

import data.checks.ts_rol_116
import data.lib.rollouts_test as r
import data.lib.samples_test as samples

# Cases whose messages are not those expected, with what was said instead.
test_violates if {
	wrong := {[message, said] |
		some [o, message] in cases
		said := {f.message | some f in ts_rol_116.deny with input as samples.of(o)}
		said != {message}
	}
	wrong == set()
}

test_passes if {
	faulted := {[i, said] |
		some i, o in clean
		said := {f.message | some f in ts_rol_116.deny with input as samples.of(o)}
		count(said) > 0
	}
	faulted == set()
}

metric(more) := {
	"apiVersion": "argoproj.io/v1alpha1",
	"kind": "AnalysisTemplate",
	"metadata": samples.meta("rate"),
	"spec": {"metrics": [object.union({"name": "rate", "provider": {"prometheus": {"query": "up"}}}, more)]},
}

clean := [
	r.plain,
	metric({"successCondition": "len(result) == 1 && result[0] >= 0.99", "failureCondition": "len(result) == 1 && result[0] < 0.99"}),
	metric({"successCondition": "len(result) > 0 && isNaN(result[0])"}),
	metric({"successCondition": "len(result) > 0 && all(result, # >= 0.99)"}),
	r.put(metric({}), "/spec/metrics/0/provider", {"job": {}}),
	r.put(metric({"successCondition": "result[0] > 1"}), "/spec/metrics/0/provider", {"web": {}}),
]

empty(field) := sprintf("%s reads an answer that may be empty, which is an error and after some of them an abort: begin it with len(result) > 0 &&", [field])

cases := [
	[metric({}), "without successCondition and failureCondition every measurement passes"],
	[metric({"successCondition": "result[0] >= 0.99"}), empty("successCondition")],
	[metric({"failureCondition": "result [0] < 0.99"}), empty("failureCondition")],
	[metric({"successCondition": "isNaN(result) || result >= 0.99"}), "successCondition asks isNaN of a list, which is an error: ask it of result[0]"],
	[metric({"successCondition": "all(result, # >= 0.99)"}), "successCondition holds for every element of no answer, so that no data passes"],
]
