package generators

import (
	"github.com/tenantsmith/tenantsmith/schemas"
)

// surgePercent is how many pods a release may start above the wanted number before it stops old ones.
// A quarter is one pod for small services, and keeps releases of large ones short.
const surgePercent = 25

// minReplicas is the fewest pods the service runs between releases.
func minReplicas(s schemas.Service) int32 {
	if s.Autoscaling != nil {
		return max(s.Autoscaling.Min, 1)
	}
	return fixedReplicas(s)
}

// maxReplicas is the most pods the service runs between releases.
func maxReplicas(s schemas.Service) int32 {
	if s.Autoscaling != nil {
		return max(s.Autoscaling.Max, minReplicas(s))
	}
	return fixedReplicas(s)
}

func fixedReplicas(s schemas.Service) int32 {
	if s.Replicas == nil {
		return 1
	}
	return max(*s.Replicas, 0)
}

// fenceposts are how many pods a release without a switch may start above the wanted number, in
// percent, and stop below it, as a number.
//
// A claim can be mounted by the pods of one node only, so a new pod on another node would wait for
// an old one that waits for it: such a service stops a pod first.
func fenceposts(s schemas.Service) (surge, unavailable int32) {
	if hasClaim(s) {
		return 0, 1
	}
	return surgePercent, 0
}
