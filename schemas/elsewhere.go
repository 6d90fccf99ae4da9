package schemas

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// served is a host with the environment that serves it.
type served struct{ host, env string }

// hosting is what the environments of a tenant serve so far on one cluster: by host, and by each wildcard that covers one.
type hosting struct{ at, below map[string]served }

// servedElsewhere refuses hosts that another environment serves on the same cluster, whatever their paths: one gateway
// cannot tell whose requests they are. So it is with a wildcard and what it covers. clusters are those so far, by name.
func (e *resolved) servedElsewhere(clusters map[string]hosting) {
	all, ok := clusters[e.cluster.Name]
	if !ok {
		all = hosting{at: map[string]served{}, below: map[string]served{}}
		clusters[e.cluster.Name] = all
	}
	services := e.environment.Spec.Services
	for _, name := range sortedKeys(services) {
		for i, x := range services[name].Expose {
			if other, ok := all.meets(x.Host); ok {
				e.complainServed(name, i, x.Host, other)
			}
		}
	}
	for _, name := range sortedKeys(services) {
		for _, x := range services[name].Expose {
			all.add(served{x.Host, e.env})
		}
	}
}

func (e *resolved) complainServed(service string, i int, host string, other served) {
	what := "is also served by environment " + other.env + ","
	switch {
	case slices.Contains(above(host), other.host):
		what = fmt.Sprintf("is covered by %s, which environment %s serves", other.host, other.env)
	case other.host != host:
		what = fmt.Sprintf("covers %s, which environment %s serves", other.host, other.env)
	}
	at := manifest.Path{"spec", "services", service, "expose", i, "host"}
	p := e.complain(at, "host %s %s on the same cluster %s", host, what, e.cluster.Name)
	p.Remedy = e.another(p, service)
}

// another says how the environment gets a host of its own, where that has the last word.
func (e *resolved) another(p *manifest.Problem, service string) string {
	switch own := path.Join(overridesDir, e.name); {
	case strings.HasPrefix(p.Field, "spec.environments.") || strings.TrimSuffix(p.File, path.Ext(p.File)) == path.Join(own, e.env):
		return fmt.Sprintf("set %s to another host", p.Field)
	case strings.HasPrefix(p.File, own+"/"):
		return fmt.Sprintf("give each environment hosts of its own: set spec.services.%s.expose in %s.yaml", service, path.Join(own, e.env))
	}
	return fmt.Sprintf("give each environment hosts of its own: set spec.environments.%s.services.%s.expose", e.env, service)
}

// meets finds a host of another environment that gets some of the same requests.
func (h hosting) meets(host string) (served, bool) {
	for _, name := range append([]string{host}, above(host)...) {
		if other, ok := h.at[name]; ok {
			return other, true
		}
	}
	other, ok := h.below[host]
	return other, ok
}

func (h hosting) add(s served) {
	put := func(in map[string]served, name string) {
		if _, ok := in[name]; !ok {
			in[name] = s
		}
	}
	put(h.at, s.host)
	for _, wildcard := range above(s.host) {
		put(h.below, wildcard)
	}
}

// above are the wildcards that cover a host, the nearest first.
func above(host string) []string {
	var out []string
	_, parent, _ := strings.Cut(strings.TrimPrefix(host, "*."), ".")
	for ; parent != ""; _, parent, _ = strings.Cut(parent, ".") {
		out = append(out, "*."+parent)
	}
	return out
}
