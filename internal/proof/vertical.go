package proof

import (
	"fmt"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// vertical notes a VerticalPodAutoscaler that changes pods.
func (w *work) vertical() {
	if text(w.object.Tree, "spec", "updatePolicy", "updateMode") == "Off" {
		return
	}
	ref := get(w.object.Tree, "spec", "targetRef")
	w.widened[w.target(text(ref, "apiVersion"), text(ref, "kind"), text(ref, "name"))] = w.object.Tree
}

// widen raises what a container requests to the most that a VerticalPodAutoscaler may set, and its limits in proportion.
func (w *work) widen(c *container, vertical any) {
	policy := containerPolicy(vertical, c.name)
	if text(policy, "mode") == "Off" {
		return
	}
	most := w.amounts(policy, "maxAllowed")
	for _, name := range controlled(policy) {
		top, bounded := most.get(name)
		ceiling, capped := w.ceiling(name)
		if capped && (!bounded || top.Cmp(ceiling) > 0) {
			top, bounded = ceiling, true
		}
		if !bounded {
			w.unbounded(manifest.High, fmt.Sprintf("%s %s of container %q may grow without bound: its VerticalPodAutoscaler sets no maxAllowed",
				w.key, name, c.name), "set maxAllowed in the VerticalPodAutoscaler's container policy")
			continue
		}
		c.grow(name, top, text(policy, "controlledValues") == "RequestsOnly")
		if limit, ok := c.limits.get(name); ok && capped && limit.Cmp(ceiling) > 0 {
			c.limits.set(name, ceiling)
		}
	}
}

func containerPolicy(tree any, name string) any {
	var rest any
	for _, p := range list(tree, "spec", "resourcePolicy", "containerPolicies") {
		switch text(p, "containerName") {
		case name:
			return p
		case "*":
			rest = p
		}
	}
	return rest
}

func controlled(policy any) []string {
	names, ok := get(policy, "controlledResources").([]any)
	if !ok {
		return []string{"cpu", "memory"}
	}
	var out []string
	for _, v := range names {
		if s, ok := v.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// ceiling is the most of a resource that the LimitRanges allow a container, which autoscalers respect.
func (w *work) ceiling(name string) (least quantity, found bool) {
	for _, r := range w.here().limits {
		for _, item := range r.items {
			if q, ok := item.max.get(name); ok && item.kind == "Container" && (!found || q.Cmp(least) < 0) {
				least, found = q, true
			}
		}
	}
	return least, found
}

// grow raises a request to top, and the limit by the same factor, rounded up.
func (c *container) grow(name string, top quantity, requestsOnly bool) {
	request := c.requests.of(name)
	if top.Cmp(request) <= 0 {
		return
	}
	if limit, ok := c.limits.get(name); ok && !requestsOnly && !request.IsZero() {
		c.limits.set(name, proportion(limit, top, request))
	}
	c.requests.set(name, top)
}
