package schemas

import (
	"fmt"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// A tier says how services are released as a rule. Where a service cannot be released like that and
// nobody asked for it, the service is replaced pod by pod instead: settled here, when the layers are
// merged, so that generators and people see the same. What a person asked for is never changed but
// refused: see releases.

// settle makes the releases that come from the tier alone ones that the services can have.
func (r *resolver) settle(spec *manifest.Node, env string) *manifest.Node {
	cluster := r.clusterOf(env)
	list := spec.Get("services")
	if cluster == nil || list == nil || list.Kind != manifest.Map {
		return spec
	}
	out := *list
	out.Fields = slices.Clone(list.Fields)
	changed := false
	for i, f := range list.Fields {
		out.Fields[i].Value = r.settleService(f.Value, cluster)
		changed = changed || out.Fields[i].Value != f.Value
	}
	if !changed {
		return spec
	}
	return replaced(spec, "services", &out)
}

func (r *resolver) settleService(s *manifest.Node, c *Cluster) *manifest.Node {
	rel := s.Get("release")
	if rel == nil || rel.Kind != manifest.Map {
		return s
	}
	next := rel
	if strategy := rel.Get("strategy"); strategy != nil && isObstructed(s, text(strategy.Value), c) && !r.insists(rel) {
		rolling := *strategy
		rolling.Value = "rolling"
		next = replaced(reconcileRelease(rel, mapOf("strategy", &rolling)), "strategy", &rolling)
		if r.asked(rel, "approval") {
			// It stays, to be told that it has no effect.
			next = with(next, "approval", rel.Get("approval").Position, rel.Get("approval"))
		}
	}
	if next.Get("gate") != nil && (ungated(s) || !c.Has("prometheus")) && !r.chosen(rel, "gate") {
		next = without(next, "gate")
	}
	if next == rel {
		return s
	}
	return replaced(s, "release", next)
}

// insists reports whether a person asked for the strategy, or the tenant for something that only goes
// with one.
func (r *resolver) insists(rel *manifest.Node) bool {
	if r.chosen(rel, "strategy") {
		return true
	}
	return slices.ContainsFunc(rel.Fields, func(f manifest.Field) bool {
		return strategies[f.Key] != nil && f.Key != "approval" && r.asked(rel, f.Key)
	})
}

// asked reports whether a field of a release is one of the tenant, not of all tenants.
func (r *resolver) asked(rel *manifest.Node, key string) bool {
	at, ok := rel.Find(manifest.Path{key})
	return ok && isYAML(at.File) && at.File != platformFile
}

// chosen reports whether a person gave a field of a release, as one of the tenant or for all of the
// platform's: what a tier gives is a rule to fall back on, also when the tier is the platform's own.
func (r *resolver) chosen(rel *manifest.Node, key string) bool {
	at, ok := rel.Find(manifest.Path{key})
	if !ok || !isYAML(at.File) {
		return false
	}
	tier := r.tier()
	if tier == nil {
		return true
	}
	given, ok := r.tiers.Find(manifest.Path{tier.Name, "service", "release", key})
	return !ok || given != at
}

// clusterOf is the cluster of an environment; that of the tenant's first one for "".
func (r *resolver) clusterOf(env string) *Cluster {
	own := r.doc.Get("spec").Get("environments")
	for i := range r.facts.Environments {
		e := &r.facts.Environments[i]
		if own.Get(e.Name) != nil && (env == "" || env == e.Name) {
			return r.facts.Clusters[e.Cluster]
		}
	}
	return nil
}

// settlesLikeBase reports whether releases settle in an environment as they do without any.
func (r *resolver) settlesLikeBase(env string) bool {
	a, b := r.clusterOf(env), r.clusterOf("")
	return a == b || a != nil && b != nil && a.Has("rollouts") == b.Has("rollouts") && a.Has("prometheus") == b.Has("prometheus") &&
		a.Router == b.Router && a.Sidecars() == b.Sidecars()
}

// releases refuses releases that a person asked for and that the service cannot have, and claims that
// several pods would have to mount.
func (e *resolved) releases() {
	for _, name := range sortedKeys(e.environment.Spec.Services) {
		s := e.environment.Spec.Services[name]
		path := manifest.Path{"spec", "services", name}
		n, _ := e.value(path)
		if slices.Contains(e.tier.Allows.Strategies, s.Release.Strategy) {
			e.obstructed(path, n, s)
		}
		e.thresholds(path.Join("release", "gate"), n, s.Release)
		if s.Release.Gate != nil && ungated(n) && !e.isPruned(path.Join("ports")) {
			p := e.complain(path.Join("release", "gate"), "needs a service with ports: its metrics are those of requests")
			p.Remedy = fmt.Sprintf("remove %s", p.Field)
		}
		at := path.Join("release", "approval")
		if e.asked(n.Get("release"), "approval") && s.Release.Approval == "manual" && s.Release.Strategy == "rolling" {
			e.complain(at, "has no effect: a rolling release waits for nobody").Severity = manifest.Warning
		}
		e.mountedOnce(path, s, claimed(n))
		if !e.isTorn(path) {
			e.progressive(path, n, s)
			e.releaseFields(path, n, s)
			e.scaling(path, s)
		}
	}
}

// releaseFields judges the fields of the strategies against each other and the cluster.
func (e *resolved) releaseFields(path manifest.Path, n *manifest.Node, s Service) {
	at := path.Join("release")
	e.test(at, n, s)
	e.kept(at, s)
	e.smoke(at, s)
	e.weights(at, n, s)
	e.steps(at, n)
}

// mountedOnce refuses claims of a service that runs more than one pod.
func (e *resolved) mountedOnce(path manifest.Path, s Service, claims []int) {
	pods, field := int32(1), "replicas"
	switch {
	case s.Kind != "service" && s.Kind != "worker":
		return // the pods of a statefulset have a claim each, the others run once
	case s.Autoscaling != nil:
		pods, field = s.Autoscaling.Max, "autoscaling"
	case s.Replicas != nil:
		pods = *s.Replicas
	}
	if pods <= 1 || e.isPruned(path.Join("replicas")) || e.isPruned(path.Join("autoscaling")) {
		return
	}
	for _, i := range claims {
		p := e.complain(path.Join("volumes", i, "claim"), "cannot be mounted by several pods, and the service runs up to %d", pods)
		instead := ""
		if field == "autoscaling" {
			instead = " instead of autoscaling"
		}
		p.Remedy = fmt.Sprintf("set replicas to 1%s, use emptyDir, or accessMode ReadWriteMany of a class that can", instead)
	}
}

// measures reports whether the gate has a threshold.
func (g *Gate) measures() bool { return g != nil && (g.SuccessRate != nil || g.P99 != "") }

// thresholds refuses a gate of the tenant that measures nothing; n is the service. What the platform
// says of all gates alone is none, and one beside a long test is told as idle.
func (e *resolved) thresholds(at manifest.Path, n *manifest.Node, r Release) {
	if r.Gate != nil && !r.Gate.measures() && !r.isLong() && e.asked(n.Get("release"), "gate") && !e.isPruned(at.Join("successRate")) && !e.isPruned(at.Join("p99")) {
		p := e.complain(at, "measures nothing: it has neither successRate nor p99")
		p.Remedy = fmt.Sprintf("set %s.successRate or %s.p99", p.Field, p.Field)
	}
}
