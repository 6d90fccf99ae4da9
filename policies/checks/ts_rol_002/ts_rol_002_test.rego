package checks.ts_rol_002_test

import data.checks.ts_rol_002
import data.lib.samples_test as samples

privileged := {"containers": [{"name": "a", "securityContext": {"privileged": true}}]}

hidden(spec) := [o |
	some o in samples.pods(spec)
	o.kind in {"Experiment", "AnalysisTemplate", "AnalysisRun"}
]

test_violates_grave_faults if {
	every spec in [privileged, {"hostPID": true}, {"volumes": [{"name": "a", "hostPath": {"path": "/"}}]}] {
		count(hidden(spec)) == 3
		every o in hidden(spec) {
			count(ts_rol_002.deny) == 1 with input as samples.of(o)
		}
	}
}

test_violates_by_name if {
	some finding in ts_rol_002.deny with input as samples.of(samples.metrics("AnalysisTemplate", {"hostPID": true}))
	finding == {
		"path": ["spec", "metrics", 1, "provider", "job", "spec", "template", "spec", "hostPID"],
		"message": "hidden pod template breaks TS-POD-002: pod shares a namespace of the node by hostPID",
	}
}

test_violates_without_pod if {
	count(ts_rol_002.deny) == 1 with input as samples.of({"kind": "Experiment", "spec": {"templates": [{"name": "a"}]}})
	count(ts_rol_002.deny) == 1 with input as samples.of({"kind": "AnalysisRun", "spec": {"metrics": [{"provider": {"job": {}}}]}})
}

test_passes_safe_templates if {
	every o in hidden({"containers": [{"name": "a"}]}) {
		count(ts_rol_002.deny) == 0 with input as samples.of(o)
	}
}

test_passes_workloads if {
	count(ts_rol_002.deny) == 0 with input as samples.of(samples.workload("apps/v1", "Deployment", privileged))
}

test_passes_templates_of_other_kinds if {
	count(ts_rol_002.deny) == 0 with input as samples.of({"kind": "Certificate", "spec": {"templates": [{"name": "a"}]}})
}
