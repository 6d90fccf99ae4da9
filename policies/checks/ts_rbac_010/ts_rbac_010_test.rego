package checks.ts_rbac_010_test

import data.checks.ts_rbac_010
import data.lib.samples_test as samples

binding(kind, name) := {
	"apiVersion": "rbac.authorization.k8s.io/v1",
	"kind": "RoleBinding",
	"metadata": samples.meta("a"),
	"roleRef": {"kind": kind, "name": name},
}

role(name, namespace) := {"kind": "Role", "metadata": {"name": name, "namespace": namespace}}

test_violates_cluster_roles if {
	every name in ["cluster-admin", "admin", "edit", "system:node", "view"] {
		count(ts_rbac_010.deny) == 1 with input as samples.of(binding("ClusterRole", name))
	}
}

test_violates_cluster_binding if {
	o := object.union(binding("ClusterRole", "cluster-admin"), {"kind": "ClusterRoleBinding"})
	count(ts_rbac_010.deny) == 1 with input as samples.of(o)
}

test_violates_unknown_kind_of_role if {
	count(ts_rbac_010.deny) == 1 with input as samples.of(binding("Group", "a"))
	count(ts_rbac_010.deny) == 1 with input as samples.of({"kind": "RoleBinding", "roleRef": {"kind": "ClusterRole"}})
}

test_violates_without_role if {
	count(ts_rbac_010.deny) == 1 with input as samples.of({"kind": "RoleBinding", "metadata": samples.meta("a")})
}

test_violates_role_that_is_not_there if {
	ts_rbac_010.deny == {{
		"object": 1,
		"path": ["roleRef", "name"],
		"message": "binding grants Role viewer, which is not among the objects, so that nobody judged it",
	}} with input as samples.set([role("editor", "acme-production"), binding("Role", "viewer")])
}

test_violates_role_of_another_namespace if {
	count(ts_rbac_010.deny) == 1 with input as samples.set([role("viewer", "globex"), binding("Role", "viewer")])
}

test_passes_listed if {
	count(ts_rbac_010.deny) == 0 with input as samples.of(binding("ClusterRole", "tenant-viewer"))
}

test_passes_role_that_is_there if {
	count(ts_rbac_010.deny) == 0 with input as samples.of(binding("Role", "viewer"))
	count(ts_rbac_010.deny) == 0 with input as samples.set([binding("Role", "viewer"), role("viewer", "acme-production")])
}

test_violates_role_kinds_that_only_share_a_name if {
	count(ts_rbac_010.deny) == 1 with input as samples.of(binding("Group", "tenant-viewer"))
}

test_passes_cluster_role_among_others if {
	count(ts_rbac_010.deny) == 0 with input as samples.set([binding("ClusterRole", "tenant-viewer")])
}
