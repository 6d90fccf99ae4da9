package plan

import (
	"fmt"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// restarting are kinds whose pods are replaced when their template changes.
var restarting = map[string]bool{"apps/Deployment": true, "apps/ReplicaSet": false, "apps/StatefulSet": true, "apps/DaemonSet": true, rollout: true}

var templatePath = manifest.Path{"spec", "template"}

// restart marks the fields that replace pods, and tells how.
func restart(c *comparison, p *pair) {
	if p.new == nil && restarting[p.kind] && !idle(p.old) {
		if next := c.successor(p); next != nil {
			p.replaced = true
			c.risk(PodRestart, c.graver(manifest.Medium, manifest.High), p, nil,
				fmt.Sprintf("its pods stop with it, whether those of %s %s are ready or not", next.Kind(), next.Name()), "keep both for a while, and remove the old one in a change of its own")
		}
	}
	if p.old == nil || p.new == nil {
		return
	}
	switch {
	case p.kind == postgres:
		c.restartDatabase(p)
	case p.kind == "batch/Job" && p.hashed && at(p.new.Tree, "spec", "suspend") != true:
		c.risk(PodRestart, manifest.Low, p, templatePath, "this is another Job: it runs, from the start", "")
	case !restarting[p.kind]:
	case p.action == Recreated:
		if idle(p.old) && idle(p.new) {
			return
		}
		for i := range p.fields {
			p.fields[i].restarts = p.fields[i].recreates
		}
		c.risk(PodRestart, c.graver(manifest.Medium, manifest.High), p, p.recreating(), "the pods stop with the old object, before there are new ones", immutables[p.kind].remedy)
	default:
		c.restartTemplate(p)
	}
}

// recreating is the first field that makes the object be created again.
func (p *pair) recreating() manifest.Path {
	for _, f := range p.fields {
		if f.recreates {
			return f.Path
		}
	}
	return nil
}

// restartTemplate tells of a template that changes: of the workload itself, or of the Deployment that a Rollout takes
// its pods from.
func (c *comparison) restartTemplate(p *pair) {
	path := manifest.Path{"spec", "template"}
	found := false
	for i := range p.fields {
		if f := &p.fields[i]; overlap(f.Path, path) || p.kind == rollout && overlap(f.Path, manifest.Path{"spec", "workloadRef"}) {
			f.restarts, found = true, true
		}
	}
	if !found {
		return
	}
	s, what := strategyOf(p.new), ""
	if owner := c.owner(p); owner != nil {
		s, what = strategyOf(owner), fmt.Sprintf(" of Rollout %s", owner.Name())
	} else if idle(p.new) {
		for i := range p.fields {
			p.fields[i].restarts = false
		}
		return
	}
	severity, message := c.release(s, p)
	c.risk(PodRestart, severity, p, path, message+what, "")
}

// release says what replacing the pods is.
func (c *comparison) release(s strategy, p *pair) (manifest.Severity, string) {
	switch s.name {
	case "canary":
		return manifest.Low, fmt.Sprintf("this is a release: a canary in %s, %s", plural(s.steps, "step", "steps"), gates(s))
	case "blue-green":
		return manifest.Low, "this is a release: the new version starts beside the old one and then takes over, " + gates(s)
	case "recreate":
		return c.graver(manifest.Medium, manifest.High), "all pods stop before the first new one starts"
	case "on delete":
		return manifest.Low, "pods get the change when somebody deletes them"
	}
	if count(at(p.new.Tree, "spec", "replicas"), 1) == 1 && p.kind == "apps/StatefulSet" {
		return c.graver(manifest.Low, manifest.High), "the only pod stops before the new one starts"
	}
	return c.graver(manifest.Low, manifest.Medium), "the pods are replaced one after another"
}

func gates(s strategy) string {
	if s.gates == 0 {
		return "stopped by no analysis"
	}
	return "stopped by " + plural(s.gates, "analysis", "analyses")
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// idle workloads are asked to have no pods.
func idle(o *manifest.Object) bool {
	return kindOf(o.Key()) != "apps/DaemonSet" && at(o.Tree, "spec", "replicas") == int64(0)
}

// owner is the Rollout that takes its pods from a Deployment.
func (c *comparison) owner(p *pair) *manifest.Object {
	if p.kind != "apps/Deployment" {
		return nil
	}
	for i := range c.New.Objects {
		o := &c.New.Objects[i]
		if kindOf(o.Key()) == rollout && o.Namespace() == p.key.Namespace && text(o.Tree, "spec", "workloadRef", "name") == p.key.Name {
			return o
		}
	}
	return nil
}

// databaseFields replace the instances of a database when they change.
var databaseFields = fields("spec.imageName", "spec.imageCatalogRef", "spec.resources", "spec.postgresql.extensions", "spec.postgresql.shared_preload_libraries")

func (c *comparison) restartDatabase(p *pair) {
	for i := range p.fields {
		f := &p.fields[i]
		f.restarts = p.action == Recreated
		for _, path := range databaseFields {
			f.restarts = f.restarts || overlap(f.Path, path)
		}
	}
	for _, f := range p.fields {
		if f.restarts {
			message := "the instances are replaced one after another, the primary last: connections break once"
			if count(at(p.new.Tree, "spec", "instances"), 1) == 1 {
				message = "the only instance stops until it is replaced"
			}
			c.risk(PodRestart, c.graver(manifest.Low, manifest.Medium), p, f.Path, message, "")
			return
		}
	}
	if path := manifest.ParsePath("spec.postgresql.parameters"); p.touched(path) {
		c.risk(PodRestart, manifest.Low, p, path, "some parameters take effect only when the instances restart: then the operator restarts them one after another", "")
	}
}
