package pipeline

import (
	"slices"
	"sync"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/plan"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// platformLeaves are what people wrote in the platform file, by its path and by its place there. An
// environment stands under its name and not its number, which another one may take.
type platformLeaves struct {
	by map[string]schemas.Leaf
	at map[manifest.Position]string
}

func newPlatformLeaves(p *schemas.Platform) platformLeaves {
	out := platformLeaves{map[string]schemas.Leaf{}, map[manifest.Position]string{}}
	if p == nil {
		return out
	}
	for _, l := range p.Leaves() {
		l.Path = named(p, l.Path)
		out.by[l.Path.String()], out.at[l.Position] = l, l.Path.String()
	}
	return out
}

// named puts the name of an environment in the place of its number.
func named(p *schemas.Platform, path manifest.Path) manifest.Path {
	if len(path) > 2 && path[1] == "environments" {
		if i, ok := path[2].(int); ok && i < len(p.Environments) {
			path = slices.Clone(path)
			path[2] = p.Environments[i].Name
		}
	}
	return path
}

// platformValue is what people wrote at a path of the platform file; nil where they did not.
func (r *revision) platformValue(path string) any { return r.leaves().by[path].Value }

// platformCauses are the fields of the platform file that changed and that a tenant does not have among its
// own: of its cluster, its environment, its tier, and what all tenants see.
func (p *planner) platformCauses(a, b *schemas.Tenant, env string) []plan.Cause {
	var out []plan.Cause
	for _, l := range p.platformChanges() {
		if reaches(l.path, a, env) || reaches(l.path, b, env) {
			out = append(out, l.Cause)
		}
	}
	return out
}

// platformChange is a leaf of the platform file that changed, came or went.
type platformChange struct {
	plan.Cause
	path manifest.Path
}

func (p *planner) changedLeaves() []platformChange {
	was, is := p.old.leaves().by, p.new.leaves().by
	var out []platformChange
	for _, key := range either(keysOf(was), keysOf(is)) {
		before, after := was[key], is[key]
		if before.Value == after.Value {
			continue
		}
		at := after
		if _, has := is[key]; !has {
			at = before
		}
		out = append(out, platformChange{plan.Cause{Position: at.Position, Field: key, Old: before.Value, New: after.Value}, at.Path})
	}
	return out
}

// reaches reports whether a field of the platform file concerns a tenant in an environment otherwise than
// through a default, which stands among the tenant's own leaves.
func reaches(path manifest.Path, t *schemas.Tenant, env string) bool {
	i := slices.IndexFunc(t.Environments, func(e schemas.Environment) bool { return e.Name == env })
	if i < 0 || len(path) < 2 {
		return false
	}
	e := &t.Environments[i]
	step := func(n int) any {
		if n < len(path) {
			return path[n]
		}
		return nil
	}
	switch step(1) {
	case "prices", "defaults":
		return false
	case "clusters":
		return step(2) == e.Cluster.Name
	case "environments":
		return step(2) == env && step(3) != "defaults"
	case "tiers":
		return step(2) == e.Spec.Tier && (step(3) == "allows" || step(3) == "noData")
	}
	return true
}

// onceLeaves makes the leaves of a platform once, whoever asks first.
func onceLeaves(p *schemas.Platform) func() platformLeaves {
	return sync.OnceValue(func() platformLeaves { return newPlatformLeaves(p) })
}
