package generators

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"pgregory.net/rapid"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

func scaled(a schemas.Autoscaling) schemas.Service {
	s := web()
	s.Autoscaling = &a
	return s
}

func vertical(s schemas.Service, v schemas.VerticalScaling) schemas.Service {
	s.VerticalScaling = &v
	return s
}

func entitled(s schemas.Service, operators ...string) input {
	in := serving(map[string]schemas.Service{"web": s}, operators...)
	in.env.Spec.Resources = schemas.Resources{CPU: resource.MustParse("2"), Memory: resource.MustParse("4Gi")}
	return in
}

func TestGoldenScaling(t *testing.T) {
	queue := schemas.Trigger{
		Type: "rabbitmq", Metadata: map[string]string{"queueName": "orders", "mode": "QueueLength", "value": "20"},
		Secrets: map[string]schemas.SecretKey{"host": {Secret: "rabbit", Key: "uri"}, "vhostName": {Secret: "rabbit", Key: "vhost"}},
	}
	clock := schemas.Trigger{Type: "cron", Metadata: map[string]string{"start": "0 8 * * *", "end": "0 18 * * *"}}
	rate := schemas.Autoscaling{Min: 2, Max: 9, RequestsPerSecond: new(int32(50))}
	both := schemas.Autoscaling{Min: 2, Max: 9, RequestsPerSecond: new(int32(50)), CPUPercent: new(int32(80))}
	mesh := entitled(scaled(both), "rollouts", "prometheus", "keda")
	mesh.env.Cluster.Mesh = schemas.Istio
	alone := web()
	alone.Autoscaling, alone.Replicas = nil, new(int32(1))
	for name, in := range map[string]input{
		"adapter":          entitled(scaled(both), "rollouts", "prometheus-adapter", "keda"),
		"adapter-only":     entitled(scaled(rate), "prometheus-adapter"),
		"keda-requests":    entitled(scaled(rate), "rollouts", "prometheus", "keda"),
		"keda-mesh":        mesh,
		"keda-triggers":    entitled(scaled(schemas.Autoscaling{Max: 5, Triggers: []schemas.Trigger{clock, queue}}), "rollouts", "keda"),
		"keda-deployment":  entitled(scaled(schemas.Autoscaling{Min: 1, Max: 5, Triggers: []schemas.Trigger{queue}}), "keda"),
		"vpa-recommend":    entitled(web(), "rollouts", "vpa"),
		"vpa-in-place":     entitled(vertical(alone, schemas.VerticalScaling{Mode: "inPlace", Min: compute("50m", "64Mi"), Max: compute("8", "1Gi")}), "vpa"),
		"nothing-measures": entitled(scaled(rate), "rollouts"),
	} {
		t.Run(name, func(t *testing.T) {
			golden(t, "scaling-"+name, kinds(render(in), "HorizontalPodAutoscaler", "ScaledObject", "TriggerAuthentication", "VerticalPodAutoscaler"))
		})
	}
}

func compute(cpu, memory string) schemas.ComputeResources {
	return schemas.ComputeResources{CPU: size(cpu), Memory: size(memory)}
}

func TestModesOfVerticalScaling(t *testing.T) {
	for mode, want := range map[string]string{
		"": "Off", "recommend": "Off", "initial": "Initial", "recreate": "Recreate", "inPlace": "InPlaceOrRecreate",
	} {
		objs := render(entitled(vertical(web(), schemas.VerticalScaling{Mode: mode}), "vpa"))
		o := one(t, objs, "VerticalPodAutoscaler", "web")
		require.Equal(t, want, at(t, o, "spec.updatePolicy.updateMode"))
		absent(t, o, "spec.updatePolicy.minReplicas") // five pods
	}
}

