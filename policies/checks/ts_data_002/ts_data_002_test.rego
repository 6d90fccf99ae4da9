package checks.ts_data_002_test

import data.checks.ts_data_002
import data.lib.samples_test as samples

asked(o, region, residency) := samples.within(samples.of(o), {"cluster": {"region": region}, "spec": {"compliance": {"residency": residency}}})

said(o, region) := {f.message | some f in ts_data_002.deny with input as asked(o, region, ["eu-central-1", "eu-west-1"])}

label := "topology.kubernetes.io/region"

chosen(region) := {"nodeSelector": {label: region}}

terms(list) := {"affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": list}}}}

regions(operator, values) := {"matchExpressions": [{"key": label, "operator": operator, "values": values}]}

preferred(values) := {"affinity": {"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 1, "preference": regions("In", values)}]}}}

database(affinity) := {"apiVersion": "postgresql.cnpg.io/v1", "kind": "Cluster", "metadata": samples.meta("main"), "spec": {"affinity": affinity}}

may_run(where) := sprintf("pod may run %s, and data may only be in eu-central-1, eu-west-1", [where])

demands := "pod demands a node in us-east-1, and data may only be in eu-central-1, eu-west-1"

asks := "pod asks for a node that is not in eu-central-1, eu-west-1, which is where data may be"

test_violates_cluster_elsewhere if {
	every o in samples.pods({}) {
		may_run("in us-east-1") in said(o, "us-east-1")
	}
	said(database({}), "us-east-1") == {may_run("in us-east-1")}
}

test_violates_cluster_nowhere if {
	o := samples.workload("apps/v1", "Deployment", {})
	input_nowhere := json.patch(asked(o, "", ["eu-central-1", "eu-west-1"]), [{"op": "remove", "path": "/ctx/cluster/region"}])
	{f.message | some f in ts_data_002.deny with input as input_nowhere} == {may_run("in a region that the platform file does not name")}
}

test_violates_what_does_not_keep_it if {
	every spec in [
		preferred(["eu-west-1"]),
		terms([]),
		terms([regions("In", [])]),
		terms([regions("Exists", [])]),
		terms([regions("In", ["eu-west-1"]), {"matchExpressions": [{"key": "topology.kubernetes.io/zone", "operator": "In", "values": ["eu-west-1a"]}]}]),
		{"nodeSelector": {"topology.kubernetes.io/zone": "eu-west-1a"}},
	] {
		said(samples.workload("apps/v1", "Deployment", spec), "us-east-1") == {may_run("in us-east-1")}
	}
}

test_violates_foreign_demand_anywhere if {
	every o in samples.pods(chosen("us-east-1")) {
		said(o, "eu-west-1") == {demands}
	}
	said(samples.workload("apps/v1", "Deployment", {"nodeSelector": {"failure-domain.beta.kubernetes.io/region": "us-east-1"}}), "eu-west-1") == {demands}
	said(database({"nodeSelector": {label: "us-east-1"}}), "eu-west-1") == {demands}
}

test_violates_foreign_affinity_anywhere if {
	every spec in [
		terms([regions("In", ["eu-west-1", "us-east-1"])]),
		terms([regions("NotIn", ["eu-west-1", "eu-central-1"])]),
		preferred(["us-east-1"]),
	] {
		every o in samples.pods(spec) {
			said(o, "eu-west-1") == {asks}
		}
	}
	said(database({"nodeAffinity": preferred(["us-east-1"]).affinity.nodeAffinity}), "eu-west-1") == {asks}
}

test_violates_at_the_expression if {
	o := samples.workload("batch/v1", "Job", terms([{}, regions("In", ["us-east-1"])]))
	some finding in ts_data_002.deny with input as asked(o, "eu-west-1", ["eu-west-1"])
	finding.path == [
		"spec", "template", "spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution",
		"nodeSelectorTerms", 1, "matchExpressions", 0,
	]
}

test_violates_unseen_workloads if {
	spec := {"delivery": {"sources": [{"name": "shop"}]}, "compliance": {"residency": ["eu-west-1"]}}
	ts_data_002.deny == {{
		"path": [],
		"field": ["spec", "delivery", "sources", 0],
		"message": "workloads of this source run in us-east-1, and data may only be in eu-west-1",
	}} with input as samples.within(samples.set([]), {"cluster": {"region": "us-east-1"}, "spec": spec})
}

test_passes_at_home if {
	every o in samples.pods({}) {
		said(o, "eu-central-1") == set()
	}
	said(database({}), "eu-central-1") == set()
	said({"kind": "Cluster", "apiVersion": "cluster.x-k8s.io/v1beta1", "spec": {}}, "us-east-1") == set()
	spec := {"delivery": {"sources": [{"name": "shop"}]}, "compliance": {"residency": ["eu-central-1"]}}
	count(ts_data_002.deny) == 0 with input as samples.within(samples.set([]), {"spec": spec})
}

test_passes_kept if {
	every spec in [
		chosen("eu-west-1"),
		terms([regions("In", ["eu-west-1"]), regions("In", ["eu-central-1", "eu-west-1"])]),
		{"nodeSelector": {"failure-domain.beta.kubernetes.io/region": "eu-west-1"}},
	] {
		every o in [samples.workload("apps/v1", "Deployment", spec), samples.metrics("AnalysisRun", spec)] {
			said(o, "us-east-1") == set()
		}
	}
	said(database({"nodeSelector": {label: "eu-west-1"}}), "us-east-1") == set()
}

test_passes_other_labels if {
	spec := object.union({"nodeSelector": {"disk": "us-east-1"}}, terms([{"matchExpressions": [{"key": "disk", "operator": "In", "values": ["ssd"]}]}]))
	said(samples.workload("apps/v1", "Deployment", spec), "eu-west-1") == set()
	said(samples.workload("apps/v1", "Deployment", terms([regions("NotIn", ["eu-west-1"])])), "eu-west-1") == set()
}
