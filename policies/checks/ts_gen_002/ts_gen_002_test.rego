package checks.ts_gen_002_test

import data.checks.ts_gen_002
import data.lib.samples_test as samples

placed(owner, scope, namespace) := {
	"kinds": {},
	"facts": [{"owner": "workload", "scope": "Namespaced", "namespace": "acme-production"}, {
		"owner": owner,
		"scope": scope,
		"namespace": namespace,
	}],
	"ctx": samples.ctx,
}

says(message) := {{"object": 1, "path": ["metadata", "namespace"], "message": message}}

test_violates_reserved if {
	every namespace in ["kube-system", "default", "monitoring"] {
		ts_gen_002.deny == says(sprintf("namespace %s is reserved", [namespace])) with input as placed("workload", "Namespaced", namespace)
	}
}

test_violates_without_namespace if {
	ts_gen_002.deny == says("object has no namespace") with input as placed("workload", "Namespaced", "")
}

test_violates_other_tenant if {
	message := "namespace globex-prod does not belong to the tenant in this environment"
	ts_gen_002.deny == says(message) with input as placed("workload", "Namespaced", "globex-prod")
	ts_gen_002.deny == says(message) with input as placed("platform", "Namespaced", "globex-prod")
}

test_violates_unknown_kind_in_another_namespace if {
	count(ts_gen_002.deny) == 1 with input as placed("workload", "", "globex-prod")
}

test_violates_workload_where_the_platform_is if {
	count(ts_gen_002.deny) == 1 with input as placed("workload", "Namespaced", "argocd")
}

test_violates_template_in_another_namespace if {
	o := json.patch(
		samples.workload("apps/v1", "Deployment", {}),
		[{"op": "add", "path": "/spec/template/metadata/namespace", "value": "kube-system"}],
	)
	some finding in ts_gen_002.deny with input as samples.of(o)
	finding.path == ["spec", "template", "metadata", "namespace"]
}

test_violates_shared_namespace if {
	ts_gen_002.deny == {
		{"member": 0, "path": [], "message": "namespace \"shop\" belongs to another tenant as well"},
		{"member": 3, "path": [], "message": "namespace \"shop\" belongs to another tenant as well"},
	} with input as {"shared_namespaces": [{"cluster": "eu", "namespace": "shop", "members": [0, 3]}]}
}

test_passes_own_namespace if {
	count(ts_gen_002.deny) == 0 with input as placed("workload", "Namespaced", "acme-production")
	count(ts_gen_002.deny) == 0 with input as samples.of(samples.workload("apps/v1", "Deployment", {}))
}

test_passes_guard_rail_where_the_platform_is if {
	count(ts_gen_002.deny) == 0 with input as placed("platform", "Namespaced", "argocd")
}

test_passes_cluster_scope if {
	count(ts_gen_002.deny) == 0 with input as placed("platform", "Cluster", "")
	count(ts_gen_002.deny) == 0 with input as placed("workload", "", "")
}

test_passes_cluster_scope_with_a_namespace if {
	count(ts_gen_002.deny) == 0 with input as placed("workload", "Cluster", "globex-prod")
}

test_passes_template_in_own_namespace if {
	o := json.patch(
		samples.workload("apps/v1", "Deployment", {}),
		[{"op": "add", "path": "/spec/template/metadata/namespace", "value": "acme-production"}],
	)
	count(ts_gen_002.deny) == 0 with input as samples.of(o)
}

applies(kind, spec) := {"facts": [], "ctx": samples.ctx, "kinds": {kind: [{"index": 4, "object": {"kind": kind, "spec": spec}}]}}

test_violates_applied_elsewhere if {
	message := "namespace globex-prod, into which it has objects applied, does not belong to the tenant in this environment"
	every kind, at in {
		"AppProject": [{"destinations": [{"namespace": "acme-production"}, {"namespace": "globex-prod"}]}, ["spec", "destinations", 1]],
		"Application": [{"destination": {"namespace": "globex-prod"}}, ["spec", "destination"]],
		"Kustomization": [{"targetNamespace": "globex-prod"}, ["spec", "targetNamespace"]],
		"HelmRelease": [{"targetNamespace": "acme-production", "storageNamespace": "globex-prod"}, ["spec", "storageNamespace"]],
	} {
		ts_gen_002.deny == {{"object": 4, "path": at[1], "message": message}} with input as applies(kind, at[0])
	}
}

test_violates_rights_of_flux if {
	every version, kind in {"kustomize.toolkit.fluxcd.io/v1": "Kustomization", "helm.toolkit.fluxcd.io/v2": "HelmRelease"} {
		every spec in [{}, {"serviceAccountName": ""}] {
			own := object.union(applies(kind, spec), {"kinds": {kind: [{"index": 4, "object": {"apiVersion": version, "spec": spec}}]}})
			ts_gen_002.deny == {{"object": 4, "path": ["spec"], "message": "names no ServiceAccount, so that Flux applies it with its own rights, in every namespace"}} with input as own
		}
		calm := object.union(applies(kind, {}), {"kinds": {kind: [{"index": 4, "object": {"apiVersion": version, "spec": {"serviceAccountName": "tenant-delivery"}}}]}})
		ts_gen_002.deny == set() with input as calm
	}
}

test_violates_applied_anywhere if {
	every kind, spec in {"AppProject": {"destinations": [{"server": "*"}]}, "Application": {"destination": {"server": "x"}}} {
		some finding in ts_gen_002.deny with input as applies(kind, spec)
		startswith(finding.message, "namespace *, into which")
	}
}

test_violates_applied_to_the_whole_cluster if {
	ts_gen_002.deny == {{
		"object": 4,
		"path": ["spec", "clusterResourceWhitelist"],
		"message": "project lets objects of the whole cluster through",
	}} with input as applies("AppProject", {"clusterResourceWhitelist": [{"group": "*", "kind": "*"}]})
}

test_passes_applied_into_own_namespace if {
	count(ts_gen_002.deny) == 0 with input as applies("AppProject", {"destinations": [{"namespace": "acme-production"}]})
	count(ts_gen_002.deny) == 0 with input as applies("Kustomization", {"path": "./x"})
}
