package checks.ts_rbac_004_test

import data.checks.ts_rbac_004
import data.lib.samples_test as samples

role(groups, resources, verbs) := {
	"kind": "Role",
	"metadata": samples.meta("dev"),
	"rules": [{"apiGroups": groups, "resources": resources, "verbs": verbs}],
}

creating := role([""], ["pods"], ["create"])

binding(kind, name) := {
	"kind": "RoleBinding",
	"metadata": samples.meta("a"),
	"roleRef": {"kind": "Role", "name": "dev"},
	"subjects": [{"kind": kind, "name": name}],
}

devs := binding("Group", "acme-devs")

at(o, path, value) := json.patch(o, [{"op": "add", "path": path, "value": value}])

test_violates if {
	every o in [
		creating,
		role([""], ["pods"], ["deletecollection"]),
		role([""], ["replicationcontrollers"], ["update"]),
		role(["apps"], ["deployments"], ["patch"]),
		role(["apps"], ["statefulsets", "daemonsets", "replicasets"], ["delete"]),
		role(["apps"], ["deployments/scale"], ["patch"]),
		role(["apps"], ["*/scale"], ["update"]),
		role(["batch"], ["jobs", "cronjobs"], ["create"]),
		role(["argoproj.io"], ["rollouts"], ["patch"]),
		role(["argoproj.io"], ["experiments", "analysisruns"], ["create"]),
		role(["keda.sh"], ["scaledjobs"], ["*"]),
	] {
		count(ts_rbac_004.deny) == 1 with input as samples.set([devs, o])
	}
	count(ts_rbac_004.deny) == 1 with input as samples.set([role(["*"], ["*"], ["*"]), devs])
}

test_violates_by_name if {
	ts_rbac_004.deny == {{
		"object": 1,
		"path": ["rules", 0],
		"message": "rule grants people create of pods, in an environment where every change comes from git",
	}} with input as samples.set([binding("User", "ada"), creating])
}

test_violates_by_a_cluster_role if {
	everywhere := json.remove(at(creating, "/kind", "ClusterRole"), ["/metadata/namespace"])
	bound := at(devs, "/roleRef/kind", "ClusterRole")
	count(ts_rbac_004.deny) == 1 with input as samples.set([everywhere, bound])
	count(ts_rbac_004.deny) == 1 with input as samples.set([everywhere, at(bound, "/kind", "ClusterRoleBinding")])
}

test_passes if {
	every objects in [
		[creating],
		[creating, binding("ServiceAccount", "deployer")],
		[creating, binding("User", "system:serviceaccount:argocd:argocd-application-controller")],
		[creating, at(devs, "/roleRef/name", "viewer")],
		[creating, at(devs, "/metadata/namespace", "acme-staging")],
		[devs, role([""], ["pods"], ["get", "list", "watch"])],
		[devs, role([""], ["pods/eviction"], ["create"])],
		[devs, role(["argoproj.io"], ["rollouts/status"], ["patch"])],
		[devs, role(["example.com"], ["pods"], ["create"])],
	] {
		count(ts_rbac_004.deny) == 0 with input as samples.set(objects)
	}
}

test_passes_where_people_may if {
	count(ts_rbac_004.deny) == 0 with input as json.remove(samples.set([creating, devs]), ["/ctx/protected"])
}
