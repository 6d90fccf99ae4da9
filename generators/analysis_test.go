package generators

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/schemas"
)

func TestFractionsArePlain(t *testing.T) {
	for percent, want := range map[float64]string{99.5: "0.995", 99.9: "0.999", 99.99: "0.9999", 95: "0.95", 100: "1", 0: "0", 0.1: "0.001"} {
		require.Equal(t, want, fraction(percent))
	}
	require.Equal(t, "0.5", decimal(float64(schemas.Milliseconds("500ms"))/1000))
}

func TestNoDataHoldsOrPasses(t *testing.T) {
	for noData, want := range map[string]int64{"hold": 3, "": 3, "pass": 10} {
		s := released(web(), schemas.Release{Strategy: "canary", Gate: &schemas.Gate{P99: "1s", NoData: noData}})
		objs := render(serving(map[string]schemas.Service{"web": s}, "rollouts", "prometheus"))
		o := one(t, objs, "AnalysisTemplate", "web-release")
		require.Equal(t, want, at(t, o, "spec.metrics[0].inconclusiveLimit"), noData)
	}
}

// Before the switch nobody asks the new version, so no data must not stop an automatic release there.
func TestPreviewPassesWithoutData(t *testing.T) {
	s := released(web(), schemas.Release{Strategy: "blueGreen", Gate: &schemas.Gate{P99: "1s", NoData: "hold"}})
	objs := render(serving(map[string]schemas.Service{"web": s}, "rollouts", "prometheus"))
	require.EqualValues(t, 10, at(t, one(t, objs, "AnalysisTemplate", "web-preview"), "spec.metrics[0].inconclusiveLimit"))
	require.EqualValues(t, 3, at(t, one(t, objs, "AnalysisTemplate", "web-release"), "spec.metrics[0].inconclusiveLimit"))
}

// The names of pods are cut at 58 characters, five of them random.
func TestLongNamesAreFoundByLabel(t *testing.T) {
	short, long := strings.Repeat("a", 46), strings.Repeat("a", 47)
	require.Contains(t, podMatcher(short), `pod=~"`+short+`-{{args.hash}}-.*"`)
	require.LessOrEqual(t, len(short+"-0123456789-"), 58)
	require.NotContains(t, podMatcher(long), "pod=~")
}

// Every series is of the tenant's own namespace, whatever the gate and whoever counts.
func TestQueriesStayInTheNamespace(t *testing.T) {
	own := serving(nil, "rollouts").ownSeries("web")
	for _, m := range []series{own, istioSeries("web-canary")} {
		for _, q := range []string{m.successRate(), m.p99()} {
			require.Equal(t, strings.Count(q, `namespace="{{args.namespace}}"`), strings.Count(q, "{")-2*strings.Count(q, "{{"))
			for _, left := range []string{"REQUESTS", "STATUS", "LATENCY", "VERSION", "WINDOW", "LEAST"} {
				require.NotContains(t, q, left)
			}
		}
	}
}

func gatedBy(strategy string, g schemas.Gate) schemas.Service {
	s := released(web(), schemas.Release{Strategy: strategy, Weights: []int32{50}, Gate: &g})
	s.Expose = []schemas.Expose{{Host: "web.example.com", Path: "/", Port: "http"}}
	return s
}

// Istio tells versions apart by the Service that got the request, so after a switch, where both had
// the same, the pods have to.
func TestSeriesTellVersionsApart(t *testing.T) {
	for name, c := range map[string]struct {
		strategy, router string
		want             string
	}{
		"canary, no router":      {"canary", schemas.NoRouter, `pod=~"web-{{args.hash}}-.*"`},
		"canary, Gateway API":    {"canary", schemas.GatewayAPI, `pod=~"web-{{args.hash}}-.*"`},
		"canary, Istio":          {"canary", schemas.Istio, `destination_service_name="web-canary"`},
		"blue-green, Istio":      {"blueGreen", schemas.Istio, `pod=~"web-{{args.hash}}-.*"`},
		"blue-green, no gateway": {"blueGreen", schemas.NoRouter, `pod=~"web-{{args.hash}}-.*"`},
	} {
		in := serving(map[string]schemas.Service{"web": gatedBy(c.strategy, schemas.Gate{P99: "1s"})}, "rollouts", "prometheus")
		in.env.Cluster.Router = c.router
		o := one(t, render(in), "AnalysisTemplate", "web-release")
		require.Contains(t, at(t, o, "spec.metrics[0].provider.prometheus.query"), c.want, name)
	}
}

func TestPlatformsNameTheirMetrics(t *testing.T) {
	in := serving(map[string]schemas.Service{"web": gatedBy("canary", schemas.Gate{P99: "1s", SuccessRate: new(99.0)})}, "rollouts", "prometheus")
	in.env.Cluster.Metrics = schemas.Metrics{
		Address: "https://thanos.example.com", Requests: "app_requests", Status: "status", Latency: "app_seconds",
	}
	o := one(t, render(in), "AnalysisTemplate", "web-release")
	require.Equal(t, "https://thanos.example.com", at(t, o, "spec.metrics[0].provider.prometheus.address"))
	require.Contains(t, at(t, o, "spec.metrics[0].provider.prometheus.query"), `app_requests{namespace="{{args.namespace}}",pod=~"web-{{args.hash}}-.*",status=~"5.."}`)
	require.Contains(t, at(t, o, "spec.metrics[1].provider.prometheus.query"), `app_seconds_bucket{`)
}

// What the service says counts before what its tier says, and silence holds.
func TestWhoDecidesOnNoData(t *testing.T) {
	for _, c := range []struct {
		gate, tier string
		want       bool
	}{
		{"", "", true}, {"", "pass", false}, {"", "hold", true}, {"hold", "pass", true}, {"pass", "hold", false},
	} {
		in := serving(nil)
		in.env.Tier.NoData = c.tier
		require.Equal(t, c.want, in.holds(gatedBy("canary", schemas.Gate{NoData: c.gate})), "%+v", c)
	}
}

func TestTriedGatesDecideNothing(t *testing.T) {
	gate := schemas.Gate{P99: "1s", SuccessRate: new(99.0), DryRun: true}
	objs := render(serving(map[string]schemas.Service{"web": gatedBy("blueGreen", gate)}, "rollouts", "prometheus"))
	for _, name := range []string{"web-release", "web-preview"} {
		require.Equal(t, []any{map[string]any{"metricName": "success-rate"}, map[string]any{"metricName": "p99-seconds"}},
			at(t, one(t, objs, "AnalysisTemplate", name), "spec.dryRun"))
	}
}

// While a switch is measured the deadline runs on, also when Prometheus is started anew meanwhile.
func TestMeasurementsEndBeforeTheDeadline(t *testing.T) {
	const retry = 10 // seconds after which the controller asks again
	waits := schemas.Milliseconds(firstMeasure)/1000 + (measureCount-1)*schemas.Milliseconds(measureInterval)/1000
	asks := int64(measureCount * queryTimeout)
	outage := int64(errorsAllowed * (retry + queryTimeout))
	require.Less(t, waits+asks+outage, int64(releaseDeadline))
	require.GreaterOrEqual(t, schemas.Milliseconds(firstMeasure), schemas.Milliseconds(rateWindow)+schemas.Milliseconds("30s"))
}
