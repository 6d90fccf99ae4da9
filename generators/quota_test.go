package generators

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"pgregory.net/rapid"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/proof"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// randomInput is a tenant with any entitlement and any services.
func randomInput(t *rapid.T) input {
	tenant := sample("enterprise")
	env := &tenant.Environments[rapid.IntRange(0, 1).Draw(t, "environment")]
	env.Platform.ReleaseHeadroom = rapid.Int64Range(0, 1000).Draw(t, "headroom")
	env.Cluster.Operators = rapid.SampledFrom([][]string{nil, {"rollouts"}}).Draw(t, "operators")
	env.Spec.Resources = schemas.Resources{
		CPU: *drawCPU(t, "cpu", 1_000_000), Memory: *drawMemory(t, "memory"), Storage: *drawMemory(t, "storage"),
	}
	env.Spec.Services = map[string]schemas.Service{}
	for i := range rapid.IntRange(0, 6).Draw(t, "services") {
		env.Spec.Services[fmt.Sprintf("service-%d", i)] = randomService(t)
	}
	return input{tenant, env}
}

func randomService(t *rapid.T) schemas.Service {
	s := schemas.Service{
		Kind:     rapid.SampledFrom([]string{"service", "worker", "job", "cronjob", "statefulset"}).Draw(t, "kind"),
		Image:    "example/image:1",
		Ports:    map[string]schemas.Port{"http": {Port: 8080}},
		Replicas: new(rapid.Int32Range(0, 50).Draw(t, "replicas")),
		Release:  schemas.Release{Strategy: rapid.SampledFrom([]string{"rolling", "canary", "blueGreen", "abTest"}).Draw(t, "strategy")},
	}
	maybe := func(q *resource.Quantity) *resource.Quantity {
		if rapid.Bool().Draw(t, "set") {
			return q
		}
		return nil
	}
	s.Resources.Requests = schemas.ComputeResources{CPU: maybe(drawCPU(t, "request", 8000)), Memory: maybe(drawMemory(t, "request"))}
	s.Resources.Limits = schemas.ComputeResources{CPU: maybe(drawCPU(t, "limit", 8000)), Memory: maybe(drawMemory(t, "limit"))}
	return s
}

func drawCPU(t *rapid.T, label string, most int64) *resource.Quantity {
	return resource.NewMilliQuantity(rapid.Int64Range(1, most).Draw(t, label), resource.DecimalSI)
}

func drawMemory(t *rapid.T, label string) *resource.Quantity {
	unit := rapid.SampledFrom([]string{"k", "Ki", "M", "Mi", "Gi", "T"}).Draw(t, label+" unit")
	return new(resource.MustParse(fmt.Sprint(rapid.IntRange(1, 2000).Draw(t, label), unit)))
}

// measure is what the objects of the tenant need.
func measure(in input) proof.Measurement {
	var objects []manifest.Object
	for _, generate := range generators {
		objects = in.render(objects, generate(in))
	}
	return proof.Measure(objects, Facts(in.env))
}

// peakPods is how many pods a service may have during a release, by the arithmetic of the controllers.
func peakPods(s schemas.Service, c *schemas.Cluster) int32 {
	h := maxReplicas(s)
	switch {
	case !runs(s):
		return 0
	case strategy(s, c) == blueGreen:
		return 2 * h
	case isSet(s), hasClaim(s):
		return h
	}
	return h + (h+3)/4
}

// first is the first quantity that is set.
func first(fallback resource.Quantity, candidates ...*resource.Quantity) resource.Quantity {
	for _, q := range candidates {
		if q != nil {
			return *q
		}
	}
	return fallback
}

// The quota holds the entitlement, and never more than the platform's headroom on top.
func TestQuotaLiesBetweenEntitlementAndHeadroom(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := randomInput(t)
		entitled := in.env.Spec.Resources
		hard := in.compute(measure(in))
		for name, q := range map[corev1.ResourceName]resource.Quantity{
			"requests.cpu": entitled.CPU, "requests.memory": entitled.Memory, "limits.memory": entitled.Memory,
		} {
			got, most := hard[name], q.DeepCopy()
			require.GreaterOrEqual(t, got.Cmp(q), 0, "%s %s is below %s", name, &got, &q)
			most.Mul(100 + in.env.Platform.ReleaseHeadroom)
			got.Mul(100)
			require.LessOrEqual(t, got.Cmp(most), 0, "%s is above the headroom", name)
		}
		storage := hard["requests.storage"]
		require.True(t, storage.Equal(entitled.Storage))
		if len(in.env.Spec.Services) == 0 {
			cpu := hard["requests.cpu"]
			require.True(t, cpu.Equal(entitled.CPU))
		}
	})
}

