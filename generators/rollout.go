package generators

import (
	"math"
	"slices"

	"github.com/argoproj/argo-rollouts/pkg/apis/rollouts/v1alpha1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/tenantsmith/tenantsmith/schemas"
)

const (
	rolloutsAPI = "argoproj.io/v1alpha1"

	rollbackRevisions = 2    // how far back a rollback skips the steps; less than historyLimit
	runHistory        = 3    // analysis runs kept of each outcome
	stepPause         = "5m" // between two weights when nothing is measured
	leastKeepOld      = 30   // seconds, so that every node learns of a switch before the old pods go
	routedDelay       = 60   // seconds that the old pods stay after the last weight, so that routers learn of it
	abortDelay        = 60   // seconds that a refused new version stays, to be looked at
)

// plainRollout is a Rollout that is written field by field, as other objects are. The original writes
// its spec itself, empty structs included, and takes long for it.
type (
	plainRollout struct {
		metav1.TypeMeta   `json:",inline"`
		metav1.ObjectMeta `json:"metadata"`
		Spec              plainRolloutSpec `json:"spec"`
	}
	plainRolloutSpec v1alpha1.RolloutSpec
)

func plain(r *v1alpha1.Rollout) *plainRollout {
	return &plainRollout{TypeMeta: r.TypeMeta, ObjectMeta: r.ObjectMeta, Spec: plainRolloutSpec(r.Spec)}
}

// rollout runs a service with Argo Rollouts.
func (in input) rollout(name string, s schemas.Service) *v1alpha1.Rollout {
	r := &v1alpha1.Rollout{
		TypeMeta:   kind(rolloutsAPI, "Rollout"),
		ObjectMeta: in.meta(name, name),
		Spec: v1alpha1.RolloutSpec{
			Replicas:                in.replicas(s),
			Selector:                &metav1.LabelSelector{MatchLabels: in.workloadSelector(name)},
			Template:                in.podTemplate(name, s),
			MinReadySeconds:         minReadySeconds,
			RevisionHistoryLimit:    new(historyLimit),
			ProgressDeadlineSeconds: new(in.patience(s)),
			ProgressDeadlineAbort:   true,
		},
	}
	if in.measured(name, s) != nil || in.beforeSwitch(name, s) != nil {
		r.Spec.Analysis = &v1alpha1.AnalysisRunStrategy{
			SuccessfulRunHistoryLimit: new(int32(runHistory)), UnsuccessfulRunHistoryLimit: new(int32(runHistory)),
		}
	}
	switch {
	case routed(s, in.env.Cluster):
		r.Spec.Strategy.Canary = in.routedCanary(name, s)
	case strategy(s, in.env.Cluster) == canary:
		r.Spec.RollbackWindow = &v1alpha1.RollbackWindowSpec{Revisions: rollbackRevisions}
		r.Spec.Strategy.Canary = in.canary(name, s)
	case strategy(s, in.env.Cluster) == blueGreen:
		r.Spec.Strategy.BlueGreen = in.blueGreen(name, s)
	default:
		over, under := surge(s)
		r.Spec.Strategy.Canary = &v1alpha1.CanaryStrategy{MaxSurge: over, MaxUnavailable: under}
	}
	return r
}

// canary gives the new version a growing share of the pods, and so of the requests. It names no
// Services: without a router, one for the old version would send all requests to ever fewer pods.
func (in input) canary(name string, s schemas.Service) *v1alpha1.CanaryStrategy {
	over, under := surge(s)
	return &v1alpha1.CanaryStrategy{MaxSurge: over, MaxUnavailable: under, Steps: in.steps(name, s)}
}

// routedCanary gives the new version a share of the requests, or those that an A/B test chooses, by
// way of the router. The old version keeps all its pods until the end, so that it can take everything
// back at once. There is no way back past the steps: it would give one pod the last weight.
func (in input) routedCanary(name string, s schemas.Service) *v1alpha1.CanaryStrategy {
	c := &v1alpha1.CanaryStrategy{
		StableService:               name,
		CanaryService:               canaryService(name),
		Steps:                       in.steps(name, s),
		TrafficRouting:              &v1alpha1.RolloutTrafficRouting{},
		ScaleDownDelaySeconds:       new(int32(routedDelay)),
		ScaleDownDelayRevisionLimit: new(int32(1)),
		AbortScaleDownDelaySeconds:  new(int32(abortDelay)),
	}
	if s.Router(in.env.Cluster) == schemas.Istio {
		c.TrafficRouting.Istio = in.istio(name, s)
	} else {
		c.TrafficRouting.Plugins = in.plugin(name, s)
	}
	c.TrafficRouting.ManagedRoutes = managed(in.awakeSteps(name, s))
	return c
}

// wait is what follows a weight: measurements where there are any, time otherwise.
func (in input) wait(name string, s schemas.Service) v1alpha1.CanaryStep {
	if a := in.measured(name, s); a != nil {
		return v1alpha1.CanaryStep{Analysis: a}
	}
	return pause(stepPause)
}

// weights are the shares of the new version that its pods can represent, ascending. With R pods and
// one more during a release, the smallest share is 1/(R+1): less is raised to it, since it would be
// the same pods under a smaller number, and what then repeats is dropped.
func weights(s schemas.Service) []int32 {
	least, out := s.LeastShare(), ascending(s.Release.Weights)
	for i, w := range out {
		out[i] = max(w, least)
	}
	return slices.Compact(out)
}

// ascending are the weights that are a share, neither nothing nor everything, each once; half where
// there are none.
func ascending(weights []int32) []int32 {
	var out []int32
	for _, w := range weights {
		if w > 0 && w < 100 {
			out = append(out, w)
		}
	}
	if len(out) == 0 {
		return []int32{50}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// blueGreen runs both versions whole and switches the requests from one to the other.
//
// Before the switch the new version sees test requests only, so the measurements there refuse a bad
// version but do not hold one that nobody asked; after it they are the gate that the tenant wrote,
// and a version that fails it is switched back.
//
// While the tenant sleeps, nothing is measured and nothing is switched: see asleep.
func (in input) blueGreen(name string, s schemas.Service) *v1alpha1.BlueGreenStrategy {
	out := &v1alpha1.BlueGreenStrategy{
		ActiveService:               name,
		PreviewService:              previewService(name),
		AutoPromotionEnabled:        new(!manual(s)),
		ScaleDownDelaySeconds:       new(keepOld(s)),
		ScaleDownDelayRevisionLimit: new(int32(1)),
		AbortScaleDownDelaySeconds:  new(int32(abortDelay)),
		PrePromotionAnalysis:        in.beforeSwitch(name, s),
		PostPromotionAnalysis:       in.measured(name, s),
	}
	if in.sleeps() {
		out.AutoPromotionEnabled, out.PrePromotionAnalysis, out.PostPromotionAnalysis = new(false), nil, nil
	}
	return out
}

func keepOld(s schemas.Service) int32 {
	return int32(min(max(schemas.Milliseconds(s.Release.KeepOld)/1000, leastKeepOld), math.MaxInt32))
}

func manual(s schemas.Service) bool { return s.Release.Approval == "manual" }
