package checks.ts_rbac_001_test

import data.checks.ts_rbac_001
import data.lib.samples_test as samples

role(rule) := {"kind": "Role", "metadata": samples.meta("a"), "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}, rule]}

test_violates_wildcards if {
	every rule in [
		{"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["*"]},
		{"apiGroups": ["*"], "resources": ["deployments"], "verbs": ["get"]},
		{"apiGroups": [""], "resources": ["pods", "*/*"], "verbs": ["get"]},
		{"apiGroups": [""], "resources": ["pods/*"], "verbs": ["get"]},
		{"apiGroups": [""], "resources": ["*/exec"], "verbs": ["get"]},
		{"resources": "*"},
		{"nonResourceURLs": ["/metrics"], "verbs": ["get"]},
	] {
		count(ts_rbac_001.deny) == 1 with input as samples.of(role(rule))
	}
}

test_violates_cluster_role if {
	o := {"kind": "ClusterRole", "rules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]}
	ts_rbac_001.deny == {
		{"path": ["rules", 0, "apiGroups"], "message": "rule grants \"*\" of apiGroups"},
		{"path": ["rules", 0, "resources"], "message": "rule grants \"*\" of resources"},
		{"path": ["rules", 0, "verbs"], "message": "rule grants \"*\" of verbs"},
	} with input as samples.of(o)
}

test_passes_names if {
	o := role({"apiGroups": ["apps"], "resources": ["deployments", "deployments/scale"], "verbs": ["get", "list", "watch"]})
	count(ts_rbac_001.deny) == 0 with input as samples.of(o)
	count(ts_rbac_001.deny) == 0 with input as samples.of({"kind": "Ingress", "rules": [{"resources": ["*"]}]})
}
