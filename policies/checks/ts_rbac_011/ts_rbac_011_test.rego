package checks.ts_rbac_011_test

import data.checks.ts_rbac_011
import data.lib.samples_test as samples

binding(kind, name) := {"kind": "RoleBinding", "subjects": [{"kind": "Group", "name": "acme"}, {"kind": kind, "name": name}]}

test_violates_system if {
	every name in [
		"system:masters", "system:authenticated", "system:unauthenticated", "system:serviceaccounts", "system:nodes",
		"system:serviceaccounts:kube-system", "system:anything",
	] {
		count(ts_rbac_011.deny) == 1 with input as samples.of(binding("Group", name))
	}
	count(ts_rbac_011.deny) == 1 with input as samples.of(binding("User", "system:anonymous"))
	count(ts_rbac_011.deny) == 1 with input as samples.of(binding("User", "system:serviceaccount:globex-prod:ci"))
}

test_violates_cluster_binding if {
	o := object.union(binding("Group", "system:authenticated"), {"kind": "ClusterRoleBinding"})
	count(ts_rbac_011.deny) == 1 with input as samples.of(o)
}

test_violates_without_kind if {
	count(ts_rbac_011.deny) == 1 with input as samples.of({"kind": "RoleBinding", "subjects": [{"name": "system:masters"}]})
}

test_violates_pattern if {
	ts_rbac_011.deny == {{
		"path": ["subjects", 1, "name"],
		"message": "binding grants to acme-*, which is a pattern and not a name",
	}} with input as samples.of(binding("Group", "acme-*"))
}

test_violates_accounts_for_a_user if {
	count(ts_rbac_011.deny) == 1 with input as samples.of(binding("User", "system:serviceaccounts:acme-production"))
}

test_passes_people if {
	count(ts_rbac_011.deny) == 0 with input as samples.of(binding("Group", "acme-corp-developers"))
	count(ts_rbac_011.deny) == 0 with input as samples.of(binding("User", "jane@example.com"))
}

test_passes_own_accounts if {
	count(ts_rbac_011.deny) == 0 with input as samples.of(binding("Group", "system:serviceaccounts:acme-production"))
	count(ts_rbac_011.deny) == 0 with input as samples.of(binding("ServiceAccount", "web"))
}

test_passes_account_of_a_reserved_name if {
	count(ts_rbac_011.deny) == 0 with input as samples.of(binding("ServiceAccount", "system:a"))
}
