package generators

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/schemas"
)

func TestWeightsThatPodsCanRepresent(t *testing.T) {
	fixed := func(n int32) schemas.Service { return schemas.Service{Replicas: &n} }
	scaled := schemas.Service{Autoscaling: &schemas.Autoscaling{Min: 9, Max: 90}}
	for name, c := range map[string]struct {
		service schemas.Service
		given   []int32
		want    []int32
	}{
		"one pod":              {fixed(1), []int32{5, 10, 75}, []int32{50, 75}},
		"two pods":             {fixed(2), []int32{10, 50}, []int32{34, 50}},
		"five pods":            {fixed(5), []int32{10, 50}, []int32{17, 50}},
		"enough pods":          {scaled, []int32{10, 50}, []int32{10, 50}},
		"not ascending":        {scaled, []int32{50, 10, 50}, []int32{10, 50}},
		"none":                 {fixed(5), nil, []int32{50}},
		"no pods":              {fixed(0), []int32{1}, []int32{50}},
		"nothing but the ends": {fixed(5), []int32{0, 100}, []int32{50}},
	} {
		c.service.Release.Weights = c.given
		require.Equal(t, c.want, weights(c.service), name)
	}
}

func TestManualCanaryWaitsForAPerson(t *testing.T) {
	s := released(web(), schemas.Release{Strategy: "canary", Weights: []int32{50}, Approval: "manual"})
	r := one(t, render(serving(map[string]schemas.Service{"web": s}, "rollouts")), "Rollout", "web")
	require.Equal(t, map[string]any{"pause": map[string]any{}}, at(t, r, "spec.strategy.canary.steps[2]"))
	absent(t, r, "spec.strategy.canary.steps[3]")
}

func TestKeepOldFor(t *testing.T) {
	for given, want := range map[string]int32{
		"": 30, "5s": 30, "500ms": 30, "31s": 31, "15m": 900, "2h": 7200, "1d": 86400, "999999999d": 1<<31 - 1, "soon": 30,
	} {
		s := schemas.Service{Release: schemas.Release{KeepOld: given}}
		require.Equal(t, want, keepOld(s), given)
	}
}

// Rollouts fill a missing selector in; one that is written would be applied over theirs.
func TestOnlyFreeServicesSelect(t *testing.T) {
	for way, want := range map[string]bool{"rolling": true, "canary": true, "blueGreen": false} {
		s := released(web(), schemas.Release{Strategy: way})
		address := one(t, render(serving(map[string]schemas.Service{"web": s}, "rollouts")), "Service", "web")
		_, selects := address.Tree["spec"].(map[string]any)["selector"]
		require.Equal(t, want, selects, way)
	}
}

func TestPeakPods(t *testing.T) {
	cluster := &schemas.Cluster{Operators: []string{"rollouts"}}
	for name, c := range map[string]struct {
		service schemas.Service
		want    int32
	}{
		"rolling, 1":      {schemas.Service{Kind: "worker"}, 2},
		"rolling, 4":      {schemas.Service{Kind: "worker", Replicas: new(int32(4))}, 5},
		"rolling, 5":      {schemas.Service{Kind: "worker", Replicas: new(int32(5))}, 7},
		"none":            {schemas.Service{Kind: "worker", Replicas: new(int32(0))}, 0},
		"canary, scaled":  {released(web(), schemas.Release{Strategy: "canary"}), 13},
		"switch, scaled":  {released(web(), schemas.Release{Strategy: "blueGreen"}), 20},
		"claim":           {full(), 1},
		"most of the API": {schemas.Service{Kind: "worker", Replicas: new(int32(1000))}, 1250},
	} {
		require.Equal(t, c.want, peakPods(c.service, cluster), name)
	}
	require.EqualValues(t, 13, peakPods(released(web(), schemas.Release{Strategy: "blueGreen"}), &schemas.Cluster{}))
}
