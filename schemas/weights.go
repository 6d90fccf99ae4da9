package schemas

import (
	"fmt"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// pods are the fewest and the most pods that the service has between releases.
func (s Service) pods() (least, most int32) {
	switch {
	case s.Autoscaling != nil:
		return max(s.Autoscaling.Min, 1), max(s.Autoscaling.Max, 1)
	case s.Replicas != nil:
		return max(*s.Replicas, 1), max(*s.Replicas, 1)
	}
	return 1, 1
}

// LeastShare is the smallest share of the requests that a new version can have without a router, in
// percent: one pod beside all others, rounded up.
func (s Service) LeastShare() int32 {
	pods, _ := s.pods()
	return (100 + pods) / (pods + 1)
}

// podsOf counts pods.
func podsOf(n int32) string {
	if n == 1 {
		return "1 pod"
	}
	return fmt.Sprintf("%d pods", n)
}

// isAscending reports whether each weight is above the one before it.
func isAscending(weights []int32) bool {
	for i := range weights {
		if i > 0 && weights[i] <= weights[i-1] {
			return false
		}
	}
	return true
}

// weights warns of shares that the pods of a service cannot have: without a router the share of a
// version is that of its pods, and the smallest is one pod beside all others. A step to the share of
// another is none.
func (e *resolved) weights(at manifest.Path, n *manifest.Node, s Service) {
	if !e.asked(n.Get("release"), "weights") || s.Release.Strategy != "canary" || s.Router(e.cluster) != NoRouter {
		return
	}
	if s.Release.Steps != nil || !isAscending(s.Release.Weights) {
		return // that is told, and what becomes of the weights is open
	}
	pods, _ := s.pods()
	least := s.LeastShare()
	there := slices.Contains(s.Release.Weights, least)
	for i, w := range s.Release.Weights {
		if w <= 0 || w >= least {
			continue
		}
		p := e.complain(at.Join("weights", i), "is raised to %d here: without a router, %s and one more cannot have a smaller share", least, podsOf(pods))
		p.Severity, p.Remedy = manifest.Warning, fmt.Sprintf("set %s to %d", p.Field, least)
		if there {
			p.Message = fmt.Sprintf("is dropped here: without a router, %s and one more cannot have a smaller share than %d, which another weight has", podsOf(pods), least)
			p.Remedy = "remove " + p.Field
		}
		there = true
		if enough := (99+w)/w - 1; int64(enough) <= e.mostPods() {
			p.Remedy += fmt.Sprintf(", or run at least %s", podsOf(enough))
		}
	}
}
