package schemas

import (
	"fmt"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// An experiment with weights has a Service for each template, named by Rollout, hash, revision, step and
// template: with these lengths the name is one that Kubernetes takes.
const (
	longestExperimenter = 30
	longestTemplate     = 12
)

// experiment judges a step that runs pods beside the release.
func (j *stepped) experiment(at manifest.Path, n *manifest.Node) {
	templates := itemsOf(n.Get("templates"))
	if len(templates) == 0 {
		j.complain(at.Join("templates"), "must not be empty").Remedy = "name the pods to run"
		return
	}
	var sum int64
	seen := map[string]bool{}
	for i, t := range templates {
		here := at.Join("templates", i)
		name := word(t.Get("name"))
		switch {
		case seen[name]:
			p := j.complain(here.Join("name"), "there are two templates %s", name)
			p.Remedy = fmt.Sprintf("set %s to another name", p.Field)
		case len(name) > longestTemplate:
			p := j.complain(here.Join("name"), "has %d characters, and the Service of a template has room for %d", len(name), longestTemplate)
			p.Remedy = fmt.Sprintf("set %s to a name of at most %d", p.Field, longestTemplate)
		}
		seen[name] = true
		sum += whole(t.Get("weight"))
	}
	j.shares(at, templates, sum)
}

// shares judges the weights of an experiment: they need a router, and leave something for the service.
func (j *stepped) shares(at manifest.Path, templates []*manifest.Node, sum int64) {
	for i, t := range templates {
		here := at.Join("templates", i, "weight")
		switch {
		case !says(t, "weight"):
			continue
		case !j.needsRouter(here):
		case len(j.service) > longestExperimenter:
			p := j.complain(here, "needs a service name of at most %d characters: a Service is named after it, and %s has %d", longestExperimenter, j.service, len(j.service))
			p.Remedy = fmt.Sprintf("remove %s, or rename the service", p.Field)
		case sum >= 100:
			p := j.complain(here, "the weights of the experiment add up to %d, and leave nothing for the service", sum)
			p.Remedy = "choose weights that add up to less than 100"
		default:
			continue
		}
		return
	}
}
