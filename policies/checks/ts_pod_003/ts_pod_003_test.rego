package checks.ts_pod_003_test

import data.checks.ts_pod_003
import data.lib.samples_test as samples

test_violates_socket if {
	every o in samples.pods({"volumes": [{"name": "tmp", "emptyDir": {}}, {"name": "s", "hostPath": {"path": "/var/run/docker.sock"}}]}) {
		count(ts_pod_003.deny) == 1 with input as samples.of(o)
	}
}

test_violates_empty if {
	every o in samples.pods({"volumes": [{"name": "s", "hostPath": {}}]}) {
		count(ts_pod_003.deny) == 1 with input as samples.of(o)
	}
}

test_passes_claim if {
	every o in samples.pods({"volumes": [{"name": "s", "persistentVolumeClaim": {"claimName": "s"}}]}) {
		count(ts_pod_003.deny) == 0 with input as samples.of(o)
	}
}

test_violates_with_the_place_and_the_name if {
	some finding in ts_pod_003.deny with input as samples.of(samples.workload("apps/v1", "Deployment", {"volumes": [{"name": "s", "hostPath": {"path": "/"}}]}))
	finding.path == ["spec", "template", "spec", "volumes", 0, "hostPath"]
	finding.message == "volume \"s\" is a directory of the node"
}
