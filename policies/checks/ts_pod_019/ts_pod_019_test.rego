package checks.ts_pod_019_test

import data.checks.ts_pod_019
import data.lib.samples_test as samples

full := {"requests": {"cpu": "100m", "memory": "64Mi"}, "limits": {"memory": "64Mi"}}

test_violates_absent if {
	said := "has no request of cpu and no request of memory and no limit of memory"
	every o in samples.pods({"containers": [{"name": "a"}]}) {
		{finding.message | some finding in ts_pod_019.deny} == {sprintf("container \"a\" %s", [said])} with input as samples.of(o)
	}
	every o in samples.pods({"initContainers": [{"name": "a", "resources": {}}]}) {
		{finding.message | some finding in ts_pod_019.deny} == {sprintf("init container \"a\" %s", [said])} with input as samples.of(o)
	}
}

test_violates_limit_of_init_container if {
	every o in samples.pods({"initContainers": [{"name": "a", "resources": object.remove(full, ["limits"])}]}) {
		{finding.message | some finding in ts_pod_019.deny} == {"init container \"a\" has no limit of memory"} with input as samples.of(o)
	}
}

faulty(resources) := {[finding.path, finding.message] |
	some finding in ts_pod_019.deny with input as samples.of({"kind": "Pod", "spec": {"containers": [{"name": "a", "resources": resources}]}})
}

at(field, name) := ["spec", "containers", 0, "resources", field, name]

test_violates_amounts_of_nothing if {
	every amount in ["0", "-1", "0Mi", "", "many", "1 Gi", "1Kib", "1mi", 0, -1] {
		faulty(object.union(full, {"requests": {"cpu": amount}})) == {[
			at("requests", "cpu"),
			sprintf("container \"a\" has a request of cpu of %v, which is no amount above zero", [amount]),
		]}
	}
}

test_violates_request_above_limit if {
	faulty(object.union(full, {"requests": {"memory": "65Mi"}})) == {[
		at("requests", "memory"),
		"container \"a\" has a request of memory of 65Mi, more than its limit of 64Mi",
	]}
	every pair in [["1Gi", "1G"], ["1e3", "999"], ["67108865", "64Mi"], ["1.5Gi", "1535Mi"], [2, "1999m"], ["1001M", "1G"]] {
		[request, limit] := pair
		count(faulty({"requests": {"cpu": request, "memory": "1"}, "limits": {"cpu": limit, "memory": "1"}})) == 1
	}
}

test_passes_full if {
	every o in array.concat(samples.pods({"containers": [{"name": "a", "resources": full}]}), samples.pods({"initContainers": [{"name": "a", "resources": full}]})) {
		count(ts_pod_019.deny) == 0 with input as samples.of(o)
	}
}

test_passes_any_notation if {
	every pair in [["1G", "1Gi"], ["67108864", "64Mi"], ["128974848000m", "123Mi"], ["0.5", "500m"], [0.5, "0.5"], ["1E3", "1k"], ["+.5", "1"]] {
		[request, limit] := pair
		count(faulty({"requests": {"cpu": request, "memory": "1"}, "limits": {"cpu": limit, "memory": "1"}})) == 0
	}
}

test_passes_requests_that_the_limits_imply if {
	count(faulty({"limits": {"cpu": "1", "memory": "64Mi"}})) == 0
}

test_passes_ephemeral if {
	every o in samples.pods({"ephemeralContainers": [{"name": "a"}]}) {
		count(ts_pod_019.deny) == 0 with input as samples.of(o)
	}
}
