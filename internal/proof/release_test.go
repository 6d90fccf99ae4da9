package proof

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// release is a workload to simulate: a plan, the autoscaler's range and how many pods run at first.
type release struct {
	plan
	least, most, first int64
}

var releases = rapid.Custom(func(t *rapid.T) release {
	percent := rapid.Map(rapid.OneOf(rapid.SampledFrom([]int{0, 1, 25}), rapid.IntRange(0, 100)), func(n int) string { return fmt.Sprintf("%d%%", n) })
	bound := rapid.OneOf(percent, rapid.Map(rapid.IntRange(0, 4), func(n int) string { return fmt.Sprint(n) }))
	r := release{plan: plan{
		kind:  rapid.SampledFrom([]string{"Deployment", "canary", "routed", "blueGreen"}).Draw(t, "kind"),
		surge: bound.Draw(t, "surge"), unavailable: bound.Draw(t, "unavailable"),
		delay: rapid.IntRange(1, 40).Draw(t, "delay"), abortDelay: rapid.IntRange(1, 20).Draw(t, "abort delay"), limit: rapid.IntRange(1, 3).Draw(t, "limit"),
	}}
	if r.kind == "canary" && zero(r.surge) && zero(r.unavailable) {
		r.surge = "25%" // both nought are refused
	}
	if r.kind == "routed" {
		r.minPods = rapid.Int64Range(0, 4).Draw(t, "min pods")
	}
	if r.kind == "blueGreen" && rapid.Bool().Draw(t, "preview") {
		r.preview = rapid.Int64Range(1, 12).Draw(t, "pods of the preview")
	}
	for range rapid.IntRange(0, 4).Draw(t, "steps") {
		s := step{weight: rapid.Int64Range(-1, 100).Draw(t, "weight")}
		if r.kind == "routed" && rapid.Bool().Draw(t, "scaled") {
			s.scale = rapid.SampledFrom([]int64{1, 3, 13}).Draw(t, "scale")
		}
		r.steps = append(r.steps, s)
	}
	r.least = rapid.Int64Range(1, 10).Draw(t, "least")
	r.most = rapid.Int64Range(r.least, 12).Draw(t, "most")
	r.first = rapid.SampledFrom([]int64{r.least, r.most}).Draw(t, "first")
	return r
})

func zero(bound string) bool { return bound == "0" || bound == "0%" }

// objects are the workload and its autoscaler, as they stand in a cluster.
func (r release) objects() []manifest.Object {
	meta := map[string]any{"name": "web", "namespace": "acme"}
	version, kind := "argoproj.io/v1alpha1", "Rollout"
	spec := map[string]any{"template": map[string]any{"spec": map[string]any{"containers": []any{map[string]any{"name": "app"}}}}}
	bounds := map[string]any{"maxSurge": r.surge, "maxUnavailable": r.unavailable}
	for k, v := range bounds {
		var n int64
		if _, err := fmt.Sscan(v.(string), &n); err == nil && fmt.Sprint(n) == v {
			bounds[k] = n
		}
	}
	switch r.kind {
	case "Deployment":
		version, kind = "apps/v1", "Deployment"
		spec["strategy"] = map[string]any{"rollingUpdate": bounds}
	case "canary":
		bounds["steps"] = r.spelled()
		spec["strategy"] = map[string]any{"canary": bounds}
	case "routed":
		spec["strategy"] = map[string]any{"canary": map[string]any{"trafficRouting": map[string]any{"istio": map[string]any{}}, "steps": r.spelled(), "minPodsPerReplicaSet": r.minPods}}
	case "blueGreen":
		strategy := map[string]any{}
		if r.preview > 0 {
			strategy["previewReplicaCount"] = r.preview
		}
		spec["strategy"] = map[string]any{"blueGreen": strategy}
	}
	return []manifest.Object{
		{Tree: map[string]any{"apiVersion": version, "kind": kind, "metadata": meta, "spec": spec}},
		{Tree: map[string]any{"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": meta, "spec": map[string]any{
			"minReplicas": r.least, "maxReplicas": r.most, "scaleTargetRef": map[string]any{"apiVersion": version, "kind": kind, "name": "web"},
		}}},
	}
}

// spelled are the steps as the API writes them.
func (r release) spelled() []any {
	var out []any
	for _, s := range r.steps {
		switch {
		case s.scale > 0:
			out = append(out, map[string]any{"setCanaryScale": map[string]any{"replicas": s.scale}})
		case s.weight < 0:
			out = append(out, map[string]any{"pause": map[string]any{"duration": "1m"}})
		default:
			out = append(out, map[string]any{"setWeight": s.weight})
		}
	}
	return out
}

// peak is the claim under test.
func (r release) peak(t require.TestingT) int64 {
	m := Measure(r.objects(), Facts{})
	require.Len(t, m.Needs, 1)
	require.Empty(t, m.Unbounded)
	require.Equal(t, r.most, m.Needs[0].Steady)
	return m.Needs[0].Peak
}

