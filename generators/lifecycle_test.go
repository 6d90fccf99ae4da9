package generators

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// leaving is a tenant with every way to run, release and scale a service, in one stage of its life.
func leaving(stage, engine, router string, operators ...string) (*schemas.Tenant, *schemas.Environment) {
	gated := schemas.Release{Strategy: canary, Weights: []int32{10, 50}, Gate: &schemas.Gate{SuccessRate: new(99.5), NoData: "hold"}}
	test := schemas.Release{Strategy: abTest, Match: &schemas.Match{Header: "x-cohort", Value: "b"}, Duration: "1h", Replicas: new(int32(2))}
	queue := worker()
	queue.Replicas, queue.Autoscaling = nil, &schemas.Autoscaling{Min: 0, Max: 4, Triggers: []schemas.Trigger{{
		Type: "rabbitmq", Metadata: map[string]string{"queueName": "mail"}, Secrets: map[string]schemas.SecretKey{"host": {Secret: "db", Key: "uri"}},
	}}}
	open := func(s schemas.Service, host string) schemas.Service {
		s.Expose = []schemas.Expose{{Host: host, Path: "/", Port: "http"}}
		return s
	}
	in := serving(map[string]schemas.Service{
		"gated": open(released(web(), gated), "gated.example.com"), "tested": open(released(web(), test), "tested.example.com"),
		"plain": released(web(), gated), "store": full(), "queue": queue,
		"switched": released(web(), schemas.Release{Strategy: blueGreen, Gate: gated.Gate, Smoke: &schemas.Smoke{Path: "/healthz"}}),
	}, operators...)
	base := sample("premium").Environments[1]
	e := in.env
	e.Platform, e.Tier, e.Cluster.Router, e.Cluster.BackupLocation = base.Platform, base.Tier, router, "eu"
	e.Platform.GitOps.Engine, e.Platform.Namespaces.Backup = engine, "velero"
	e.Cluster.Gateway, e.Platform.Namespaces.Gateway = "shared", "gateway"
	e.Spec.Resources, e.Spec.Lifecycle = base.Spec.Resources, stage
	if stage == manifest.Offboarding {
		e.Spec.Offboarding = &schemas.Offboarding{After: "2027-01-31", Reason: "contract ended"}
	}
	return in.tenant, e
}

var everyOperator = []string{"rollouts", "prometheus", "prometheus-adapter", "keda", "vpa", "velero"}

// TestStages holds what a suspended and an offboarding tenant are rendered as, with Argo Rollouts and
// without.
func TestStages(t *testing.T) {
	for name, c := range map[string]struct {
		stage, engine, router string
		operators             []string
	}{
		"suspended":            {manifest.Suspended, "argocd", "istio", everyOperator},
		"suspended-deployment": {manifest.Suspended, "flux", "none", nil},
		"offboarding":          {manifest.Offboarding, "flux", "gateway-api", everyOperator},
	} {
		tenant, e := leaving(c.stage, c.engine, c.router, c.operators...)
		golden(t, "lifecycle-"+name, Generate(tenant, e))
	}
}

// TestFinalBackup: it is asked for once for each day of leaving, kept no longer than data may be, and only
// where something makes it.
func TestFinalBackup(t *testing.T) {
	backup := func(change func(*schemas.Environment)) *manifest.Object {
		tenant, e := leaving(manifest.Offboarding, "argocd", "none", everyOperator...)
		change(e)
		for _, o := range Generate(tenant, e) {
			if o.Kind() == "Backup" {
				return &o
			}
		}
		return nil
	}
	ttl := func(change func(*schemas.Environment)) any { return at(t, *backup(change), "spec.ttl") }
	o := backup(func(*schemas.Environment) {})
	require.Equal(t, "final-acme-production-2027-01-31", o.Name())
	require.Equal(t, "velero", o.Namespace())
	require.Equal(t, askFirst, at(t, *o, "metadata.annotations").(map[string]any)[argoOptions])
	require.Equal(t, "720h0m0s", at(t, *o, "spec.ttl"))
	require.Equal(t, "24h0m0s", ttl(func(e *schemas.Environment) { e.Spec.Backup = &schemas.Backup{Retention: "1d"} }))
	require.Equal(t, "168h0m0s", ttl(func(e *schemas.Environment) { e.Spec.Compliance.Retention = "7d" }))
	require.Equal(t, "1h30m5s", ttl(func(e *schemas.Environment) { e.Spec.Backup = &schemas.Backup{Retention: "5405s"} }))
	require.Equal(t, "720h0m0s", ttl(func(e *schemas.Environment) { e.Spec.Compliance.Retention = "365d" }))
	require.Nil(t, backup(func(e *schemas.Environment) { e.Cluster.Operators = []string{"rollouts"} }))
	require.Nil(t, backup(func(e *schemas.Environment) { e.Spec.Lifecycle = manifest.Suspended }))
	require.Nil(t, backup(func(e *schemas.Environment) { e.Name = "" }))
}

