package manifest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// TestApplied: engines apply what stands in the folders of an environment, and read settings beside a kustomization.
func TestApplied(t *testing.T) {
	for file, want := range map[string]string{
		"argocd/production/evil.yaml":                                          "Argo CD applies it beside the tenants of production",
		"argocd/production/deeper/evil.json":                                   "Argo CD applies it beside the tenants of production",
		"flux/test/evil.yml":                                                   "Flux applies it beside the tenants of test",
		"platform/test/kustomization.yaml":                                     "the GitOps engine applies it in test, with the rights of the platform",
		"platform/test/Kustomization":                                          "the GitOps engine applies it in test, with the rights of the platform",
		"tenants/a/workload/overlays/test/.argocd-source.yaml":                 "Argo CD builds this folder with its parameters",
		"tenants/a/workload/overlays/test/.argocd-source-a.test.workload.yaml": "Argo CD builds this folder with its parameters",
		"tenants/a/workload/overlays/test/namespaced/.argocd-source.yaml":      "",
		"tenants/a/workload/overlays/test/secret.yaml":                         "", // no kustomization names it
		"argocd/platform.yaml":                                                 "",
		"argocd/evil.yaml":                                                     "",
		"argocd/production/README.md":                                          "",
		"platform/more.yaml":                                                   "",
		"clusters/production/evil.yaml":                                        "",
	} {
		require.Equal(t, want, manifest.Applied(file), file)
	}
}

// TestStrange: what the record names is ours, and so is no folder of an engine that applies nothing of the owner.
func TestStrange(t *testing.T) {
	argo := &manifest.Record{Files: map[string]string{"argocd/production/acme.yaml": ""}}
	require.False(t, argo.Strange("argocd/production/acme.yaml"))
	require.True(t, argo.Strange("argocd/test/acme.yaml"))
	require.False(t, argo.Strange("flux/test/acme.yaml"))
	flux := &manifest.Record{Files: map[string]string{manifest.FluxStart("test"): ""}}
	require.True(t, flux.Strange("flux/test/x.yaml"))
	require.True(t, flux.Strange("platform/test/x.yaml"))
	require.False(t, flux.Strange("argocd/test/x.yaml"))
	require.True(t, new(manifest.Record).Strange("platform/test/x.yaml"))
	require.False(t, new(manifest.Record).Strange("argocd/test/x.yaml"))
}
