package generators

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/krm"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

func TestFluxTimeout(t *testing.T) {
	rollout := func(strategy map[string]any) manifest.Object {
		return manifest.Object{Tree: map[string]any{"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "metadata": map[string]any{"name": "web"}, "spec": map[string]any{"strategy": strategy}}}
	}
	canary := func(steps ...any) manifest.Object {
		return rollout(map[string]any{"canary": map[string]any{"steps": steps}})
	}
	step := func(what string, v map[string]any) any { return map[string]any{what: v} }
	five := step("pause", map[string]any{"duration": "5m"})
	endless := step("pause", map[string]any{})
	for want, objects := range map[string][]manifest.Object{
		"15m": {canary(endless)},
		"25m": {canary(five, endless, five), canary(five)},
		"45m": {canary(step("pause", map[string]any{"duration": "1800s"}))},
		"22m": {canary(step("experiment", map[string]any{"duration": "7m"}))},
		"60m": {canary(step("pause", map[string]any{"duration": "2400h"}), step("pause", map[string]any{"duration": "2562047h"}))},
	} {
		require.Equal(t, want, fluxTimeout(objects))
	}
	require.Equal(t, "15m", fluxTimeout(nil))
	measured := fluxTimeout([]manifest.Object{canary(step("analysis", map[string]any{}))})
	require.NotEqual(t, "15m", measured)
	require.Equal(t, measured, fluxTimeout([]manifest.Object{rollout(map[string]any{"blueGreen": map[string]any{"prePromotionAnalysis": map[string]any{}}})}))
}

// No tree waits for a certificate, where the tenant has some.
func TestFluxWaitsForNoCertificate(t *testing.T) {
	tenant := deliveredBy("flux", "premium")
	e := &tenant.Environments[0]
	health := func() (out []int) {
		for _, o := range deliveryOf(tenant, e) {
			if o.Kind() == "Kustomization" {
				n := 0
				for _, check := range list(o.Tree, "spec", "healthCheckExprs") {
					if text(check, "apiVersion") == krm.CertManagerAPI && text(check, "kind") == "Certificate" {
						require.Equal(t, "true", text(check, "current"))
						n++
					}
				}
				out = append(out, n)
			}
		}
		return out
	}
	require.Equal(t, []int{0, 0}, health())
	e.Cluster.TLS, e.Cluster.Operators = "tenant", append(e.Cluster.Operators, "cert-manager")
	e.Platform.Certificates.Issuers = []string{"letsencrypt"}
	require.NotEmpty(t, e.Issuer())
	require.Equal(t, []int{1, 1}, health())
}
