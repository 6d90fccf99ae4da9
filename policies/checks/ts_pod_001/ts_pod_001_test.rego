package checks.ts_pod_001_test

import data.checks.ts_pod_001
import data.lib.samples_test as samples

test_violates_everywhere if {
	every o in samples.containers({"name": "a", "securityContext": {"privileged": true}}) {
		count(ts_pod_001.deny) == 1 with input as samples.of(o)
	}
}

test_violates_as_text if {
	every o in samples.containers({"name": "a", "securityContext": {"privileged": "true"}}) {
		count(ts_pod_001.deny) == 1 with input as samples.of(o)
	}
}

test_passes_false if {
	every o in samples.containers({"name": "a", "securityContext": {"privileged": false}}) {
		count(ts_pod_001.deny) == 0 with input as samples.of(o)
	}
}

test_passes_absent if {
	every o in samples.containers({"name": "a", "securityContext": {}}) {
		count(ts_pod_001.deny) == 0 with input as samples.of(o)
	}
}

test_violates_with_the_place_and_the_name if {
	some finding in ts_pod_001.deny with input as samples.of(samples.workload("apps/v1", "Deployment", {"initContainers": [{"name": "ok"}, {"name": "web", "securityContext": {"privileged": true}}]}))
	finding.path == ["spec", "template", "spec", "initContainers", 1, "securityContext", "privileged"]
	finding.message == "init container \"web\" is privileged, which is root on the node"
}
