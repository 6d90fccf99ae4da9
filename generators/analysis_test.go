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
	require.Equal(t, "0.5", decimal(float64(milliseconds("500ms"))/1000))
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

// Every series is of the tenant's own namespace, whatever the gate.
func TestQueriesStayInTheNamespace(t *testing.T) {
	for _, q := range []string{successRate(podMatcher("web")), latency(podMatcher("web"))} {
		require.Equal(t, strings.Count(q, "{"+`namespace="{{args.namespace}}"`), strings.Count(q, "http_request"))
		for _, left := range []string{"PODS", "WINDOW", "LEAST"} {
			require.NotContains(t, q, left)
		}
	}
}
