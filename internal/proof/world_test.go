package proof

import (
	"math/rand/v2"
	"slices"
)

// plan is how a workload releases.
type plan struct {
	kind               string // Deployment, canary, routed or blueGreen
	surge, unavailable string
	steps              []step
	minPods            int64
	preview            int64 // 0 for none
	delay, abortDelay  int
	limit              int // versions kept at once
}

// step sets a weight, or the canary's scale where scale is above 0, or pauses where weight is negative.
type step struct{ weight, scale int64 }

// set is a ReplicaSet. Pods that are too many are stopped at once, those that are not ready first; missing ones come one by one.
type set struct {
	want, ready, starting int64
	deadline              int // when a kept version goes; 0 for none
}

func (s *set) pods() int64 { return s.ready + s.starting }

// scale returns whether it changed anything.
func (s *set) scale(n int64) bool {
	changed := s.want != n
	s.want = n
	s.starting = max(0, min(s.starting, n-s.ready))
	s.ready = min(s.ready, n)
	return changed
}

// world is one workload, its controller and the quota on its pods.
type world struct {
	plan
	h, quota, highest       int64
	now, step               int
	sets                    []*set // in the order of their revisions
	current, stable, active *set
	served                  *set // what the canary Service selects, behind a router
	aborted, full, passed   bool // passed: the preview has been looked at
}

func newWorld(p plan, h, quota int64) *world {
	first := &set{want: h, ready: h}
	return &world{plan: p, h: h, quota: quota, highest: h, step: len(p.steps), sets: []*set{first}, current: first, stable: first, active: first, served: first}
}

func (w *world) total(of func(*set) int64) int64 {
	var n int64
	for _, s := range w.sets {
		n += of(s)
	}
	return n
}

func (w *world) pods() int64  { return w.total((*set).pods) }
func (w *world) ready() int64 { return w.total(func(s *set) int64 { return s.ready }) }

// others are the sets that are neither new nor stable, the newest first.
func (w *world) others() []*set {
	var out []*set
	for _, s := range slices.Backward(w.sets) {
		if s != w.current && s != w.stable {
			out = append(out, s)
		}
	}
	return out
}

// calm says whether at most one version has pods, so that a release may begin; ended whether the last one is over.
func (w *world) calm() bool {
	n := 0
	for _, s := range w.sets {
		if s.want+s.pods() > 0 {
			n++
		}
	}
	return n <= 1
}

func (w *world) ended() bool {
	s := w.stable
	return (w.current == w.stable || w.aborted) && w.calm() && s.want == w.h && s.ready == w.h
}

func (w *world) release() {
	w.current = &set{}
	w.sets = append(w.sets, w.current)
	w.step, w.aborted, w.full, w.passed = 0, false, false, false
}

// rollBack applies the stable version again.
func (w *world) rollBack() {
	w.current = w.stable
	w.step, w.aborted, w.full, w.passed = len(w.steps), false, false, false
}

func (w *world) abort() {
	if w.current != w.stable && w.kind != "Deployment" {
		w.aborted, w.full = true, false
	}
}

func (w *world) promote() {
	if w.current != w.stable && w.kind != "Deployment" {
		w.full, w.aborted = true, false
	}
}

// create starts a missing pod of a set, if the quota lets it.
func (w *world) create(s *set) {
	if s.pods() < s.want && w.pods() < w.quota {
		s.starting++
		w.highest = max(w.highest, w.pods())
	}
}

func (s *set) makeReady() {
	if s.starting > 0 {
		s.starting--
		s.ready++
	}
}

// settle lets time go by with nobody interfering, pods coming in any order, until the release has ended or cannot.
func (w *world) settle(seed uint64) bool {
	for i := range 400 + 2*(w.delay+w.abortDelay) {
		w.burst(seed + uint64(i))
		w.now++
		if w.ended() {
			return true
		}
	}
	return false
}

// burst is a while in which the controller passes several times, and pods come and become ready in any order.
func (w *world) burst(seed uint64) {
	r := rand.New(rand.NewPCG(seed, 0))
	for range 8 {
		w.reconcile()
	}
	for _, act := range []func(*set){w.create, (*set).makeReady} {
		for _, i := range r.Perm(len(w.sets)) {
			for range 1 + r.IntN(12) {
				act(w.sets[i])
			}
		}
	}
}

func (w *world) reconcile() {
	switch w.kind {
	case "Deployment":
		w.rolling()
	case "blueGreen":
		w.blueGreen()
	default:
		w.canary()
	}
}

// rolling is one pass of a Deployment: first its new ReplicaSet grows as far as the surge allows, then old ones shrink.
func (w *world) rolling() {
	surge, unavailable := fences(w.surge, w.unavailable, w.h)
	if w.h == 0 {
		surge = 0
	}
	all := w.total(func(s *set) int64 { return s.want })
	grown := w.current.want + max(0, min(w.h+surge-all, w.h-w.current.want))
	if w.current.scale(min(grown, w.h)) {
		return
	}
	spare := all - (w.h - unavailable) - (w.current.want - w.current.ready)
	for _, s := range w.sets {
		if s != w.current && spare > 0 {
			dead := min(s.want-s.ready, spare)
			s.scale(s.want - dead)
			spare -= dead
		}
	}
	spare = w.ready() - (w.h - unavailable)
	for _, s := range w.sets {
		if s != w.current && spare > 0 {
			n := min(s.want, spare)
			s.scale(s.want - n)
			spare -= n
		}
	}
	if w.calm() && w.current.ready == w.h {
		w.stable = w.current
	}
}
