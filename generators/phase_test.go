package generators

import (
	"strings"
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

// A step that migrates a database of the tenant's own needs it, and its address: a StatefulSet that the service calls comes
// before its steps, and so does what that one calls.
func TestSetsComeBeforeTheStepsOfTheirCallers(t *testing.T) {
	set := func(calls ...string) schemas.Service {
		s := schemas.Service{
			Kind: "statefulset", Image: "ghcr.io/example/db:1.0.0", Resources: small(), Ports: map[string]schemas.Port{"sql": {Port: 5432}},
			Files: map[string]string{"/etc/db.conf": "a\n"},
		}
		for _, to := range calls {
			s.Calls = append(s.Calls, schemas.Call{Service: to})
		}
		return s
	}
	caller := set("db", "web")
	caller.Kind, caller.Files, caller.Init = "worker", nil, []schemas.InitStep{{Name: "migrate", Once: true}}
	db := set("store", "db")
	db.Init = []schemas.InitStep{{Name: "format", Once: true}}
	services := map[string]schemas.Service{
		"api": caller, "db": db, "store": set("db", "keys"), "keys": set(), "alone": set(), "web": {Kind: "worker", Image: "ghcr.io/example/web:1.0.0", Resources: small()},
	}
	for _, engine := range []string{"argocd", "flux"} {
		tenant := stepping(engine)
		production := &tenant.Environments[1]
		production.Spec.Services = services
		got := map[string]string{}
		for _, o := range Generate(tenant, production) {
			if phase := text(o.Tree, "metadata", "labels", labelPhase); phase != "" {
				name, _, _ := strings.Cut(o.Name(), "-files-")
				got[o.Kind()+" "+name] = phase
			}
		}
		want := map[string]string{}
		for name, phase := range map[string]string{"db": "before-2", "store": "before-4", "keys": "before-4"} {
			for _, object := range []string{"StatefulSet " + name, "Service " + name, "Service " + name + "-headless", "ConfigMap " + name} {
				want[object] = phase
			}
		}
		for name := range got {
			if kind, job, _ := strings.Cut(name, " "); kind == "Job" {
				want[name] = map[string]string{"api": "before-1", "db": "before-3"}[job[:strings.Index(job, "-")]]
			}
		}
		require.Len(t, got, 14)
		require.Equal(t, want, got)

		orphaned := map[string]any{}
		for _, o := range deliveryOf(tenant, production) {
			if policy := text(o.Tree, "spec", "deletionPolicy"); strings.Contains(o.Name(), "before-") {
				orphaned[o.Name()[strings.Index(o.Name(), "before-"):]] = policy
			}
		}
		if engine == "flux" {
			require.Equal(t, map[string]any{"before-1": "MirrorPrune", "before-2": "Orphan", "before-3": "MirrorPrune", "before-4": "Orphan"}, orphaned)
		}

		production.Spec.Lifecycle = "suspended"
		require.Empty(t, phases(Generate(tenant, production)))
	}
}
