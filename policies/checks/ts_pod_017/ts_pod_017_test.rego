package checks.ts_pod_017_test

import data.checks.ts_pod_017
import data.lib.samples_test as samples

test_violates_probe if {
	every o in samples.containers({"name": "a", "livenessProbe": {"httpGet": {"host": "169.254.169.254", "port": 80}}}) {
		count(ts_pod_017.deny) == 1 with input as samples.of(o)
	}
}

test_violates_hooks if {
	every o in samples.containers({"name": "a", "lifecycle": {"postStart": {"tcpSocket": {"host": "a", "port": 1}}, "preStop": {"httpGet": {"host": "a", "port": 1}}}}) {
		count(ts_pod_017.deny) == 2 with input as samples.of(o)
	}
}

test_passes_without_host if {
	every o in samples.containers({"name": "a", "livenessProbe": {"httpGet": {"port": 80, "host": ""}}, "readinessProbe": {"tcpSocket": {"port": 80}}}) {
		count(ts_pod_017.deny) == 0 with input as samples.of(o)
	}
}

test_passes_before if {
	every o in samples.containers({"name": "a", "livenessProbe": {"httpGet": {"host": "169.254.169.254", "port": 80}}}) {
		count(ts_pod_017.deny) == 0 with input as samples.at(o, 33)
	}
}

test_passes_hosts_elsewhere if {
	every o in samples.containers({
		"name": "a",
		"env": {"httpGet": {"host": "a"}},
		"livenessProbe": {"grpc": {"host": "a"}, "tcpSocket": {"port": 1}},
		"lifecycle": {"preStart": {"httpGet": {"host": "a"}}, "preStop": {"exec": {"host": "a"}, "httpGet": {"host": ""}}},
	}) {
		count(ts_pod_017.deny) == 0 with input as samples.of(o)
	}
}

test_passes_hooks_on_old_clusters if {
	every o in samples.containers({"name": "a", "lifecycle": {"preStop": {"httpGet": {"host": "a"}}}}) {
		count(ts_pod_017.deny) == 0 with input as samples.at(o, 33)
	}
}
