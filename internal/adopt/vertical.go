package adopt

import (
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// verticalModes are the modes of a VerticalPodAutoscaler in the words of fields. Auto is what Recreate was called.
var verticalModes = map[string]string{"": "recreate", "Auto": "recreate", "Recreate": "recreate", "Initial": "initial", "InPlaceOrRecreate": "inPlace", "Off": "recommend"}

// readVertical takes a VerticalPodAutoscaler over that says a mode, and the least and the most for one container. Where
// the cluster has no such autoscaler nothing renders one, and it is kept.
func (a *Adoption) readVertical(i *Item) {
	spec := mapAt(i.tree, "spec")
	s := a.running(textAt(spec, "targetRef", "kind"), textAt(spec, "targetRef", "name"))
	if s == nil || s.vertical != nil || s.kind == "job" || s.kind == "cronjob" || !a.cluster().Has("vpa") || !only(spec, "targetRef", "updatePolicy", "resourcePolicy") {
		return
	}
	policies := listAt(spec, "resourcePolicy", "containerPolicies")
	if u := spec["updatePolicy"]; u != nil && !only(u, "updateMode") || verticalModes[textAt(spec, "updatePolicy", "updateMode")] == "" || len(policies) > 1 {
		return
	}
	for _, p := range policies {
		name := textAt(p, "containerName")
		if !only(p, "containerName", "minAllowed", "maxAllowed") || name != s.container().Name && (name != "*" || len(s.pod.Containers) > 1) ||
			!plainBounds(p, "minAllowed") || !plainBounds(p, "maxAllowed") {
			return
		}
	}
	s.vertical, i.Service = i, s.name
	i.Into = manifest.Key{Group: "autoscaling.k8s.io", Kind: "VerticalPodAutoscaler", Name: s.name}
}

// plainBounds reports whether a policy bounds cores and memory only.
func plainBounds(policy any, field string) bool {
	bounds := at(policy, field)
	return bounds == nil || only(bounds, "cpu", "memory")
}

// verticalDoc says how requests follow what pods use.
func (s *service) verticalDoc() fields {
	var f fields
	if s.vertical == nil {
		return f
	}
	spec := mapAt(s.vertical.tree, "spec")
	f.set("mode", verticalModes[textAt(spec, "updatePolicy", "updateMode")])
	for _, p := range listAt(spec, "resourcePolicy", "containerPolicies") {
		for _, field := range []string{"min", "max"} {
			var bounds fields
			for _, r := range []string{"cpu", "memory"} {
				bounds.set(r, amountOf(at(p, field+"Allowed"), r))
			}
			f.set(field, bounds)
		}
	}
	return f
}

// vertical is a VerticalPodAutoscaler as two compare: its mode in one word, and the bounds of the service's container.
func (v view) vertical(spec tree) {
	delete(spec, "targetRef")
	if mode := textAt(spec, "updatePolicy", "updateMode"); mode == "" || mode == "Auto" {
		put(spec, "Recreate", "updatePolicy", "updateMode")
	}
	policies := listAt(spec, "resourcePolicy", "containerPolicies")
	for _, p := range policies {
		if name := textAt(p, "containerName"); name == v.main || len(policies) == 1 && name == "*" {
			for _, field := range []string{"minAllowed", "maxAllowed"} {
				if bounds := at(p, field); bounds != nil {
					put(spec, bounds, field)
				}
			}
		}
	}
	delete(spec, "resourcePolicy")
}

// unbounded keeps a VerticalPodAutoscaler whose bounds the platform narrows: no patch widens them.
func (a *Adoption) unbounded(i *Item) bool {
	for _, d := range i.Lost {
		if path := d.Path.String(); strings.Contains(path, "Allowed") {
			if s := a.service(i.Service); s != nil {
				s.vertical = nil
			}
			i.leave("a platform's bounds are narrower: %s; the service gets a VerticalPodAutoscaler of its own, which recommends", told(i.Lost))
			return true
		}
	}
	return false
}
