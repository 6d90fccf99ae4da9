package checks.ts_rbac_002_test

import data.checks.ts_rbac_002
import data.lib.samples_test as samples

role(groups, resources, verbs) := {"kind": "Role", "rules": [{"apiGroups": groups, "resources": resources, "verbs": verbs}]}

rbac := "rbac.authorization.k8s.io"

test_violates_powers if {
	every o in [
		role([rbac], ["clusterroles"], ["bind"]),
		role([rbac], ["roles"], ["get", "escalate"]),
		role(["*"], ["roles"], ["escalate"]),
		role([rbac], ["*"], ["escalate"]),
		role([""], ["users"], ["impersonate"]),
		role([""], ["groups", "serviceaccounts"], ["impersonate"]),
		role(["authentication.k8s.io"], ["userextras/scopes"], ["impersonate"]),
		role(["authentication.k8s.io"], ["uids"], ["impersonate:user-info"]),
		role(["authentication.k8s.io"], ["*/scopes"], ["impersonate"]),
		role(["certificates.k8s.io"], ["signers"], ["approve"]),
		role([rbac], ["roles"], ["*"]),
		role(rbac, "roles", "bind"),
	] {
		count(ts_rbac_002.deny) == 1 with input as samples.of(o)
	}
}

test_violates_everything if {
	count(ts_rbac_002.deny) == 3 with input as samples.of(role(["*"], ["*"], ["*"]))
}

test_violates_by_name if {
	some finding in ts_rbac_002.deny with input as samples.of(role([rbac], ["roles", "pods"], ["bind"]))
	finding.message == "rule grants \"bind\" of roles, by which its holder takes more rights"
}

test_passes_others if {
	every o in [
		role([rbac], ["roles"], ["get", "list"]),
		role(["apps"], ["deployments"], ["*"]),
		role(["example.com"], ["roles"], ["bind"]),
		role([""], ["pods"], ["impersonate"]),
	] {
		count(ts_rbac_002.deny) == 0 with input as samples.of(o)
	}
}

test_passes_words_that_only_begin_alike if {
	count(ts_rbac_002.deny) == 0 with input as samples.of(role([""], ["users"], ["get"]))
	count(ts_rbac_002.deny) == 0 with input as samples.of(role([rbac], ["roles"], ["impersonate:user-info"]))
	count(ts_rbac_002.deny) == 0 with input as samples.of(role([""], ["users"], ["list:impersonate"]))
}
