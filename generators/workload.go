package generators

import (
	"iter"
	"math"
	"strconv"

	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// The ways in which a new version replaces the old one that this package knows how to write.
const (
	rolling   = "rolling"
	canary    = "canary"
	blueGreen = "blueGreen"
	abTest    = "abTest"
)

// What every workload gets, in seconds. backOff is the longest time after which a controller tries
// again to start pods that a quota refused.
const (
	minReadySeconds  = 10
	releaseDeadline  = 900
	releaseSlack     = 600 // scheduling, pulling the image, a refused pod
	quotaSlack       = 300 // the same, once the quota has room
	backOff          = 1000
	longestWait      = 3600
	historyLimit     = int32(5)
	defaultGrace     = int64(30)
	operatorRollouts = "rollouts"
)

// workloads make the object that runs each service: a StatefulSet where its pods keep what is theirs, otherwise a
// Rollout, or a Deployment where the cluster has no Argo Rollouts.
func workloads(in input) []object {
	var out []object
	for name, s := range in.running() {
		switch {
		case isSet(s):
			set := in.statefulSet(name, s)
			in.inPhase(&set.ObjectMeta, in.level(name))
			out = append(out, of(name, set))
		case in.env.Cluster != nil && in.env.Cluster.Has(operatorRollouts):
			out = append(out, of(name, plain(in.rollout(name, s))))
		default:
			out = append(out, of(name, in.deployment(name, s)))
		}
	}
	return out
}

// of is an object that the service asked for.
func of(service string, typed any) object {
	return object{owner: manifest.OwnerWorkload, subject: servicePath(service), typed: typed}
}

// running are the services whose pods never end, sorted by name.
func (in input) running() iter.Seq2[string, schemas.Service] {
	return func(yield func(string, schemas.Service) bool) {
		for _, name := range in.services() {
			if s := in.env.Spec.Services[name]; runs(s) && !yield(name, s) {
				return
			}
		}
	}
}

// podded are the services that have pods, sorted by name.
func (in input) podded() iter.Seq2[string, schemas.Service] {
	return func(yield func(string, schemas.Service) bool) {
		for _, name := range in.services() {
			if s := in.env.Spec.Services[name]; (runs(s) || ends(s)) && !yield(name, s) {
				return
			}
		}
	}
}

// ends reports whether the pods of the service end by themselves.
func ends(s schemas.Service) bool { return s.Kind == "job" || s.Kind == "cronjob" }

// runs reports whether the pods of the service never end.
func runs(s schemas.Service) bool { return s.Kind == "service" || s.Kind == "worker" || isSet(s) }

// isSet reports whether each pod of the service has a name and volumes of its own.
func isSet(s schemas.Service) bool { return s.Kind == "statefulset" }

// strategy is how the cluster can release the service. It falls back to rolling where it has to:
// for a StatefulSet, which replaces pod by pod; without Argo Rollouts; for a service with a claim, whose versions
// cannot run side by side on two nodes; for a switch without a port that traffic could be switched on; and for a choice of requests,
// which takes a router. An A/B test that outlasts a release is none: its second version is a workload
// of its own, and the first is released as if there were no test.
func strategy(s schemas.Service, c *schemas.Cluster) string {
	switch {
	case isSet(s) || c == nil || !c.Has(operatorRollouts) || hasClaim(s):
		return rolling
	case s.Release.Strategy == canary:
		return canary
	case s.Release.Strategy == blueGreen && len(s.Ports) > 0:
		return blueGreen
	case s.Release.Strategy == abTest && s.Release.Image == "" && chooses(s.Release.Match) && s.Router(c) != schemas.NoRouter:
		return abTest
	}
	return rolling
}

// routed reports whether a release of the service gives the new version requests by way of a router.
func routed(s schemas.Service, c *schemas.Cluster) bool {
	way := strategy(s, c)
	return way == abTest || way == canary && s.Router(c) != schemas.NoRouter
}

// workloadSelector finds the pods of a service. The selector of a workload can never be changed, so
// neither may this map.
func (in input) workloadSelector(name string) map[string]string {
	return map[string]string{labelName: name, labelTenant: in.tenant.Name}
}

// replicas are nil where an autoscaler decides: a number beside it would be fought over.
func (in input) replicas(s schemas.Service) *int32 {
	if in.sleeps() {
		return new(int32(0))
	}
	if s.Autoscaling != nil {
		return nil
	}
	return new(fixedReplicas(s))
}

// deadline is after how many seconds without progress a release has failed. A pod that may take long
// to start, or whose predecessor may take long to stop, is given that time on top.
func deadline(s schemas.Service) int32 {
	start := startSeconds(s.Probes)
	for _, c := range s.Sidecars { // one after the other
		start += startSeconds(c.Probes)
	}
	return max(releaseDeadline, minReadySeconds+start+int32(grace(s))+releaseSlack)
}

// patience is the deadline of a Rollout. A release that keeps old pods for a while leaves no room in
// the quota for a third version: one that comes in between has to out-wait them, and the controller.
// Nobody should wait hours to learn that pods do not start, so there is an end to it.
func (in input) patience(s schemas.Service) int32 {
	var kept int32
	switch {
	case routed(s, in.env.Cluster):
		kept = routedDelay
	case strategy(s, in.env.Cluster) == blueGreen:
		kept = min(keepOld(s), longestWait)
	default:
		return deadline(s)
	}
	return int32(min(max(int64(deadline(s)), int64(kept)+backOff+quotaSlack), math.MaxInt32))
}

// surge is fenceposts as the API wants them: a percentage is a string with its sign, since Rollouts
// read a bare number in quotes as percent.
func surge(s schemas.Service) (maxSurge, maxUnavailable *intstr.IntOrString) {
	percent, unavailable := fenceposts(s)
	over, under := intstr.FromInt32(percent), intstr.FromInt32(unavailable)
	if percent > 0 {
		over = intstr.FromString(strconv.Itoa(int(percent)) + "%")
	}
	return &over, &under
}
