package plan

import (
	"fmt"
	"maps"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

const rollout = "argoproj.io/Rollout"

// strategy is how a workload releases.
type strategy struct {
	name  string // "canary", "blue-green", "rolling", "recreate", "on delete"
	steps int
	gates int // analyses that may stop it
}

// strategyOf reads how a workload releases. A canary without steps is a rolling update by another controller.
func strategyOf(o *manifest.Object) strategy {
	spec := child(o.Tree, "spec")
	switch kindOf(o.Key()) {
	case rollout:
		if b := at(spec, "strategy", "blueGreen"); b != nil {
			gates := 0
			for _, key := range []string{"prePromotionAnalysis", "postPromotionAnalysis"} {
				gates += analyses(at(b, key))
			}
			return strategy{name: "blue-green", gates: gates}
		}
		canary := child(spec, "strategy", "canary")
		s := strategy{name: "canary", steps: len(list(canary["steps"])), gates: analyses(canary["analysis"])}
		for _, step := range list(canary["steps"]) {
			s.gates += analyses(at(step, "analysis")) + len(list(at(step, "experiment", "analyses")))
		}
		if s.steps == 0 {
			s.name = "rolling"
		}
		return s
	case "apps/Deployment":
		if text(spec, "strategy", "type") == "Recreate" {
			return strategy{name: "recreate"}
		}
	case "apps/StatefulSet", "apps/DaemonSet":
		if text(spec, "updateStrategy", "type") == "OnDelete" {
			return strategy{name: "on delete"}
		}
	}
	return strategy{name: "rolling"}
}

func analyses(v any) int { return len(list(at(v, "templates"))) }

func (s strategy) gradual() bool { return s.name == "canary" || s.name == "blue-green" }

// weakerStrategy tells of releases that go to everybody with less of a look.
func weakerStrategy(c *comparison, p *pair) {
	if p.kind != rollout || p.old == nil || p.moved {
		return
	}
	path := manifest.Path{"spec", "strategy"}
	before := strategyOf(p.old)
	now := p.new
	if still(now) {
		return
	}
	if now == nil {
		if now = c.successor(p); now == nil {
			return // the workload goes
		}
		path = nil
	}
	after := strategyOf(now)
	switch {
	case before.gradual() && !after.gradual():
		c.risk(RemovedGuard, c.graver(manifest.Medium, manifest.High), p, path, fmt.Sprintf("a new version replaces the old one at once: the strategy is %s instead of %s", after.name, before.name), "")
	case before.gates > after.gates:
		c.risk(RemovedGuard, c.graver(manifest.Medium, manifest.High), p, path, fmt.Sprintf("fewer analyses may stop a release: %d instead of %d", after.gates, before.gates), "")
	case before.steps > after.steps && after.name == before.name:
		c.risk(RemovedGuard, manifest.Medium, p, path, fmt.Sprintf("a release takes %d steps instead of %d", after.steps, before.steps), "")
	}
}

// successor is the workload of another kind that takes the place of one that goes.
func (c *comparison) successor(p *pair) *manifest.Object {
	for i := range c.pairs {
		q := &c.pairs[i]
		if _, ok := templates[q.kind]; ok && q.action == Added && q.key.Name == p.key.Name && q.key.Namespace == p.key.Namespace {
			return q.new
		}
	}
	return nil
}

// weakerAnalysis tells of gates that let more through. Whether another condition is weaker cannot be told: it is said.
func weakerAnalysis(c *comparison, p *pair) {
	if k := p.key.Kind; p.key.Group != "argoproj.io" || k != "AnalysisTemplate" && k != "ClusterAnalysisTemplate" || p.old == nil || p.new == nil {
		return
	}
	for _, v := range more(at(p.old.Tree, "spec", "dryRun"), at(p.new.Tree, "spec", "dryRun")) {
		c.risk(RemovedGuard, manifest.Medium, p, manifest.Path{"spec", "dryRun"}, fmt.Sprintf("metric %q is only tried: it no longer stops a release", text(v, "metricName")), "")
	}
	after := named(at(p.new.Tree, "spec", "metrics"))
	before := named(at(p.old.Tree, "spec", "metrics"))
	for _, name := range slices.Sorted(maps.Keys(before)) {
		old, new := before[name], after[name]
		path := manifest.Path{"spec", "metrics"}
		switch {
		case new == nil:
			c.risk(RemovedGuard, manifest.Medium, p, path, fmt.Sprintf("metric %q no longer stops a release", name), "")
		case count(at(new, "failureLimit"), 0) > count(at(old, "failureLimit"), 0):
			c.risk(RemovedGuard, manifest.Low, p, path, fmt.Sprintf("metric %q may fail more often before it stops a release", name), "")
		case text(new, "successCondition") != text(old, "successCondition") || text(new, "failureCondition") != text(old, "failureCondition"):
			c.risk(RemovedGuard, manifest.Low, p, path, fmt.Sprintf("metric %q stops a release under another condition: it may let more through", name), "")
		}
	}
}

// named are the elements of a list by their names.
func named(v any) map[string]any {
	out := map[string]any{}
	for _, e := range list(v) {
		out[text(e, "name")] = e
	}
	return out
}

// weakerProbes tells of containers that are no longer looked at, or no longer held.
func weakerProbes(c *comparison, p *pair) {
	before, after, where := p.pods()
	if before == nil || after == nil {
		return
	}
	old := containers(before, "initContainers", "containers")
	for _, k := range containers(after, "initContainers", "containers") {
		was := find(old, k.name)
		if was == nil {
			continue
		}
		for _, g := range []struct {
			path    manifest.Path
			message string
		}{
			{manifest.Path{"readinessProbe"}, "traffic reaches container %q before it is ready"},
			{manifest.Path{"livenessProbe"}, "container %q is no longer restarted when it hangs"},
			{manifest.Path{"startupProbe"}, "container %q no longer gets time to start"},
			{manifest.Path{"resources", "limits", "memory"}, "container %q may take all memory of its node, unless a LimitRange sets a limit"},
			{manifest.Path{"resources", "requests", "memory"}, "the scheduler no longer knows how much memory container %q needs"},
			{manifest.Path{"resources", "requests", "cpu"}, "the scheduler no longer knows how much CPU container %q needs"},
		} {
			a, _ := g.path.Lookup(was)
			b, _ := g.path.Lookup(k.tree)
			if a != nil && b == nil {
				c.risk(RemovedGuard, manifest.Medium, p, where.Join(k.path...).Join(g.path...), fmt.Sprintf(g.message, k.name), "")
			}
		}
	}
}
