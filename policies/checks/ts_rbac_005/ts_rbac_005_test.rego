package checks.ts_rbac_005_test

import data.checks.ts_rbac_005
import data.lib.samples_test as samples

role(verbs, names) := {
	"kind": "Role",
	"metadata": samples.meta("dev"),
	"rules": [{"apiGroups": [""], "resources": ["secrets"], "verbs": verbs, "resourceNames": names}],
}

binding(kind) := {
	"kind": "RoleBinding",
	"metadata": samples.meta("a"),
	"roleRef": {"kind": "Role", "name": "dev"},
	"subjects": [{"kind": kind, "name": "a"}],
}

test_violates if {
	every verb in ["get", "list", "watch", "patch", "update", "deletecollection", "*"] {
		count(ts_rbac_005.deny) == 1 with input as samples.of(role([verb], []))
	}
	count(ts_rbac_005.deny) == 1 with input as samples.of(json.remove(role(["list"], []), ["/rules/0/resourceNames"]))
	count(ts_rbac_005.deny) == 1 with input as samples.of(role(["list"], ["db", ""]))
	count(ts_rbac_005.deny) == 1 with input as samples.of({"kind": "ClusterRole", "rules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["get"]}]})
}

test_violates_by_name if {
	ts_rbac_005.deny == {{"path": ["rules", 0], "message": "rule grants get, list of secrets, and names none"}} with input as samples.of(role(["list", "get"], []))
}

test_violates_people_who_list_named_ones if {
	ts_rbac_005.deny == {{
		"object": 0,
		"path": ["rules", 0],
		"message": "rule grants people watch of secrets",
	}} with input as samples.set([role(["get", "watch"], ["db"]), binding("Group")])
}

test_passes if {
	every o in [
		role(["get"], ["app-db"]),
		role(["create", "delete"], []),
		json.patch(role(["get"], []), [{"op": "replace", "path": "/rules/0/resources", "value": ["configmaps", "secrets/status"]}]),
		json.patch(role(["get"], []), [{"op": "replace", "path": "/rules/0/apiGroups", "value": ["example.com"]}]),
	] {
		count(ts_rbac_005.deny) == 0 with input as samples.of(o)
	}
}

test_passes_accounts_that_watch_named_ones if {
	count(ts_rbac_005.deny) == 0 with input as samples.set([role(["watch"], ["db"]), binding("ServiceAccount")])
	count(ts_rbac_005.deny) == 0 with input as samples.set([role(["get"], ["db"]), binding("Group")])
	count(ts_rbac_005.deny) == 0 with input as samples.set([role(["list"], []), binding("Group")])
}

helm_role(name, owner, source) := samples.within(
	object.union(samples.of(object.union(role(["get", "list"], []), {"metadata": {"name": name, "labels": labels[owner]}})), {"owner": owner}),
	{"spec": {"delivery": {"sources": [source]}}},
)

# Only the platform makes what has the label.
labels := {"platform": {"app.kubernetes.io/managed-by": "tenantsmith"}, "workload": {}}

test_passes_where_helm_keeps_its_releases if {
	every source in [{"name": "a", "kind": "helm"}, {"name": "a", "chart": "redis"}] {
		count(ts_rbac_005.deny) == 0 with input as helm_role("tenant-delivery-helm", "platform", source)
	}
}

test_violates_beside_helm if {
	chart := {"name": "a", "chart": "redis"}
	every given in [helm_role("tenant-delivery-helm", "workload", chart), helm_role("other", "platform", chart)] {
		messages(given) == {"rule grants get, list of secrets, and names none"}
	}
	unused := helm_role("tenant-delivery-helm", "platform", {"name": "a", "kind": "plain"})
	messages(unused) == {"rule grants get, list of secrets, and names none, and Flux installs no chart for the tenant"}
}

messages(given) := {finding.message | some finding in ts_rbac_005.deny with input as given}
