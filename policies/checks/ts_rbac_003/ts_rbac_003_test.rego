package checks.ts_rbac_003_test

import data.checks.ts_rbac_003
import data.lib.samples_test as samples

role(groups, resources, verbs) := samples.of({"kind": "Role", "rules": [{"apiGroups": groups, "resources": resources, "verbs": verbs}]})

open(given) := json.remove(given, ["/ctx/protected"])

test_violates if {
	every given in [
		role([""], ["pods/exec"], ["create"]),
		role([""], ["pods", "pods/exec"], ["get"]),
		role([""], ["pods/attach"], ["get", "create"]),
		role([""], ["pods/portforward"], ["create"]),
		role([""], ["pods/proxy"], ["get"]),
		role([""], ["services/proxy"], ["delete"]),
		role([""], ["pods/ephemeralcontainers"], ["patch"]),
		role([""], ["pods/ephemeralcontainers"], ["update"]),
		role([""], ["*/exec"], ["create"]),
		role([""], ["services/*"], ["create"]),
		role(["*"], ["*/attach"], ["*"]),
		role("", "pods/exec", "create"),
		json.patch(role([""], ["pods/exec"], ["create"]), [{"op": "add", "path": "/object/kind", "value": "ClusterRole"}]),
		json.patch(role([""], ["pods/exec"], ["create"]), [{"op": "add", "path": "/object/rules/0/resourceNames", "value": ["web-0"]}]),
	] {
		count(ts_rbac_003.deny) == 1 with input as given
	}
}

test_violates_by_name if {
	ts_rbac_003.deny == {{
		"path": ["rules", 0],
		"message": "rule grants create, get of pods/attach, pods/exec, in an environment where nobody reaches into pods",
	}} with input as role([""], ["pods/exec", "pods/attach", "pods/log"], ["get", "create"])
}

test_violates_everything if {
	count(ts_rbac_003.deny) == 1 with input as role(["*"], ["*"], ["*"])
}

test_passes if {
	every given in [
		role([""], ["pods/log"], ["get"]),
		role([""], ["pods", "services"], ["get", "list", "watch"]),
		role([""], ["pods/eviction"], ["create"]),
		role([""], ["pods/exec"], ["list"]),
		role(["example.com"], ["pods/exec"], ["create"]),
		role(["argoproj.io"], ["*/status"], ["patch"]),
		open(role([""], ["pods/exec"], ["create"])),
		samples.of({"kind": "Policy", "rules": [{"apiGroups": [""], "resources": ["pods/exec"], "verbs": ["create"]}]}),
	] {
		count(ts_rbac_003.deny) == 0 with input as given
	}
}