// Below the cap the headroom is exactly what the releases need.
func TestHeadroomIsWhatReleasesNeed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := randomInput(t)
		in.env.Platform.ReleaseHeadroom = 100
		in.env.Spec.Resources.CPU = resource.MustParse("1000000")
		in.env.Spec.Resources.Memory = resource.MustParse("1000Pi")
		var milli, bytes int64
		defaults := in.containerLimits()
		for _, s := range in.env.Spec.Services {
			if !runs(s) {
				continue
			}
			pods := int64(peakPods(s, in.env.Cluster) - maxReplicas(s))
			cpu := first(defaults.DefaultRequest["cpu"], s.Resources.Requests.CPU, s.Resources.Limits.CPU)
			memory := first(defaults.Default["memory"], s.Resources.Limits.Memory, s.Resources.Requests.Memory)
			milli += pods * cpu.MilliValue()
			bytes += pods * memory.Value()
		}
		hard := in.compute(measure(in))
		cpu, memory := hard["requests.cpu"], hard["limits.memory"]
		require.Equal(t, in.env.Spec.Resources.CPU.MilliValue()+milli, cpu.MilliValue())
		require.Equal(t, in.env.Spec.Resources.Memory.Value()+bytes, memory.Value())
	})
}

// The quota never counts fewer pods than the services have when all release at once.
func TestObjectQuotaAdmitsTheServices(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := randomInput(t)
		hard := in.objectCounts(measure(in))
		pods := hard["pods"]
		var peak int64
		for _, s := range in.env.Spec.Services {
			peak += int64(peakPods(s, in.env.Cluster))
		}
		require.Greater(t, pods.Value(), peak)
		for _, closed := range []corev1.ResourceName{"services.nodeports", "services.loadbalancers"} {
			q, ok := hard[closed]
			require.True(t, ok && q.IsZero(), closed)
		}
		counts := map[string]int64{}
		for _, o := range Generate(in.tenant, in.env) {
			counts[o.Kind()]++
		}
		for kind, name := range map[string]corev1.ResourceName{
			"Rollout": "count/rollouts.argoproj.io", "Deployment": "count/deployments.apps", "Service": "services",
			"ConfigMap": "count/configmaps", "PersistentVolumeClaim": "persistentvolumeclaims",
		} {
			q := hard[name]
			require.GreaterOrEqual(t, q.Value(), counts[kind], name)
		}
	})
}

// The API server refuses a LimitRange whose figures are out of order, and pods outside of it.
func TestLimitRangeAdmitsEveryService(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := randomInput(t)
		l := in.containerLimits()
		for name, chain := range map[string][]resource.Quantity{
			"cpu":    {l.Min["cpu"], l.DefaultRequest["cpu"]},
			"memory": {l.Min["memory"], l.DefaultRequest["memory"], l.Default["memory"], l.Max["memory"]},
		} {
			require.True(t, slices.IsSortedFunc(chain, func(a, b resource.Quantity) int { return a.Cmp(b) }), "%s: %v", name, chain)
			require.Positive(t, chain[0].Sign())
		}
		for name, s := range in.env.Spec.Services {
			admit(t, l, name, s)
		}
	})
}

// admit does what the LimitRanger admission plug-in does to a container.
func admit(t *rapid.T, l corev1.LimitRangeItem, name string, s schemas.Service) {
	r := resources(s.Resources)
	for _, resourceName := range []corev1.ResourceName{"cpu", "memory"} {
		limit, limited := r.Limits[resourceName]
		most, bounded := l.Max[resourceName]
		if !bounded && !limited {
			continue // CPU
		}
		request, requested := r.Requests[resourceName]
		switch {
		case bounded && !limited && requested && request.Cmp(l.Default[resourceName]) > 0:
			require.Fail(t, "refused", "%s: %s request %s is above the default limit", name, resourceName, &request)
		case !limited:
			limit = l.Default[resourceName]
		}
		if !requested {
			request = l.DefaultRequest[resourceName]
			if limited {
				request = limit
			}
		}
		require.GreaterOrEqual(t, request.Cmp(l.Min[resourceName]), 0, "%s: %s request %s", name, resourceName, &request)
		require.True(t, !bounded || limit.Cmp(most) <= 0, "%s: %s limit %s", name, resourceName, &limit)
	}
}

func TestPortion(t *testing.T) {
	for _, c := range []struct{ n, percent, want int64 }{
		{0, 100, 0}, {500, 100, 500}, {999, 33, 329}, {1, 99, 0}, {101, 50, 50}, {1 << 60, 100, 1 << 60},
		{math.MaxInt64, 100, math.MaxInt64}, {math.MaxInt64, 101, math.MaxInt64}, {math.MaxInt64, math.MaxInt64, math.MaxInt64},
	} {
		require.Equal(t, c.want, portion(c.n, c.percent), "%d%% of %d", c.percent, c.n)
	}
}

// Figures are written the way the API server writes them back, whatever people wrote: otherwise the
// GitOps engine sees a difference for ever.
func TestQuotaIsCanonical(t *testing.T) {
	tenant := sample("free")
	env := &tenant.Environments[0]
	env.Spec.Resources = schemas.Resources{
		CPU: resource.MustParse("4000m"), Memory: resource.MustParse("2048Mi"), Storage: resource.MustParse("0.5Gi"),
	}
	var got []string
	in := input{tenant, env}
	hard := in.compute(measure(in))
	for _, name := range slices.Sorted(maps.Keys(hard)) {
		q := hard[name]
		got = append(got, string(name)+" "+q.String())
	}
	require.Equal(t, []string{"limits.memory 2Gi", "requests.cpu 4", "requests.memory 2Gi", "requests.storage 512Mi"}, got)
}
