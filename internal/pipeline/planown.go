package pipeline

import (
	"maps"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/plan"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// own are the digests of the platform's own files at the new revision, where they differ from those at the old one and
// publish would write them: none where they all go; nil otherwise. Only the platform file decides about them, so that
// a narrow comparison, which found it unchanged, has nothing to compare; there is none where tenants decide, too.
func (p *planner) own(c *comparison) map[string]string {
	if !c.new.Own.Due || !p.ownDiffers(c) {
		return nil
	}
	return sumsOf(c.new.Own.Files)
}

// ownDiffers reports whether the revisions make other files of what belongs to no tenant.
func (p *planner) ownDiffers(c *comparison) bool {
	return p.old.fleet.Platform != nil && p.new.fleet.Platform != nil && !maps.Equal(sumsOf(c.old.Own.Files), sumsOf(c.new.Own.Files))
}

// ownPlaces are what changes of what belongs to no tenant, environment by environment. What the GitOps engine needs
// stands under the engine's name.
func (p *planner) ownPlaces(c *comparison) []plan.Environment {
	if p.own(c) == nil {
		return nil
	}
	was, is := p.ownSides(p.old.fleet.Platform, c.old.Own), p.ownSides(p.new.fleet.Platform, c.new.Own)
	var out []plan.Environment
	for _, name := range either(slices.Sorted(maps.Keys(was)), slices.Sorted(maps.Keys(is))) {
		a, b := was[name], is[name]
		if sameObjects(a, b) {
			continue
		}
		e := plan.Environment{Place: plan.Place{Tenant: manifest.PlatformName, Environment: name}, Old: &plan.Side{Objects: a}, New: &plan.Side{Objects: b}}
		e.Protected = isProtected(p.old.fleet.Platform, name) || isProtected(p.new.fleet.Platform, name)
		e.Causes = p.ownCauses(name)
		out = append(out, e)
	}
	return out
}

// ownSides are the objects by the name of their place.
func (p *planner) ownSides(platform *schemas.Platform, o Own) map[string][]manifest.Object {
	out := maps.Clone(o.Objects)
	if len(o.Root) > 0 {
		out[platform.GitOps.Engine] = slices.Concat(out[platform.GitOps.Engine], o.Root)
	}
	return out
}

func isProtected(p *schemas.Platform, name string) bool {
	return slices.ContainsFunc(p.Environments, func(e schemas.PlatformEnvironment) bool { return e.Name == name && e.Protected })
}

// ownCauses are the fields of the platform file that changed and that may reach a place, sorted by position: not those
// of other environments and their clusters, nor what only tenants see.
func (p *planner) ownCauses(place string) []plan.Cause {
	var out []plan.Cause
	for _, l := range p.platformChanges() {
		if p.reachesOwn(l.path, place) {
			out = append(out, l.Cause)
		}
	}
	slices.SortFunc(out, compareCauses)
	return out
}

func (p *planner) reachesOwn(path manifest.Path, place string) bool {
	if len(path) < 3 {
		return true
	}
	named := func(match func(schemas.PlatformEnvironment) bool) bool {
		return slices.ContainsFunc(slices.Concat(p.old.fleet.Platform.Environments, p.new.fleet.Platform.Environments), match)
	}
	if !named(func(e schemas.PlatformEnvironment) bool { return e.Name == place }) {
		return path[1] != "prices" && path[1] != "defaults" // the engine's place sees all environments
	}
	switch path[1] {
	case "prices", "defaults":
		return false
	case "environments":
		return path[2] == place
	case "clusters":
		return named(func(e schemas.PlatformEnvironment) bool { return e.Name == place && e.Cluster == path[2] })
	}
	return true
}
