package checks.ts_rbac_007_test

import data.checks.ts_rbac_007
import data.lib.samples_test as samples

role(groups, resources, verbs) := samples.of({"kind": "Role", "rules": [{"apiGroups": groups, "resources": resources, "verbs": verbs}]})

rbac := "rbac.authorization.k8s.io"

test_violates if {
	every given in [
		role([rbac], ["rolebindings"], ["patch"]),
		role([rbac], ["roles", "rolebindings"], ["get", "create"]),
		role([rbac], ["roles"], ["deletecollection"]),
		role(["*"], ["roles"], ["*"]),
		role([rbac], ["*"], ["update"]),
		role([""], ["serviceaccounts"], ["delete"]),
	] {
		count(ts_rbac_007.deny) == 1 with input as given
	}
	count(ts_rbac_007.deny) == 1 with input as role(["*"], ["*"], ["*"])
}

test_violates_by_name if {
	ts_rbac_007.deny == {{
		"path": ["rules", 0],
		"message": "rule grants patch of rolebindings, and who may do what is for the tenant's file to say",
	}} with input as role([rbac], ["rolebindings"], ["patch", "list"])
}

test_passes if {
	every given in [
		role([rbac], ["roles", "rolebindings"], ["get", "list", "watch"]),
		role([""], ["serviceaccounts"], ["get"]),
		role([""], ["serviceaccounts/token"], ["create"]),
		role(["apps"], ["deployments"], ["patch"]),
	] {
		count(ts_rbac_007.deny) == 0 with input as given
	}
}
