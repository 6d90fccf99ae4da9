// Package proof shows, before a commit, that no release of a tenant dead-locks on its quota.
//
// The claim: [Measure] counts, for each workload among the objects of one tenant in one environment, the most pods that its
// controller ever wants while one version replaces another, and what they count for in a ResourceQuota. If the sum of these
// peaks fits every quota ([Measurement.Fit]), then no pod of such a release is refused for good, so that the quota cannot be
// what stops the release.
//
// Why it holds. Every peak is a bound on the sum of spec.replicas of all ReplicaSets that take part, for every number of
// replicas up to the autoscaler's maximum, every step and every abort: H + surge where the controller counts pods itself, 2H
// where a switch or a router divides the traffic, and behind a router one more: a version that overtakes another needs a ready
// pod before the controller lets go of the one that the canary Service selects. A third version that arrives while an old one
// is kept can ask for more; its pods are refused, but only until the old version's delay has passed, and ReplicaSets try again. The tests contain a simulator
// of the controllers, written from their documented arithmetic, that searches for a counterexample: pods above a peak, or a
// release that never ends under a quota as large as the peak.
//
// What it rests on is listed in [Measurement.Assumptions]; what it cannot bound is a problem in [Measurement.Unbounded]. All
// arithmetic is exact, on quantities and integers.
package proof

import (
	"cmp"
	"slices"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// The checks that a measurement reports under.
const (
	CheckPeak    = "TS-QUO-101" // a release fits its quota
	CheckSteady  = "TS-QUO-102" // what runs between releases fits the entitlement
	CheckRefused = "TS-QUO-103" // a pod that admission refuses
)

// Demand is an amount for each resource, under the names that a ResourceQuota uses: requests.cpu, limits.memory,
// fast.storageclass.storage.k8s.io/requests.storage, pods, count/jobs.batch and so on.
type Demand map[string]resource.Quantity

// Facts are what a proof must know beside the objects.
type Facts struct {
	// Sidecar is what a mesh adds to every pod that does not refuse it; nil adds nothing.
	Sidecar *Resources
}

// Resources are amounts by cpu, memory.
type Resources struct{ Requests, Limits map[string]resource.Quantity }

// Need is what one workload needs.
type Need struct {
	Key manifest.Key
	// Subject is the object's: the field of the tenant that asked for it.
	Subject string
	// Steady and Peak are the most pods between releases, and at the worst moment of one.
	Steady, Peak int64
	// Why says how the peak comes about: "both versions whole", "surge of 25 %".
	Why string
	// Pod is what one pod counts for.
	Pod Demand
	// SteadyDemand and PeakDemand are for all pods and claims. No sidecar is included in any of the three.
	SteadyDemand, PeakDemand Demand

	steady, peak usage
}

// Measurement is what a set of objects needs at most.
type Measurement struct {
	// Needs are sorted by key.
	Needs []Need
	// Steady and Peak are the sums over all needs and object counts, without sidecars, which are in the other two.
	Steady, Peak             Demand
	SteadySidecars, Sidecars Demand
	// Refused are pods and claims that admission would refuse.
	Refused []manifest.Problem
	// Unbounded are workloads that cannot be counted.
	Unbounded []manifest.Problem
	// Assumptions are what the figures rest on, sorted.
	Assumptions []string

	spaces  map[string]*space
	sidecar amounts
}

// space is what counts in one namespace.
type space struct {
	limits       []limitRange
	required     []required
	classless    bool    // a claim leaves its storage class to the cluster
	byClass      bool    // a quota counts claims by class
	steady, peak amounts // pods, claims and object counts
	// injected are the pods that get a sidecar.
	injectedSteady, injectedPeak int64
	loads                        struct{ steady, peak usage }
}

// Headroom is how much of a resource a release of the workload needs beside what it needs anyway.
func (n *Need) Headroom(name string) resource.Quantity {
	return headroom(n.PeakDemand, n.SteadyDemand, name)
}

// Headroom is how much of a resource the releases of all workloads need beside what they need anyway.
func (m Measurement) Headroom(name string) resource.Quantity { return headroom(m.Peak, m.Steady, name) }

func headroom(peak, steady Demand, name string) resource.Quantity {
	more, base := peak[name], steady[name]
	more = more.DeepCopy() // its decimal form is shared by plain copies
	more.Sub(base)
	return more
}

// Measure counts what the objects of one tenant in one environment need. Objects of any shape are allowed: what cannot be read
// is a problem in the result.
func Measure(objects []manifest.Object, f Facts) Measurement {
	m := newMeasurer(objects, f)
	for i := range objects {
		w := m.work(objects[i])
		if w.measure() {
			m.addNeed(w)
		}
		w.count()
	}
	m.assume()
	return m.finish()
}

func (m *measurer) addNeed(w *work) {
	n := &w.need
	n.Key, n.Subject = w.key, w.object.Subject
	n.Steady, n.Peak = n.steady.pods(), n.peak.pods()
	steady, peak := n.steady.demand(w.steadyClaims), n.peak.demand(w.peakClaims)
	n.SteadyDemand, n.PeakDemand = steady.demand(), peak.demand()
	m.out.Needs = append(m.out.Needs, *n)
	s := m.space(w.key.Namespace)
	s.steady.add(steady)
	s.peak.add(peak)
	s.injectedSteady += n.steady.injected()
	s.injectedPeak += n.peak.injected()
	s.loads.steady = append(s.loads.steady, n.steady...)
	s.loads.peak = append(s.loads.peak, n.peak...)
}

func (m *measurer) finish() Measurement {
	out := &m.out
	slices.SortStableFunc(out.Needs, func(a, b Need) int { return compareKeys(a.Key, b.Key) })
	out.Refused = eachOnce(manifest.SortProblems(out.Refused))
	out.Unbounded = manifest.SortProblems(out.Unbounded)
	slices.Sort(out.Assumptions)
	out.Assumptions = slices.Compact(out.Assumptions)
	for _, s := range out.spaces {
		out.Steady.addAll(s.steady)
		out.Peak.addAll(s.peak)
		out.SteadySidecars.addTimes(out.sidecar, s.injectedSteady)
		out.Sidecars.addTimes(out.sidecar, s.injectedPeak)
	}
	return *out
}

func compareKeys(a, b manifest.Key) int {
	return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Group, b.Group),
		cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
}

// eachOnce keeps one problem of each container: what breaks one bound mostly breaks others.
func eachOnce(problems []manifest.Problem) []manifest.Problem {
	seen := map[string]bool{}
	return slices.DeleteFunc(problems, func(p manifest.Problem) bool {
		place := p.Object.String() + " " + p.Path.String()
		again := seen[place]
		seen[place] = true
		return again
	})
}
