package checks.ts_rol_001_test

import data.checks.ts_rol_001
import data.lib.samples_test as samples

rollout(spec) := {"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "metadata": samples.meta("web"), "spec": spec}

deployment(name, spec) := {
	"apiVersion": "apps/v1",
	"kind": "Deployment",
	"metadata": samples.meta(name),
	"spec": {"template": {"spec": spec}},
}

reference := {"apiVersion": "apps/v1", "kind": "Deployment", "name": "legacy"}

privileged := {"containers": [{"name": "a", "securityContext": {"privileged": true}}]}

test_violates_both if {
	count(ts_rol_001.deny) == 1 with input as samples.of(rollout({"template": {"spec": {}}, "workloadRef": reference}))
}

test_violates_neither if {
	count(ts_rol_001.deny) == 1 with input as samples.of(rollout({}))
	count(ts_rol_001.deny) == 1 with input as samples.of(rollout({"template": {}}))
}

test_violates_grave_template if {
	some finding in ts_rol_001.deny with input as samples.of(rollout({"template": {"spec": privileged}}))
	finding == {
		"path": ["spec", "template", "spec", "containers", 0, "securityContext", "privileged"],
		"message": "rollout breaks TS-POD-001: container \"a\" is privileged, which is root on the node",
	}
}

test_violates_workload_that_is_not_there if {
	every objects in [
		[],
		[deployment("other", {})],
		[object.union(deployment("legacy", {}), {"metadata": {"name": "legacy", "namespace": "globex"}})],
		[object.union(deployment("legacy", {}), {"apiVersion": "example.com/v1"})],
		[object.union(deployment("legacy", {}), {"kind": "StatefulSet"})],
	] {
		some finding in ts_rol_001.deny with input as samples.set(array.concat(objects, [rollout({"workloadRef": reference})]))
		finding.object == count(objects)
		finding.path == ["spec", "workloadRef"]
	}
}

test_violates_reference_to_another_kind if {
	o := rollout({"workloadRef": object.union(reference, {"kind": "StatefulSet"})})
	workload := object.union(deployment("legacy", {}), {"kind": "StatefulSet"})
	count(ts_rol_001.deny) == 1 with input as samples.set([o, workload])
	count(ts_rol_001.deny) == 1 with input as samples.set([rollout({"workloadRef": {}})])
}

test_violates_grave_workload if {
	o := rollout({"workloadRef": reference})
	ts_rol_001.deny == {{
		"object": 0,
		"path": ["spec", "workloadRef"],
		"message": "rollout breaks TS-POD-001 by Deployment legacy: container \"a\" is privileged, which is root on the node",
	}} with input as samples.set([o, deployment("legacy", privileged)])
}

test_passes_template if {
	count(ts_rol_001.deny) == 0 with input as samples.of(rollout({"template": {"spec": {"containers": [{"name": "a"}]}}}))
}

test_passes_workload_that_is_there if {
	o := rollout({"workloadRef": reference})
	count(ts_rol_001.deny) == 0 with input as samples.set([o, deployment("legacy", {})])
	count(ts_rol_001.deny) == 0 with input as samples.of(o)
	template := {"apiVersion": "v1", "kind": "PodTemplate", "metadata": samples.meta("legacy"), "template": {"spec": {}}}
	named := rollout({"workloadRef": {"apiVersion": "v1", "kind": "PodTemplate", "name": "legacy"}})
	count(ts_rol_001.deny) == 0 with input as samples.set([template, named])
}

test_passes_rollout_of_another_group if {
	o := object.union(rollout({}), {"apiVersion": "rollouts.kruise.io/v1beta1"})
	count(ts_rol_001.deny) == 0 with input as samples.of(o)
}

test_passes_other_kinds if {
	o := object.union(rollout({"template": {"spec": privileged}, "workloadRef": reference}), {"kind": "Experiment"})
	count(ts_rol_001.deny) == 0 with input as samples.of(o)
	group := object.union(rollout({"workloadRef": reference}), {"apiVersion": "rollouts.kruise.io/v1beta1"})
	count(ts_rol_001.deny) == 0 with input as samples.set([group])
}

test_violates_missing_workload_by_name if {
	some finding in ts_rol_001.deny with input as samples.set([rollout({"workloadRef": reference})])
	finding.message == "rollout takes its pods from Deployment legacy, which is not among the objects, so that nobody judged it"
}
