package checks.ts_pod_008_test

import data.checks.ts_pod_008
import data.lib.samples_test as samples

test_violates_absent if {
	every o in samples.containers({"name": "a"}) {
		count(ts_pod_008.deny) == 1 with input as samples.of(o)
	}
}

test_violates_init_of_safe_pod if {
	every o in samples.pods({"securityContext": {"runAsNonRoot": true}, "initContainers": [{"name": "a", "securityContext": {"runAsNonRoot": false}}]}) {
		count(ts_pod_008.deny) == 1 with input as samples.of(o)
	}
}

test_violates_pod_despite_containers if {
	every o in samples.pods({"securityContext": {"runAsNonRoot": false}, "containers": [{"name": "a", "securityContext": {"runAsNonRoot": true}}]}) {
		count(ts_pod_008.deny) == 1 with input as samples.of(o)
	}
}

test_violates_text if {
	every o in samples.pods({"securityContext": {"runAsNonRoot": "true"}, "containers": [{"name": "a"}]}) {
		{finding.message | some finding in ts_pod_008.deny} == {"pod may run as root"} with input as samples.of(o)
	}
}

test_violates_once_for_containers_that_inherit if {
	spec := {
		"securityContext": {"runAsNonRoot": false},
		"initContainers": [{"name": "a"}],
		"containers": [{"name": "b"}, {"name": "c", "securityContext": {"runAsNonRoot": false}}],
	}
	every o in samples.pods(spec) {
		messages := {finding.message | some finding in ts_pod_008.deny} with input as samples.of(o)
		messages == {"pod may run as root", "container \"c\" may run as root"}
	}
}

test_passes_pod if {
	every o in samples.pods({"securityContext": {"runAsNonRoot": true}, "containers": [{"name": "a"}]}) {
		count(ts_pod_008.deny) == 0 with input as samples.of(o)
	}
}

test_passes_container if {
	every o in samples.containers({"name": "a", "securityContext": {"runAsNonRoot": true}}) {
		count(ts_pod_008.deny) == 0 with input as samples.of(o)
	}
}

test_passes_own_users if {
	every o in samples.pods({"hostUsers": false, "containers": [{"name": "a"}]}) {
		count(ts_pod_008.deny) == 0 with input as samples.at(o, 35)
	}
}

test_violates_own_users_before if {
	every o in samples.pods({"hostUsers": false, "containers": [{"name": "a"}]}) {
		count(ts_pod_008.deny) == 1 with input as samples.at(o, 34)
	}
}

test_violates_windows if {
	every o in samples.pods({"os": {"name": "windows"}, "containers": [{"name": "a"}]}) {
		count(ts_pod_008.deny) == 1 with input as samples.of(o)
	}
}

test_violates_with_the_place_and_the_name if {
	some finding in ts_pod_008.deny with input as samples.of(samples.workload("apps/v1", "Deployment", {"containers": [{"name": "web"}]}))
	finding.path == ["spec", "template", "spec", "containers", 0, "securityContext", "runAsNonRoot"]
	finding.message == "container \"web\" may run as root"
}
