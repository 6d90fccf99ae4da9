package generators

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// stepping is a tenant whose production runs two steps before a release, its development none, and a job in both.
func stepping(engine string) *schemas.Tenant {
	t := deliveredBy(engine, "basic")
	for i := range t.Environments {
		e := &t.Environments[i]
		services := map[string]schemas.Service{"load": {Kind: "job", Image: "ghcr.io/example/load:1.0.0", Resources: small(), Deadline: "30m"}}
		web := e.Spec.Services["web"]
		if e.Name == "production" {
			web.Init = []schemas.InitStep{{Name: "migrate", Once: true, Deadline: "50m"}, {Name: "index", Once: true}}
		}
		services["web"] = web
		e.Spec.Services = services
	}
	return t
}

func TestGoldenPhases(t *testing.T) {
	for _, engine := range []string{"argocd", "flux"} {
		tenant := stepping(engine)
		golden(t, "phases-"+engine, deliveryOf(tenant, &tenant.Environments[1]))
	}
}

// Only where a step runs once is anything else about the delivery.
func TestPhasesOnlyWhereStepsAre(t *testing.T) {
	for _, engine := range []string{"argocd", "flux"} {
		tenant := stepping(engine)
		development, production := &tenant.Environments[0], &tenant.Environments[1]
		require.Equal(t, []int{2, 1}, phases(Generate(tenant, production)))
		require.Empty(t, phases(Generate(tenant, development)))
		many, few := len(deliveryOf(tenant, production)), len(deliveryOf(tenant, development))
		require.Equal(t, map[string]int{"argocd": 0, "flux": 2}[engine], many-few)
		for _, o := range deliveryOf(tenant, development) {
			absent(t, o, "spec.patches")
		}
	}
}

// A commit while a step has failed must find it: Argo CD passes by what does not differ.
func TestArgoLooksAtStepsAgain(t *testing.T) {
	tenant := stepping("argocd")
	options := func(e *schemas.Environment) map[string]any {
		out := map[string]any{}
		for _, o := range deliveryOf(tenant, e) {
			if o.Kind() == "Application" {
				out[o.Name()] = at(t, o, "spec.syncPolicy.syncOptions")
			}
		}
		return out
	}
	development, production := options(&tenant.Environments[0]), options(&tenant.Environments[1])
	require.Contains(t, development["basic-client.development.workload"], onlyOutOfSync)
	require.NotContains(t, production["basic-client.production.workload"], onlyOutOfSync)
	require.Contains(t, production["basic-client.production.platform"], onlyOutOfSync)
	require.Empty(t, Companions(Generate(tenant, &tenant.Environments[1])).ArgoCD.SyncOptions)
}

// Flux waits for a Job longer than it may take, and for none while the tenant sleeps.
func TestFluxWaitsForJobs(t *testing.T) {
	tenant := stepping("flux")
	production := &tenant.Environments[1]
	timeouts := func() map[string]any {
		out := map[string]any{}
		for _, o := range deliveryOf(tenant, production) {
			if o.Kind() == "Kustomization" {
				out[o.Name()] = at(t, o, "spec.timeout")
			}
		}
		return out
	}
	awake := timeouts()
	require.Equal(t, map[string]any{
		"basic-client-production.platform": "5m", "basic-client-production.before-2": "65m",
		"basic-client-production.before-1": "30m", "basic-client-production.workload": "45m",
	}, awake)
	production.Spec.Lifecycle = manifest.Suspended
	require.Len(t, timeouts(), 2)
	idle := one(t, deliveryOf(tenant, production), "Kustomization", "basic-client-production.workload")
	require.Contains(t, at(t, idle, "spec.healthCheckExprs"), any(map[string]any{"apiVersion": "batch/v1", "kind": "Job", "current": "true"}))
	absent(t, idle, "spec.patches")
}

// What a step needs stands before it, and no earlier than it has to.
func TestClaimsStandBeforeTheStepThatMountsThem(t *testing.T) {
	s := migrating()
	in := serving(map[string]schemas.Service{"web": s}, "rollouts")
	require.Equal(t, 2, in.phaseOf("web-shared"))
	require.Equal(t, 0, in.phaseOf("web-data"))
	s.Init[1].Mounts = []string{"/data"}
	require.Equal(t, 1, in.phaseOf("web-data"))
	in.env.Spec.Lifecycle = manifest.Suspended
	require.Equal(t, 0, in.phaseOf("web-shared"))
}
