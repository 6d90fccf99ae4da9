package generators

import (
	"github.com/argoproj/argo-rollouts/pkg/apis/rollouts/v1alpha1"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// sleeps reports whether nothing of the tenant runs: it is suspended or offboarding. Its workloads are
// there with no pods, and nothing scales them; pod templates, routes, volumes, budgets and guard rails
// are those of the tenant awake, so that it wakes as it fell asleep.
func (in input) sleeps() bool { return in.env.Sleeps() }

// awake is the tenant as if it were active.
func (in input) awake() input {
	env := *in.env
	env.Spec.Lifecycle = manifest.Active
	return input{in.tenant, &env}
}

// awakeObjects are the objects that a quota is made of: those of the tenant awake, which must find the
// same room when it wakes. The first argument is what the tenant has now.
func (in input) awakeObjects(now []manifest.Object) []manifest.Object {
	if !in.sleeps() {
		return now
	}
	return in.awake().all()
}

// asleep are the steps of a release that waits until the tenant wakes. A new version gets no requests and
// no pods; steps with a number of pods of their own would start them, and measurements would find nothing
// to measure and refuse the version. With other steps the controller begins a release that is under way
// again from the first of them.
func asleep() []v1alpha1.CanaryStep {
	return []v1alpha1.CanaryStep{{SetWeight: new(int32(0))}, {Pause: &v1alpha1.RolloutPause{}}}
}
