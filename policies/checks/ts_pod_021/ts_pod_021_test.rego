package checks.ts_pod_021_test

import data.checks.ts_pod_021
import data.lib.samples_test as samples

placement := {"platform": {"spec": {"placement": {
	"labels": ["pool", "system-disk"],
	"tolerations": ["pool", "node-role.kubernetes.io/control-plane"],
	"priorityClasses": ["tenant", "system-node-critical"],
	"runtimeClasses": ["gvisor"],
	"schedulers": ["batch"],
}}}}

# What is said about pods with this spec, by a platform that allows some of it.
said(spec) := {finding.message | some finding in ts_pod_021.deny with input as samples.within(samples.of({"kind": "Pod", "spec": spec}), placement)}

# What is said of them by a cluster with a pool for all, one for acme alone and one for shop alone.
pooled := {
	"tenant": "acme",
	"cluster": {"pools": {
		"gpu": {"labels": {"pool": "gpu"}, "taint": {"key": "pool", "value": "gpu"}},
		"acme": {"labels": {"pool": "acme", "disk": "ssd"}, "taint": {"key": "acme-only"}, "tenants": ["acme"]},
		"shop": {"labels": {"pool": "shop"}, "taint": {"key": "pool", "value": "shop"}, "tenants": ["shop"]},
	}},
}

said_of_pools(spec, platform) := {finding.message |
	some finding in ts_pod_021.deny with input as samples.within(samples.of({"kind": "Pod", "spec": spec}), object.union(pooled, platform))
}

test_passes_pools_of_the_tenant if {
	every spec in [
		{"nodeSelector": {"pool": "gpu"}}, {"nodeSelector": {"pool": "acme", "disk": "ssd", "kubernetes.io/arch": "arm64"}},
		{"tolerations": [{"key": "pool", "operator": "Equal", "value": "gpu", "effect": "NoSchedule"}]},
		{"tolerations": [{"key": "acme-only"}]},
		affinity(required, {"nodeSelectorTerms": [{"matchExpressions": [{"key": "pool", "operator": "In", "values": ["gpu"]}]}]}),
	] {
		count(said_of_pools(spec, {})) == 0
	}
}

# Also where the platform lets pods choose by the key.
test_violates_pools_of_others if {
	every platform in [{}, placement] {
		every spec in [
			{"nodeSelector": {"pool": "shop"}},
			{"tolerations": [{"key": "pool", "value": "shop"}]}, {"tolerations": [{"key": "pool", "operator": "Exists"}]},
			affinity(required, {"nodeSelectorTerms": [{"matchExpressions": [{"key": "pool", "operator": "Exists"}]}]}),
			affinity(required, {"nodeSelectorTerms": [{"matchExpressions": [{"key": "pool", "operator": "In", "values": ["gpu", "shop"]}]}]}),
		] {
			count(said_of_pools(spec, platform)) == 1
		}
	}
	count(said_of_pools({"nodeSelector": {"disk": "hdd"}}, {})) == 1
	count(said_of_pools(affinity(required, {"nodeSelectorTerms": [{"matchExpressions": [{"key": "pool", "operator": "NotIn", "values": ["gpu"]}]}]}), {})) == 1
	count(said_of_pools(affinity(required, {"nodeSelectorTerms": [{"matchExpressions": [{"key": "pool", "operator": "NotIn", "values": ["shop"]}]}]}), placement)) == 0
	count(said_of_pools({"tolerations": [{"key": "pool", "value": "other"}]}, placement)) == 0
	count(said_of_pools({"nodeSelector": {"pool": "other"}}, placement)) == 0
}

affinity(kind, terms) := {"affinity": {"nodeAffinity": {kind: terms}}}

required := "requiredDuringSchedulingIgnoredDuringExecution"

preferred := "preferredDuringSchedulingIgnoredDuringExecution"

test_violates_anywhere if {
	every o in samples.pods({"nodeName": "a", "tolerations": [{"operator": "Exists"}], "priorityClassName": "system-node-critical"}) {
		{finding.message | some finding in ts_pod_021.deny} == {
			"pod chooses the node a", "pod tolerates every taint",
			"pod chooses the priority class system-node-critical",
		} with input as samples.of(o)
	}
}

test_violates_what_nobody_allowed if {
	every spec in [
		{"schedulerName": "own"}, {"priorityClassName": "high"}, {"priorityClassName": "default-scheduler"}, {"runtimeClassName": "kata"},
		{"nodeSelector": {"kubernetes.io/hostname": "a"}}, {"tolerations": [{"key": "gpu", "operator": "Exists"}]},
		{"tolerations": [{"key": "", "operator": "Exists"}]},
		{"tolerations": [{"key": "node.kubernetes.io/unschedulable", "operator": "Exists"}]},
		{"tolerations": [{"key": "node.kubernetes.io/not-ready", "operator": "Exists"}]},
		affinity(required, {"nodeSelectorTerms": [{"matchExpressions": [{"key": "zone", "operator": "Exists"}]}]}),
		affinity(required, {"nodeSelectorTerms": [{}, {"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["a"]}]}]}),
		affinity(preferred, [{"weight": 1, "preference": {"matchExpressions": [{"key": "zone", "operator": "Exists"}]}}]),
	] {
		count(said(spec)) == 1
	}
}

test_violates_what_nobody_can_allow if {
	count(said({"priorityClassName": "system-node-critical"})) == 1
	every key in ["node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master"] {
		said({"tolerations": [{"key": key, "effect": "NoSchedule"}]}) == {sprintf("pod tolerates the taint %s", [key])}
	}
}

test_violates_with_the_place if {
	spec := affinity(preferred, [{"preference": {"matchExpressions": [{"key": "zone"}]}}])
	{finding.path | some finding in ts_pod_021.deny} == {[
		"spec", "affinity", "nodeAffinity", preferred,
		0, "preference", "matchExpressions", 0, "key",
	]} with input as samples.of({"kind": "Pod", "spec": spec})
}

test_passes_what_the_platform_allows if {
	every spec in [
		{"schedulerName": "batch"}, {"priorityClassName": "tenant"}, {"runtimeClassName": "gvisor"}, {"nodeSelector": {"pool": "a"}},
		{"nodeSelector": {"system-disk": "ssd"}}, {"tolerations": [{"key": "pool", "value": "acme"}]},
		affinity(required, {"nodeSelectorTerms": [{"matchExpressions": [{"key": "pool", "operator": "Exists"}]}]}),
	] {
		count(said(spec)) == 0
	}
}

test_passes_defaults if {
	every o in samples.pods({
		"schedulerName": "default-scheduler", "nodeName": "", "priorityClassName": "",
		"tolerations": [{"key": "node.kubernetes.io/unreachable", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}],
	}) {
		count(ts_pod_021.deny) == 0 with input as samples.of(o)
	}
}
