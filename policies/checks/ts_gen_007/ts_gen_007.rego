# METADATA
# title: No GitOps control annotation from a tenant
# custom:
#   id: TS-GEN-007
#   severity: high
#   scope: object
#   waivable: true
#   brought: true
#   remedy: remove it; releases are ordered by spec.services.<name>.release, and only the platform team can allow the annotation, by platform spec.gitops.allowedAnnotations
#   objects: [all]
#   controls:
#     supporting: [iso:A.8.9, iso:A.8.32, soc2:CC8.1, csf:PR.PS-01, csf:ID.RA-07]
package checks.ts_gen_007

deny contains finding if {
	not input.owner == "platform"
	regex.match(`argocd|flux|helm|pod-security|istio`, json.marshal(input.object.metadata)) # most have none
	some where in ["annotations", "labels"]
	some key, value in input.object.metadata[where]
	whom := steered(key)
	not key in allowed
	not keeps(key, value)
	not of_namespace
	finding := {
		"path": ["metadata", where, key],
		"message": sprintf("%s changes how %s treats the object", [key, whom]),
	}
}

allowed := {key | some key in input.ctx.platform.spec.gitops.allowedAnnotations}

steered(key) := engines[split(key, "/")[0]] if {
	engines[split(key, "/")[0]]
} else := "Flux" if {
	regex.match(`^([a-z]+\.)*fluxcd\.io/`, key)
} else := "the mesh" if key in {"istio-injection", "istio.io/dataplane-mode", "istio.io/rev"}

engines := {"argocd.argoproj.io": "Argo CD", "helm.sh": "Helm", "pod-security.kubernetes.io": "Pod Security"}

# Whose Namespace it is, TS-GEN-003 says; tenants have none of their own.
of_namespace if input.object.kind == "Namespace"

# What keeps data when its line is removed, and old files until no pod needs them, harms nobody.
keeps("argocd.argoproj.io/sync-options", options) if {
	stays
	every option in split(options, ",") {
		trim(option, " ") in {"Prune=false", "Prune=confirm", "Delete=false", "Delete=confirm"}
	}
}

keeps("argocd.argoproj.io/sync-options", "PruneLast=true") if input.object.kind == "ConfigMap"

keeps("kustomize.toolkit.fluxcd.io/prune", "disabled") if stays

# What a step needs that runs before its release stands in the phase that its label tells, and in the wave of the same
# number: nothing of the tenant waits for it but that release.
keeps("argocd.argoproj.io/sync-wave", wave) if {
	input.object.kind in {"ConfigMap", "Job", "PersistentVolumeClaim", "Service", "StatefulSet"}
	regex.match(`^-[1-9][0-9]?$`, wave)
	input.object.metadata.labels["tenantsmith.dev/phase"] == concat("", ["before", wave])
}

stays if input.object.kind in {"PersistentVolumeClaim", "StatefulSet"}

stays if {
	input.object.kind == "Cluster"
	startswith(input.object.apiVersion, "postgresql.cnpg.io/")
}

stays if {
	input.object.kind == "ConfigMap"
	input.object.immutable == true
}