// A tenant that sleeps differs from itself awake by the number of its pods, by what scales them, and by
// releases that wait: nothing else is changed, and nothing is lost.
func TestSleepChangesNothingElse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := anyInput(t)
		in.env.Cluster.Operators = append(in.env.Cluster.Operators, "keda", "vpa")
		base := sample("premium").Environments[1]
		in.env.Tier, in.env.Spec.Resources = base.Tier, base.Spec.Resources
		in.env.Spec.Lifecycle = manifest.Active
		awake := Generate(in.tenant, in.env)
		in.env.Spec.Lifecycle = manifest.Suspended
		asleep := Generate(in.tenant, in.env)
		scalers := []string{"HorizontalPodAutoscaler", "ScaledObject", "TriggerAuthentication", "VerticalPodAutoscaler"}
		kept := slices.DeleteFunc(awake, func(o manifest.Object) bool { return slices.Contains(scalers, o.Kind()) })
		require.Len(t, asleep, len(kept))
		for i, o := range asleep {
			require.Equal(t, kept[i].Key(), o.Key())
			if slices.Contains([]string{"Rollout", "Deployment", "StatefulSet"}, o.Kind()) {
				require.EqualValues(t, 0, at(t, o, "spec.replicas"))
				strip(kept[i])
				strip(o)
			}
			require.Equal(t, kept[i], o)
		}
	})
}

// strip takes away what sleep may change in a workload, and looks at it first.
func strip(o manifest.Object) {
	spec := o.Tree["spec"].(map[string]any)
	delete(spec, "replicas")
	if way, ok := (manifest.Path{"strategy", "canary"}).Lookup(spec); ok {
		delete(way.(map[string]any), "steps")
	}
	if way, ok := (manifest.Path{"strategy", "blueGreen"}).Lookup(spec); ok {
		for _, field := range []string{"autoPromotionEnabled", "prePromotionAnalysis", "postPromotionAnalysis"} {
			delete(way.(map[string]any), field)
		}
	}
}

// No step of a tenant that sleeps starts a pod, and none ends without it waking.
func TestReleasesWaitAsleep(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := anyInput(t)
		in.env.Spec.Lifecycle = manifest.Offboarding
		for _, o := range render(in) {
			if way, ok := manifest.ParsePath("spec.strategy.blueGreen").Lookup(o.Tree); ok {
				require.Equal(t, false, way.(map[string]any)["autoPromotionEnabled"])
				require.NotContains(t, way, "prePromotionAnalysis")
				require.NotContains(t, way, "postPromotionAnalysis")
			}
			if steps, ok := manifest.ParsePath("spec.strategy.canary.steps").Lookup(o.Tree); ok {
				require.Equal(t, []any{map[string]any{"setWeight": int64(0)}, map[string]any{"pause": map[string]any{}}}, steps)
			}
		}
	})
}

// TestNothingCascades: in every stage, for either engine, data is guarded against its GitOps engine, and no object has a
// finalizer, by which its deletion would be that of others.
func TestNothingCascades(t *testing.T) {
	guards := map[string]map[string]any{"argocd": {argoOptions: askFirst}, "flux": {fluxPrune: "disabled"}}
	for engine, guard := range guards {
		for _, stage := range []string{manifest.Active, manifest.Suspended, manifest.Offboarding} {
			seen := map[string]int{}
			tenant, e := leaving(stage, engine, "istio", everyOperator...)
			for _, o := range Generate(tenant, e) {
				meta := o.Tree["metadata"].(map[string]any)
				require.NotContains(t, meta, "finalizers", "%s %s", o.Kind(), o.Name())
				switch o.Kind() {
				case "Namespace":
					require.Subset(t, meta["annotations"], guards["argocd"])
					require.Subset(t, meta["annotations"], guards["flux"])
				case "PersistentVolumeClaim", "Backup":
					require.Subset(t, meta["annotations"], guard)
				}
				seen[o.Kind()]++
			}
			require.Positive(t, seen["Namespace"]*seen["PersistentVolumeClaim"])
			require.Equal(t, stage == manifest.Offboarding, seen["Backup"] == 1)
		}
	}
}
