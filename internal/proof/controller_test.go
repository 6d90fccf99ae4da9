package proof

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// canary is one pass of the Rollouts controller over a canary: the stable ReplicaSet, the new one, older ones; it stops at the
// first that it changes. Then the step is judged.
func (w *world) canary() {
	w.stable.deadline = 0
	w.serve()
	if w.current != w.stable {
		stable, _ := w.desired()
		if w.stable.scale(stable) {
			return
		}
	}
	if w.shrinkAborted() || w.shrinkOthers() {
		return
	}
	w.judge()
}

// serve moves the canary Service to the new version once a pod of it is ready, and back when there is no release.
func (w *world) serve() {
	switch {
	case w.aborted:
		w.served = w.stable
	case w.current.ready > 0:
		w.served = w.current
	}
}

// desired is how many pods the stable and the new ReplicaSet are to have.
func (w *world) desired() (stable, canary int64) {
	if w.kind == "routed" {
		return w.h, w.routed()
	}
	surge, unavailable := fences(w.surge, w.unavailable, w.h)
	var older int64
	for _, s := range w.others() {
		older += s.want
	}
	now := func(s *set) part { return part{s.want, s.ready} }
	if w.current == w.stable {
		return 0, w.alone(surge, unavailable, older)
	}
	return counts(w.h, w.weight(), surge, unavailable, now(w.stable), now(w.current), older)
}

// alone is the count of a version that is stable and new.
func (w *world) alone(surge, unavailable, older int64) int64 {
	s := w.current
	if n := min(w.h, w.h+surge-older); n > s.want {
		return n
	}
	if s.want > w.h && older == 0 {
		spare := countable(part{s.want, s.ready}, true) - (w.h - unavailable)
		return max(w.h, s.want-max(spare, 0))
	}
	return s.want
}

// routed is the new version's count under a router: what a step says, or the weight's share, rounded up.
func (w *world) routed() int64 {
	if w.current == w.stable || w.full {
		return w.floor(w.h)
	}
	for i := min(w.step, len(w.steps)-1); i >= 0 && w.step < len(w.steps) && !w.aborted; i-- {
		if n := w.steps[i].scale; n > 0 {
			return n
		}
	}
	return w.floor((w.h*w.weight() + 99) / 100)
}

func (w *world) floor(n int64) int64 {
	if n == 0 {
		return 0
	}
	return max(n, min(w.minPods, w.h))
}

// weight is the last one that a step set; 100 behind the last step.
func (w *world) weight() int64 {
	switch {
	case w.full || w.current == w.stable:
		return 100
	case w.aborted:
		return 0
	case w.step >= len(w.steps):
		return 100
	}
	for i := w.step; i >= 0; i-- {
		if s := w.steps[i]; s.scale == 0 && s.weight >= 0 {
			return s.weight
		}
	}
	return 0
}

// shrinkAborted scales the new ReplicaSet. Where a release was aborted behind a switch or a router, it stays until the stable
// one is whole, and a delay longer.
func (w *world) shrinkAborted() bool {
	s := w.current
	if !w.aborted || w.kind == "canary" {
		s.deadline = 0
		return s.scale(w.fresh())
	}
	switch {
	case s.deadline == 0 && w.stable.ready >= w.h:
		s.deadline = w.now + w.abortDelay
	case s.deadline > 0 && w.now >= s.deadline:
		return s.scale(0)
	}
	return false
}

// fresh is how many pods the new ReplicaSet is to have.
func (w *world) fresh() int64 {
	if w.kind != "blueGreen" {
		_, n := w.desired()
		return n
	}
	if w.preview > 0 && w.active != w.current && !w.full && !w.passed {
		return w.preview
	}
	return w.h
}

// shrinkOthers scales down what is neither new nor stable: pods that are not ready first; a version that was stable is kept.
func (w *world) shrinkOthers() bool {
	if w.kind == "blueGreen" {
		return w.keep(w.h)
	}
	changed := false
	for _, s := range w.others() {
		changed = s.scale(s.ready) || changed
	}
	_, unavailable := fences(w.surge, w.unavailable, w.h)
	spare := w.ready() - (w.h - unavailable)
	if spare <= 0 {
		return changed
	}
	kept := 0
	for _, s := range w.others() {
		if spare <= 0 || s.want == 0 || w.kind == "routed" && s == w.served {
			continue // the controller leaves alone what a Service selects
		}
		n := max(0, s.want-spare)
		if w.kind == "routed" {
			n = 0
			if w.current == w.stable || s.deadline > 0 {
				n = w.held(s, s.want, &kept)
			}
		}
		spare -= s.want - n
		changed = s.scale(n) || changed
	}
	return changed
}

// keep scales versions that lost the traffic to n pods while they are kept, and to none after.
func (w *world) keep(n int64) bool {
	changed, kept := false, 0
	for _, s := range w.others() {
		if s.want > 0 && s != w.active {
			changed = s.scale(w.held(s, n, &kept)) || changed
		}
	}
	return changed
}

// held is how many pods a version keeps: as many as it has when its delay begins, n until it is over, and none beyond the limit.
func (w *world) held(s *set, n int64, kept *int) int64 {
	*kept++
	switch {
	case *kept > w.limit:
		return 0
	case s.deadline == 0:
		s.deadline = w.now + w.delay
		return s.want
	case w.now < s.deadline:
		return n
	}
	return 0
}

// judge ends the step or the release.
func (w *world) judge() {
	if !w.aborted && w.current.ready >= w.h && (w.full || w.step >= len(w.steps)) {
		w.stable, w.full, w.step = w.current, false, len(w.steps)
		return
	}
	if w.aborted {
		w.step = 0
		return
	}
	if w.step < len(w.steps) && (w.steps[w.step].weight < 0 || w.reached()) {
		w.step++
	}
}

func (w *world) reached() bool {
	stable, canary := w.desired()
	var older int64
	for _, s := range w.others() {
		older += s.ready
	}
	return w.current.want == canary && w.current.ready == canary && w.stable.want == stable && w.stable.pods() == stable &&
		(w.kind == "routed" || older == 0)
}

// blueGreen is one pass over a Rollout with a switch.
func (w *world) blueGreen() {
	w.stable.deadline = 0
	w.stable.scale(w.h)
	w.shrinkAborted()
	w.shrinkOthers()
	s := w.current
	if w.aborted {
		w.active = w.stable
		return
	}
	w.passed = w.passed || w.preview > 0 && s.ready == w.preview
	if s.want == w.h && s.ready == w.h && (w.preview == 0 || w.passed || w.full) {
		w.active = s
	}
	if w.active == s {
		w.stable, w.full = s, false
	}
}

// TestRoutedCounts: upstream's figures for a canary with a router, from the same table as TestCounts.
func TestRoutedCounts(t *testing.T) {
	for _, c := range []struct {
		h, weight, scale, minPods int64
		full                      bool
		want                      int64
	}{{1, 100, 9, 0, false, 9}, {10, 20, 0, 0, false, 2}, {10, 5, 0, 2, false, 2}, {1, 100, 0, 2, true, 1}} {
		w := newWorld(plan{kind: "routed", steps: []step{{weight: c.weight, scale: c.scale}}, minPods: c.minPods}, c.h, 0)
		w.release()
		w.full = c.full
		stable, canary := w.desired()
		require.Equal(t, part{c.h, c.want}, part{stable, canary})
	}
}
