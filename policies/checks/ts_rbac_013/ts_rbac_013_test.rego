package checks.ts_rbac_013_test

import data.checks.ts_rbac_013
import data.lib.samples_test as samples

own := {"kind": "ServiceAccount", "metadata": samples.meta("web")}

test_violates_default if {
	every spec in [{}, {"serviceAccountName": ""}, {"serviceAccountName": "default"}, {"serviceAccountName": null}] {
		every o in samples.pods(spec) {
			count(ts_rbac_013.deny) >= 1 with input as samples.of(o)
		}
	}
	every o in samples.pods({"serviceAccountName": "default", "serviceAccount": "default"}) {
		messages := {f.message | some f in ts_rbac_013.deny with input as samples.of(o)}
		messages == {"pod has no ServiceAccount of its own, but the namespace's default one"}
	}
}

test_violates_deprecated_field if {
	every spec in [{"serviceAccount": "web"}, {"serviceAccountName": "web", "serviceAccount": "other"}] {
		some finding in ts_rbac_013.deny with input as samples.of(samples.workload("apps/v1", "Deployment", spec))
		finding.path == ["spec", "template", "spec", "serviceAccount"]
	}
}

test_violates_account_that_is_not_there if {
	every o in samples.pods({"serviceAccountName": "web"}) {
		messages := {f.message | some f in ts_rbac_013.deny with input as samples.set([o])}
		messages == {"pod names ServiceAccount web, which is not among the objects"}
	}
	elsewhere := json.patch(own, [{"op": "replace", "path": "/metadata/namespace", "value": "globex"}])
	count(ts_rbac_013.deny) == 1 with input as samples.set([samples.workload("apps/v1", "Deployment", {"serviceAccountName": "web"}), elsewhere])
	count(ts_rbac_013.deny) == 1 with input as samples.set([samples.workload("apps/v1", "Deployment", {"serviceAccount": "web"})])
	count(ts_rbac_013.deny) == 1 with input as samples.set([{"kind": "Pod", "spec": {"serviceAccountName": "web"}}, own])
}

test_violates_default_that_mounts if {
	every o in [
		{"kind": "ServiceAccount", "metadata": samples.meta("default")},
		{"kind": "ServiceAccount", "metadata": samples.meta("default"), "automountServiceAccountToken": true},
	] {
		count(ts_rbac_013.deny) == 1 with input as samples.of(o)
	}
}

bound(subject) := samples.of({"kind": "RoleBinding", "subjects": [subject]})

test_violates_binding_to_default if {
	every subject in [
		{"kind": "ServiceAccount", "name": "default", "namespace": "acme-production"},
		{"kind": "User", "name": "system:serviceaccount:acme-production:default"},
		{"kind": "Group", "name": "system:serviceaccounts:acme-production"},
		{"kind": "Group", "name": "system:serviceaccounts"},
	] {
		count(ts_rbac_013.deny) == 1 with input as bound(subject)
	}
}

# The first pods of this experiment have an account by default.
test_passes if {
	every o in samples.pods({"serviceAccountName": "web"}) {
		count(ts_rbac_013.deny) == count([kind | some kind in [o.kind]; kind == "Experiment"]) with input as samples.of(o)
		count(ts_rbac_013.deny) == 0 with input as samples.set([o, own])
	}
	count(ts_rbac_013.deny) == 0 with input as samples.of(samples.workload("apps/v1", "Deployment", {"serviceAccountName": "web", "serviceAccount": "web"}))
	count(ts_rbac_013.deny) == 0 with input as samples.set([samples.workload("apps/v1", "Deployment", {})])
}

test_passes_accounts_and_bindings if {
	every o in [own, {"kind": "ServiceAccount", "metadata": samples.meta("default"), "automountServiceAccountToken": false}] {
		count(ts_rbac_013.deny) == 0 with input as samples.of(o)
	}
	every subject in [
		{"kind": "ServiceAccount", "name": "web", "namespace": "acme-production"},
		{"kind": "User", "name": "system:serviceaccount:acme-production:web"},
		{"kind": "Group", "name": "default"},
	] {
		count(ts_rbac_013.deny) == 0 with input as bound(subject)
	}
}