// alone is the part of the peak that a release takes which no third version overtakes.
func (r release) alone(t require.TestingT) int64 {
	if r.kind == "routed" {
		return r.peak(t) - 1
	}
	return r.peak(t)
}

// ops are what may happen; drawn from a list, since numbers are drawn small.
var ops = func() (out []int) {
	for i := range 40 {
		out = append(out, i)
	}
	return out
}()

// live makes things happen in any order: passes, pods, an autoscaler, people. A new version comes when may allows it.
func (w *world) live(t *rapid.T, r release, may func() bool) {
	for _, op := range rapid.SliceOfN(rapid.SampledFrom(ops), 30, 120).Draw(t, "events") {
		s := w.sets[op%len(w.sets)]
		switch {
		case op < 12:
			w.reconcile()
		case op < 22:
			w.create(s)
		case op < 31:
			s.makeReady()
		case op < 33:
			w.h = rapid.Int64Range(r.least, r.most).Draw(t, "replicas")
		case op == 33:
			w.abort()
		case op == 34:
			w.rollBack()
		case op == 35:
			w.promote()
		case op == 36:
			w.now += r.delay
		case op == 37:
			w.burst(rapid.Uint64().Draw(t, "burst"))
		case may():
			w.release()
		}
	}
}

// thousands checks a property on many times as many workloads as is usual.
func thousands(t *testing.T, property func(*rapid.T)) {
	for range 20 {
		rapid.Check(t, property)
		if t.Failed() || testing.Short() {
			return
		}
	}
}

// TestPeakIsNeverExceeded: while one version replaces another, no order of events makes more pods live than the proof says.
func TestPeakIsNeverExceeded(t *testing.T) {
	thousands(t, func(t *rapid.T) {
		r := releases.Draw(t, "release")
		w := newWorld(r.plan, r.first, 1<<40)
		w.release()
		w.live(t, r, w.calm)
		w.settle(rapid.Uint64().Draw(t, "seed"))
		require.LessOrEqual(t, w.highest, r.peak(t))
	})
}

// TestPeakIsEnough: under a quota as large as the peak every release ends, also if versions come while others are on their way
// or kept.
func TestPeakIsEnough(t *testing.T) {
	thousands(t, func(t *rapid.T) {
		r := releases.Draw(t, "release")
		w := newWorld(r.plan, r.first, r.peak(t))
		w.release()
		w.live(t, r, func() bool { return len(w.sets) < 6 })
		require.True(t, w.settle(rapid.Uint64().Draw(t, "seed")), "%+v", w)
	})
}

// TestPeakIsNeeded: one pod less, and the release hangs, where both versions have to be whole or nothing may be missing.
func TestPeakIsNeeded(t *testing.T) {
	hung := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		r := releases.Draw(t, "release")
		r.steps, r.preview, r.first = nil, 0, r.most
		if r.kind == "canary" || r.kind == "Deployment" {
			r.surge, r.unavailable = "1", "0"
		}
		w := newWorld(r.plan, r.most, r.alone(t)-1)
		w.release()
		require.False(t, w.settle(rapid.Uint64().Draw(t, "seed")))
		hung[r.kind]++
	})
	require.Len(t, hung, 4)
}

// TestPeakIsReached: the proof is no larger than what a release takes.
func TestPeakIsReached(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := releases.Draw(t, "release")
		r.first, r.steps, r.preview = r.most, nil, 0
		if r.kind == "canary" || r.kind == "Deployment" {
			r.surge, r.unavailable = "1", "0"
		}
		w := newWorld(r.plan, r.most, 1<<40)
		w.release()
		require.True(t, w.settle(rapid.Uint64().Draw(t, "seed")))
		require.Equal(t, r.alone(t), w.highest)
	})
}

// TestThirdVersion: behind a router a version that overtakes another one needs a pod before that one goes, for the controller
// leaves alone what the canary Service selects. Without room for it the release hangs.
func TestThirdVersion(t *testing.T) {
	for name, r := range map[string]release{
		"one pod":                {plan: plan{kind: "routed", delay: 1, abortDelay: 1, limit: 1, steps: []step{{weight: 10}, {weight: -1}}}, most: 1},
		"as many as the service": {plan: plan{kind: "routed", delay: 1, abortDelay: 1, limit: 1, steps: []step{{scale: 3}, {weight: -1}}}, most: 3},
	} {
		r.least = r.most
		require.Equal(t, 2*r.most+1, r.peak(t), name)
		for _, quota := range []int64{2 * r.most, 2*r.most + 1} {
			w := newWorld(r.plan, r.most, quota)
			w.release()
			for range 20 { // the second version is whole, and waits at its step
				w.step = 0
				w.reconcile()
				w.create(w.current)
				w.current.makeReady()
			}
			w.release()
			require.Equal(t, quota > 2*r.most, w.settle(1), "%s, quota %d", name, quota)
		}
	}
}
