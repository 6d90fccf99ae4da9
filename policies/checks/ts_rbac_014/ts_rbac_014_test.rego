package checks.ts_rbac_014_test

import data.checks.ts_rbac_014
import data.lib.samples_test as samples

account(more) := object.union({"kind": "ServiceAccount", "metadata": samples.meta("web")}, more)

silent := account({"automountServiceAccountToken": false})

pod(more) := samples.workload("apps/v1", "Deployment", object.union({"serviceAccountName": "web"}, more))

talking := {"spec": {"services": {"web": {"kubernetesApi": true}}}}

binding(subject) := {"kind": "RoleBinding", "metadata": samples.meta("web"), "subjects": [subject]}

bound := binding({"kind": "ServiceAccount", "name": "web", "namespace": "acme-production"})

nobody := "pod has the token of ServiceAccount web, and no service says that it talks to the API of Kubernetes"

test_violates_everywhere if {
	every o in samples.pods({"serviceAccountName": "web"}) {
		some finding in ts_rbac_014.deny with input as samples.set([o, account({})])
		finding.message == nobody
	}
}

test_violates if {
	every objects in [
		[pod({})],
		[pod({"automountServiceAccountToken": null}), account({})],
		[pod({"automountServiceAccountToken": true}), silent],
		[pod({"automountServiceAccountToken": "false"}), silent],
		[pod({}), account({"automountServiceAccountToken": true})],
		[pod({}), json.patch(silent, [{"op": "replace", "path": "/metadata/namespace", "value": "globex"}])],
		[pod({}), json.patch(silent, [{"op": "replace", "path": "/metadata/name", "value": "api"}])],
		[pod({"automountServiceAccountToken": true}), bound],
	] {
		ts_rbac_014.deny == {{
			"object": 0,
			"path": ["spec", "template", "spec", "automountServiceAccountToken"],
			"message": nobody,
		}} with input as samples.set(objects)
	}
}

test_violates_without_rights if {
	every rights in [
		account({}),
		binding({"kind": "ServiceAccount", "name": "api", "namespace": "acme-production"}),
		binding({"kind": "ServiceAccount", "name": "web", "namespace": "globex"}),
		binding({"kind": "Group", "name": "web", "namespace": "acme-production"}),
		json.patch(bound, [{"op": "replace", "path": "/metadata/namespace", "value": "globex"}]),
	] {
		messages := {f.message | some f in ts_rbac_014.deny with input as samples.within(samples.set([pod({}), rights]), talking)}
		messages == {"pod has the token of ServiceAccount web, which no binding gives any right"}
	}
}

projected(token) := pod({
	"automountServiceAccountToken": false,
	"volumes": [{"name": "t", "projected": {"sources": [{"serviceAccountToken": token}]}}],
})

test_violates_projected_token if {
	ts_rbac_014.deny == {{
		"object": 0,
		"path": ["spec", "template", "spec", "volumes", 0, "projected", "sources", 0, "serviceAccountToken"],
		"message": "pod mounts a token of ServiceAccount web for the API of Kubernetes, and no service says that it talks to the API of Kubernetes",
	}} with input as samples.set([projected({"path": "token"})])
	count(ts_rbac_014.deny) == 1 with input as samples.set([projected({"path": "token", "audience": ""})])
}

test_passes if {
	every o in samples.pods({"serviceAccountName": "web", "automountServiceAccountToken": false}) {
		count([1 | some f in ts_rbac_014.deny; contains(f.message, " web,")]) == 0 with input as samples.set([o])
	}
	every objects in [
		[pod({}), silent],
		[pod({"automountServiceAccountToken": false}), account({"automountServiceAccountToken": true})],
		[projected({"path": "token", "audience": "vault", "expirationSeconds": 3600})],
	] {
		count(ts_rbac_014.deny) == 0 with input as samples.set(objects)
	}
}

test_passes_what_talks_to_kubernetes if {
	count(ts_rbac_014.deny) == 0 with input as samples.within(samples.set([pod({"automountServiceAccountToken": true}), silent, bound]), talking)
	count(ts_rbac_014.deny) == 0 with input as samples.within(samples.set([projected({"path": "token"}), bound]), talking)
}
