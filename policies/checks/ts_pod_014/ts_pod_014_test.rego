package checks.ts_pod_014_test

import data.checks.ts_pod_014
import data.lib.samples_test as samples

test_violates_unknown if {
	every o in samples.pods({"securityContext": {"sysctls": [{"name": "kernel.msgmax", "value": "1"}]}}) {
		count(ts_pod_014.deny) == 1 with input as samples.of(o)
	}
}

test_violates_nameless if {
	every o in samples.pods({"securityContext": {"sysctls": [{"value": "1"}]}}) {
		count(ts_pod_014.deny) == 1 with input as samples.of(o)
	}
}

test_passes_safe if {
	every o in samples.pods({"securityContext": {"sysctls": [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}, {"name": "net.ipv4.tcp_rmem", "value": "1"}]}}) {
		count(ts_pod_014.deny) == 0 with input as samples.of(o)
	}
}

test_violates_before if {
	every o in samples.pods({"securityContext": {"sysctls": [{"name": "net.ipv4.tcp_rmem", "value": "1"}]}}) {
		count(ts_pod_014.deny) == 1 with input as samples.at(o, 31)
	}
}
