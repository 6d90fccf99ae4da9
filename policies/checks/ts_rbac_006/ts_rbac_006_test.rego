package checks.ts_rbac_006_test

import data.checks.ts_rbac_006
import data.lib.samples_test as samples

role(groups, resources, verbs) := samples.of({"kind": "Role", "rules": [{"apiGroups": groups, "resources": resources, "verbs": verbs}]})

token := "kubernetes.io/service-account-token"

test_violates_roles if {
	every given in [
		role([""], ["serviceaccounts/token"], ["create"]),
		role([""], ["serviceaccounts/*"], ["create"]),
		role([""], ["*/token"], ["*"]),
		role(["*"], ["*"], ["create"]),
	] {
		ts_rbac_006.deny == {{
			"path": ["rules", 0],
			"message": sprintf("rule grants %s of serviceaccounts/token, by which its holder acts as the account", [given.object.rules[0].verbs[0]]),
		}} with input as given
	}
}

test_violates_secrets if {
	every o in [
		{"kind": "Secret", "type": token},
		{"kind": "ExternalSecret", "spec": {"target": {"template": {"type": token}}}},
		{"kind": "ClusterExternalSecret", "spec": {"externalSecretSpec": {"target": {"template": {"type": token}}}}},
		{"kind": "SealedSecret", "spec": {"template": {"type": token}}},
	] {
		count(ts_rbac_006.deny) == 1 with input as samples.of(o)
	}
}

test_violates_annotation if {
	asking := {"metadata": {"annotations": {"kubernetes.io/service-account.name": "web"}}}
	ts_rbac_006.deny == {{
		"path": ["spec", "target", "template", "metadata", "annotations", "kubernetes.io/service-account.name"],
		"message": "Secret asks for a token of ServiceAccount web that never expires",
	}} with input as samples.of({"kind": "ExternalSecret", "spec": {"target": {"template": asking}}})
	count(ts_rbac_006.deny) == 2 with input as samples.of(object.union(asking, {"kind": "Secret", "type": token}))
}

test_passes if {
	every given in [
		role([""], ["serviceaccounts"], ["create"]),
		role([""], ["serviceaccounts/token"], ["get"]),
		samples.of({"kind": "Secret", "type": "Opaque"}),
		samples.of({"kind": "ConfigMap", "type": token}),
		samples.of(samples.workload("apps/v1", "Deployment", {"volumes": [{"name": "t", "projected": {"sources": [{"serviceAccountToken": {
			"audience": "vault",
			"expirationSeconds": 3600,
			"path": "t",
		}}]}}]})),
	] {
		count(ts_rbac_006.deny) == 0 with input as given
	}
}

test_violates_pods_of_the_delivery if {
	every o in array.concat(samples.pods({"serviceAccountName": "tenant-delivery"}), samples.pods({"serviceAccount": "tenant-delivery"})) {
		messages := {f.message | some f in ts_rbac_006.deny with input as samples.of(o)}
		messages == {"pod runs as ServiceAccount tenant-delivery, by which the GitOps engine applies what the tenant delivers"}
	}
	ts_rbac_006.deny == {{
		"path": ["metadata", "name"],
		"message": "pods of the database run as ServiceAccount tenant-delivery, by which the GitOps engine applies what the tenant delivers",
	}} with input as samples.of({"kind": "Cluster", "metadata": samples.meta("tenant-delivery")})
}

test_passes_other_pods if {
	every o in samples.pods({"serviceAccountName": "web"}) {
		count(ts_rbac_006.deny) == 0 with input as samples.of(o)
	}
	count(ts_rbac_006.deny) == 0 with input as samples.of({"kind": "Cluster", "metadata": samples.meta("main")})
}