// The query finds the pods of every version of a service, and not those of another.
func TestRequestsOfOtherServicesDoNotCount(t *testing.T) {
	in := entitled(web(), "keda", "prometheus")
	pods := regexp.MustCompile(`pod=~"([^"]+)"`).FindStringSubmatch(in.requestsQuery("web"))[1]
	matcher := regexp.MustCompile("^(?:" + pods + ")$")
	require.True(t, matcher.MatchString("web-6d5f7c8b9-x2k4z"))
	for _, other := range []string{"web-api-6d5f7c8b9-x2k4z", "web-0", "web-migrate-x2k4z", "web2-6d5f7c8b9-x2k4z", "a-web-6d5f7c8b9-x2k4z"} {
		require.False(t, matcher.MatchString(other), other)
	}
	require.Contains(t, in.requestsQuery("web"), `namespace="acme-production"`)
}

// The base names the namespace of the first environment, which the overlays of the others replace.
func TestQueriesOfTheBaseNameANamespace(t *testing.T) {
	in := entitled(web(), "keda", "prometheus")
	in.tenant.Base.Name, in.tenant.Base.Namespace = "", ""
	require.Equal(t, "acme-production", input{in.tenant, &in.tenant.Base}.namespace())
}

// Nothing that does not run has a load: without a trigger of its own a service keeps a pod.
func TestOnlyTriggersStartTheFirstPod(t *testing.T) {
	none := scaled(schemas.Autoscaling{Max: 3, RequestsPerSecond: new(int32(5))})
	require.EqualValues(t, 1, leastScaled(none))
	require.EqualValues(t, 0, leastScaled(scaled(schemas.Autoscaling{Max: 3, Triggers: []schemas.Trigger{{Type: "cron"}}})))
}

func anyScaled(t *rapid.T) input {
	in := anyMeasured(t)
	in.env.Spec.Resources = schemas.Resources{CPU: *anyQuantity(1, 8000, "m").Draw(t, "cpu"), Memory: *anyQuantity(1, 16384, "Mi").Draw(t, "memory")}
	for name, s := range in.env.Spec.Services {
		s.Resources = schemas.ContainerResources{Requests: anyCompute(t), Limits: anyCompute(t)}
		if rapid.Bool().Draw(t, "vertical") {
			s.VerticalScaling = &schemas.VerticalScaling{
				Mode: rapid.SampledFrom([]string{"", "recommend", "initial", "recreate", "inPlace"}).Draw(t, "mode"),
				Min:  anyCompute(t), Max: anyCompute(t),
			}
		}
		if s.Autoscaling != nil {
			s.Autoscaling.CPUPercent = rapid.Ptr(rapid.Int32Range(1, 100), true).Draw(t, "percent")
			s.Autoscaling.RequestsPerSecond = rapid.Ptr(rapid.Int32Range(1, 100), true).Draw(t, "requests")
			s.Autoscaling.Triggers = rapid.SliceOfN(anyTrigger(), 0, 3).Draw(t, "triggers")
		}
		in.env.Spec.Services[name] = s
	}
	return in
}

func anyQuantity(low, high int, unit string) *rapid.Generator[*resource.Quantity] {
	return rapid.Map(rapid.IntRange(low, high), func(n int) *resource.Quantity {
		return size(strconv.Itoa(n) + unit)
	})
}

func anyCompute(t *rapid.T) schemas.ComputeResources {
	c := schemas.ComputeResources{}
	if rapid.Bool().Draw(t, "has cpu") {
		c.CPU = anyQuantity(1, 999, "m").Draw(t, "cpu")
	}
	if rapid.Bool().Draw(t, "has memory") {
		c.Memory = anyQuantity(1, 999, "Mi").Draw(t, "memory")
	}
	return c
}

func anyTrigger() *rapid.Generator[schemas.Trigger] {
	return rapid.Custom(func(t *rapid.T) schemas.Trigger {
		secrets := rapid.MapOfN(rapid.StringMatching(`[a-z]{1,4}`), rapid.Just(schemas.SecretKey{Secret: "s", Key: "k"}), 0, 2)
		return schemas.Trigger{Type: rapid.SampledFrom([]string{"cron", "kafka"}).Draw(t, "type"), Secrets: secrets.Draw(t, "secrets")}
	})
}

