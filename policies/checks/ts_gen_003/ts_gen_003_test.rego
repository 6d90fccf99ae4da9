package checks.ts_gen_003_test

import data.checks.ts_gen_003
import data.lib.samples_test as samples

cluster(object, owner) := {"object": object, "owner": owner, "scope": "Cluster", "ctx": samples.ctx}

test_violates_binding if {
	o := {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": {"name": "acme-admin"}}
	ts_gen_003.deny == {{
		"path": ["kind"],
		"message": "ClusterRoleBinding acme-admin belongs to the whole cluster",
	}} with input as cluster(o, "workload")
	count(ts_gen_003.deny) == 1 with input as cluster(o, "platform")
}

test_violates_with_a_namespace if {
	o := {"kind": "ClusterRole", "metadata": {"name": "a", "namespace": "acme-production"}}
	count(ts_gen_003.deny) == 1 with input as cluster(o, "workload")
}

test_violates_namespace_of_a_workload if {
	count(ts_gen_003.deny) == 1 with input as cluster(namespace("acme-production"), "workload")
}

test_violates_foreign_namespace if {
	count(ts_gen_003.deny) == 1 with input as cluster(namespace("globex"), "platform")
}

test_violates_listed_kind_of_a_workload if {
	count(ts_gen_003.deny) == 1 with input as cluster(mesh, "workload")
}

test_violates_listed_kind_of_another_group if {
	o := object.union(mesh, {"apiVersion": "example.org/v1"})
	count(ts_gen_003.deny) == 1 with input as cluster(o, "platform")
}

test_passes_own_namespace if {
	count(ts_gen_003.deny) == 0 with input as cluster(namespace("acme-production"), "platform")
}

test_passes_namespace_of_nobody_known if {
	count(ts_gen_003.deny) == 0 with input as {"object": namespace("a"), "scope": "Cluster", "ctx": {}}
}

test_passes_listed_kind_of_the_platform if {
	count(ts_gen_003.deny) == 0 with input as cluster(mesh, "platform")
}

test_passes_listed_kind_of_the_core_group if {
	volume := {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": "a"}}
	listed := json.patch(cluster(volume, "platform"), [{
		"op": "add",
		"path": "/ctx/platform/allowed_kinds/-",
		"value": {"group": "", "kind": "PersistentVolume", "scope": "Cluster"},
	}])
	count(ts_gen_003.deny) == 0 with input as listed
	count(ts_gen_003.deny) == 1 with input as json.patch(listed, [{"op": "replace", "path": "/owner", "value": "workload"}])
	count(ts_gen_003.deny) == 1 with input as cluster(volume, "platform")
}

test_passes_role_binding if {
	count(ts_gen_003.deny) == 0 with input as samples.of({"kind": "RoleBinding"})
}

namespace(name) := {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}

mesh := {"apiVersion": "example.com/v1", "kind": "Mesh", "metadata": {"name": "a"}}

test_violates_other_kinds_of_the_name_of_a_namespace if {
	o := object.union(namespace("acme-production"), {"kind": "Node"})
	count(ts_gen_003.deny) == 1 with input as cluster(o, "platform")
	count(ts_gen_003.deny) == 1 with input as {"object": o, "owner": "platform", "scope": "Cluster", "ctx": {"platform": {}}}
}

test_violates_another_kind_of_a_listed_group if {
	o := object.union(mesh, {"kind": "Router"})
	count(ts_gen_003.deny) == 1 with input as cluster(o, "platform")
}

test_violates_foreign_namespace_although_listed if {
	ctx := json.patch(samples.ctx, [{
		"op": "replace",
		"path": "/platform/allowed_kinds",
		"value": [{"group": "example.com", "kind": "Namespace", "scope": "Cluster"}],
	}])
	o := {"apiVersion": "example.com/v1", "kind": "Namespace", "metadata": {"name": "globex"}}
	count(ts_gen_003.deny) == 1 with input as {"object": o, "owner": "platform", "scope": "Cluster", "ctx": ctx}
}

guard(spec) := {
	"scope": "Cluster",
	"owner": "platform",
	"object": {"apiVersion": "policy.networking.k8s.io/v1alpha2", "kind": "ClusterNetworkPolicy", "metadata": {"name": "acme-production"}, "spec": spec},
	"ctx": samples.ctx,
}

of_namespace(name) := {"namespaces": {"matchLabels": {"kubernetes.io/metadata.name": name}}}

test_violates_policies_of_the_cluster if {
	every spec in [
		{"subject": of_namespace("globex")},
		{"subject": {"namespaces": {}}},
		{"subject": of_namespace("acme-production"), "egress": [{"action": "Deny"}, {"action": "Accept"}]},
		{"subject": of_namespace("acme-production"), "ingress": [{"action": "Accept"}]},
	] {
		count(ts_gen_003.deny) == 1 with input as guard(spec)
	}
	count(ts_gen_003.deny) == 1 with input as object.union(guard({"subject": of_namespace("acme-production")}), {"owner": "workload"})
}

test_passes_guard if {
	spec := {"subject": of_namespace("acme-production"), "egress": [{"action": "Deny"}], "ingress": [{"action": "Pass"}, {"action": "Deny"}]}
	count(ts_gen_003.deny) == 0 with input as guard(spec)
}
