package checks.ts_gen_007_test

import data.checks.ts_gen_007
import data.lib.samples_test as samples

object_with(kind, where, entries) := samples.of({"kind": kind, "metadata": {"name": "a", where: entries}})

by_platform(input_) := object.union(input_, {"owner": "platform"})

test_violates if {
	every pair in [
		["argocd.argoproj.io/sync-options", "Argo CD"],
		["argocd.argoproj.io/compare-options", "Argo CD"],
		["argocd.argoproj.io/hook", "Argo CD"],
		["argocd.argoproj.io/sync-wave", "Argo CD"],
		["argocd.argoproj.io/tracking-id", "Argo CD"],
		["kustomize.toolkit.fluxcd.io/reconcile", "Flux"],
		["kustomize.toolkit.fluxcd.io/ssa", "Flux"],
		["reconcile.fluxcd.io/requestedAt", "Flux"],
		["helm.sh/resource-policy", "Helm"],
		["pod-security.kubernetes.io/enforce", "Pod Security"],
		["istio-injection", "the mesh"],
		["istio.io/rev", "the mesh"],
	] {
		[key, whom] := pair
		every where in ["annotations", "labels"] {
			ts_gen_007.deny == {{
				"path": ["metadata", where, key],
				"message": sprintf("%s changes how %s treats the object", [key, whom]),
			}} with input as object_with("NetworkPolicy", where, {key: "Prune=false"})
		}
	}
}

test_violates_one_key_among_others if {
	count(ts_gen_007.deny) == 1 with input as object_with("Deployment", "annotations", {"argocd.argoproj.io/compare-options": "IgnoreExtraneous", "note": "argocd"})
}

test_violates_what_only_looks_like_ours if {
	option := "argocd.argoproj.io/sync-options"
	count(ts_gen_007.deny) == 1 with input as object_with("PersistentVolumeClaim", "annotations", {option: "Prune=false,Replace=true"})
	count(ts_gen_007.deny) == 1 with input as object_with("StatefulSet", "annotations", {option: ""})
	count(ts_gen_007.deny) == 1 with input as samples.of({"apiVersion": "cluster.x-k8s.io/v1", "kind": "Cluster", "metadata": {"annotations": {option: "Prune=confirm"}}})
	count(ts_gen_007.deny) == 1 with input as object_with("ConfigMap", "annotations", {option: "Prune=false"})
	count(ts_gen_007.deny) == 1 with input as object_with("Secret", "annotations", {option: "PruneLast=true"})
}

test_passes_what_is_rendered if {
	option := "argocd.argoproj.io/sync-options"
	prune := "kustomize.toolkit.fluxcd.io/prune"
	count(ts_gen_007.deny) == 0 with input as object_with("PersistentVolumeClaim", "annotations", {option: "Prune=false"})
	count(ts_gen_007.deny) == 0 with input as object_with("PersistentVolumeClaim", "annotations", {prune: "disabled"})
	count(ts_gen_007.deny) == 0 with input as object_with("ConfigMap", "annotations", {option: "PruneLast=true"})
	count(ts_gen_007.deny) == 0 with input as samples.of({"kind": "ConfigMap", "immutable": true, "metadata": {"annotations": {prune: "disabled"}}})
	count(ts_gen_007.deny) == 0 with input as object_with("Namespace", "annotations", {option: "Prune=confirm,Delete=confirm"})
}

test_passes_what_keeps_data if {
	option := "argocd.argoproj.io/sync-options"
	prune := "kustomize.toolkit.fluxcd.io/prune"
	every kept in [{option: "Prune=confirm,Delete=confirm"}, {option: "Prune=false, Delete=false"}, {prune: "disabled"}] {
		count(ts_gen_007.deny) == 0 with input as object_with("PersistentVolumeClaim", "annotations", kept)
		count(ts_gen_007.deny) == 0 with input as object_with("StatefulSet", "annotations", kept)
		count(ts_gen_007.deny) == 0 with input as samples.of({"apiVersion": "postgresql.cnpg.io/v1", "kind": "Cluster", "metadata": {"annotations": kept}})
	}
}

test_passes_guard_rails if {
	count(ts_gen_007.deny) == 0 with input as by_platform(object_with("NetworkPolicy", "annotations", {"argocd.argoproj.io/sync-wave": "-1"}))
}

test_passes_allowed if {
	given := object_with("Job", "annotations", {"argocd.argoproj.io/sync-wave": "1"})
	more := {"platform": {"spec": {"gitops": {"allowedAnnotations": ["argocd.argoproj.io/sync-wave"]}}}}
	count(ts_gen_007.deny) == 0 with input as samples.within(given, more)
}

test_passes_others if {
	count(ts_gen_007.deny) == 0 with input as object_with("Service", "annotations", {"example.com/helm": "a", "argocd": "b", "istio": "c"})
	count(ts_gen_007.deny) == 0 with input as samples.of({"kind": "Service"})
}

before(kind, wave, phase) := samples.of({"kind": kind, "metadata": {
	"name": "a",
	"annotations": {"argocd.argoproj.io/sync-wave": wave},
	"labels": {"tenantsmith.dev/phase": phase},
}})

test_passes_phases if {
	every kind in ["ConfigMap", "Job", "PersistentVolumeClaim", "Service", "StatefulSet"] {
		count(ts_gen_007.deny) == 0 with input as before(kind, "-1", "before-1")
		count(ts_gen_007.deny) == 0 with input as before(kind, "-12", "before-12")
	}
}

test_violates_waves_of_no_phase if {
	count(ts_gen_007.deny) == 1 with input as before("Job", "-2", "before-1")
	count(ts_gen_007.deny) == 1 with input as before("Job", "1", "before1")
	count(ts_gen_007.deny) == 1 with input as before("Job", "-1", "")
	count(ts_gen_007.deny) == 1 with input as before("Deployment", "-1", "before-1")
}
