package checks.ts_rbac_009_test

import data.checks.ts_rbac_009
import data.lib.samples_test as samples

role(groups, resources, verbs) := samples.of({"kind": "Role", "rules": [{"apiGroups": groups, "resources": resources, "verbs": verbs}]})

test_violates if {
	every given in [
		role([""], ["nodes"], ["get"]),
		role([""], ["nodes/proxy"], ["get"]),
		role([""], ["nodes/stats"], ["get"]),
		role([""], ["persistentvolumes"], ["create"]),
		role([""], ["*"], ["get"]),
		role([""], ["*/proxy"], ["get"]),
		role(["storage.k8s.io"], ["storageclasses"], ["list"]),
		role(["certificates.k8s.io"], ["certificatesigningrequests/approval"], ["update"]),
		role(["certificates.k8s.io"], ["signers"], ["approve"]),
		role(["admissionregistration.k8s.io"], ["validatingadmissionpolicies"], ["get"]),
		role(["admissionregistration.k8s.io"], ["mutatingwebhookconfigurations"], ["patch"]),
		role(["apiextensions.k8s.io"], ["customresourcedefinitions"], ["*"]),
		role(["apiregistration.k8s.io"], ["apiservices"], ["get"]),
		role(["rbac.authorization.k8s.io"], ["clusterroles"], ["get"]),
		role(["authentication.k8s.io"], ["tokenreviews"], ["create"]),
		role(["authorization.k8s.io"], ["subjectaccessreviews"], ["create"]),
		role(["*"], ["nodes"], ["get"]),
		role(["*"], ["validatingwebhookconfigurations"], ["get"]),
		role(["*"], ["*"], ["*"]),
	] {
		count(ts_rbac_009.deny) == 1 with input as given
	}
}

test_violates_by_name if {
	ts_rbac_009.deny == {{
		"path": ["rules", 0, "resources", 1],
		"message": "rule grants nodes/proxy, which is the whole cluster's",
	}} with input as role([""], ["pods", "nodes/proxy"], ["get"])
}

test_passes if {
	every given in [
		role([""], ["pods", "services", "persistentvolumeclaims", "namespaces"], ["get"]),
		role(["authorization.k8s.io"], ["localsubjectaccessreviews", "selfsubjectaccessreviews"], ["create"]),
		role(["rbac.authorization.k8s.io"], ["roles"], ["get"]),
		role(["example.com"], ["nodes", "*"], ["get"]),
		role(["*"], ["pods"], ["get"]),
		role([""], ["nodes"], []),
	] {
		count(ts_rbac_009.deny) == 0 with input as given
	}
}