// One thing scales a service, within its bounds, and nothing scales by what another changes.
func TestScalingIsSound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := anyScaled(t)
		objs := render(in)
		for name, s := range in.running() {
			byCPU := checkHorizontal(t, objs, name, s)
			if in.env.Cluster.Has(operatorVPA) {
				checkVertical(t, in, one(t, objs, "VerticalPodAutoscaler", name), s, byCPU)
			}
		}
	})
}

// checkHorizontal returns whether the service is scaled by its CPU.
func checkHorizontal(t *rapid.T, objs []manifest.Object, name string, s schemas.Service) bool {
	scalers := slices.DeleteFunc(kinds(slices.Clone(objs), "HorizontalPodAutoscaler", "ScaledObject"),
		func(o manifest.Object) bool { return o.Name() != name })
	if s.Autoscaling == nil {
		require.Empty(t, scalers)
		return false
	}
	require.Len(t, scalers, 1)
	o := scalers[0]
	if o.Kind() == "ScaledObject" {
		require.LessOrEqual(t, at(t, o, "spec.minReplicaCount"), at(t, o, "spec.maxReplicaCount"))
		return checkTriggers(t, objs, o)
	}
	metrics := list(o.Tree, "spec", "metrics")
	require.NotEmpty(t, metrics)
	return slices.ContainsFunc(metrics, func(m any) bool { return text(m, "type") == "Resource" })
}

func checkTriggers(t *rapid.T, objs []manifest.Object, o manifest.Object) bool {
	triggers, external, byCPU := list(o.Tree, "spec", "triggers"), false, false
	for _, trigger := range triggers {
		require.Contains(t, trigger, "metadata")
		if auth := text(trigger, "authenticationRef", "name"); auth != "" {
			one(t, objs, "TriggerAuthentication", auth)
		}
		byCPU = byCPU || text(trigger, "type") == "cpu"
		external = external || text(trigger, "type") != "cpu"
	}
	require.NotEmpty(t, triggers)
	require.True(t, external || at(t, o, "spec.minReplicaCount").(int64) > 0, "the CPU alone starts no first pod")
	return byCPU
}

// checkVertical holds requests and the limits that grow with them within the LimitRange.
func checkVertical(t *rapid.T, in input, o manifest.Object, s schemas.Service, byCPU bool) {
	policy := at(t, o, "spec.resourcePolicy.containerPolicies[0]")
	controlled := list(policy, "controlledResources")
	require.NotEqual(t, byCPU, slices.Contains(controlled, any("cpu")))
	bounds, own := in.containerLimits(), resources(s.Resources)
	bounds.Max["cpu"] = in.env.Spec.Resources.CPU
	for _, c := range controlled {
		r := corev1.ResourceName(c.(string))
		least, most := resource.MustParse(text(policy, "minAllowed", c)), resource.MustParse(text(policy, "maxAllowed", c))
		require.LessOrEqual(t, least.Cmp(most), 0, "%s: %s > %s", r, least.String(), most.String())
		require.GreaterOrEqual(t, least.Cmp(bounds.Min[r]), 0)
		require.LessOrEqual(t, most.Cmp(bounds.Max[r]), 0)
		request, limit := own.Requests[r], own.Limits[r]
		if !request.IsZero() && limit.Cmp(request) > 0 && most.Cmp(bounds.Min[r]) > 0 {
			grown := most.AsApproximateFloat64() / request.AsApproximateFloat64() * limit.AsApproximateFloat64()
			ceiling := bounds.Max[r]
			require.LessOrEqual(t, grown, ceiling.AsApproximateFloat64()*(1+1e-9))
		}
	}
	require.Equal(t, "Off", at(t, o, "spec.resourcePolicy.containerPolicies[1].mode"))
	require.Len(t, slices.Collect(maps.Keys(policy.(map[string]any)["minAllowed"].(map[string]any))), len(controlled))
}
