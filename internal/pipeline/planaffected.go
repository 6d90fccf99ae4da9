package pipeline

import (
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/tenantsmith/tenantsmith/generators"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/overlay"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// affected are the tenants that the change can reach, rendered at both revisions and sorted by name: those that
// one revision lacks or cannot load, and those whose objects, or whose context that judges them, are not the
// same.
func (p *planner) affected(ctx context.Context) ([]*pair, error) {
	names := either(slices.Sorted(maps.Keys(p.old.tenants)), slices.Sorted(maps.Keys(p.new.tenants)))
	reached := make([]*pair, len(names))
	err := each(len(names), p.options.Progress, func(i int) error {
		pr := &pair{name: names[i]}
		if !p.differs(pr) {
			return nil
		}
		reached[i] = pr
		return p.render(ctx, pr)
	})
	return slices.DeleteFunc(reached, func(pr *pair) bool { return pr == nil }), err
}

// differs asks what is cheap first: files, then what they say, then what is generated from it, which it leaves
// with the pair.
func (p *planner) differs(pr *pair) bool {
	a, b := p.old.tenants[pr.name], p.new.tenants[pr.name]
	switch {
	case a == nil || b == nil || p.views.rules || !sameWaivers(p.old.fleet.Waivers, p.new.fleet.Waivers, pr.name):
		return true
	case p.views.same && maps.Equal(a.Inputs, b.Inputs):
		return false
	case source(a) != source(b) || !sameExtras(a, b) || !sameWord(a, b):
		return true
	}
	if sameView(a, b, p.views.reaching) {
		return false
	}
	if !sameView(a, b, p.views.judging) {
		return true
	}
	was, is := overlays(a), overlays(b)
	if sameOverlays(was, is) && samePlaced(deliveries(a, was.Envs), deliveries(b, is.Envs)) && sameObjects(generators.Generate(a, &a.Base), generators.Generate(b, &b.Base)) {
		return false
	}
	pr.was, pr.is = &was, &is
	return true
}

// sameWaivers reports whether the waivers of a tenant are the same files.
func sameWaivers(a, b []*schemas.Waiver, tenant string) bool {
	sums := func(all []*schemas.Waiver) map[string]string {
		out := map[string]string{}
		for _, w := range all {
			if w.Tenant == tenant {
				out[w.Name] = w.Sum
			}
		}
		return out
	}
	return maps.Equal(sums(a), sums(b))
}

func sameExtras(a, b *schemas.Tenant) bool {
	return slices.EqualFunc(a.Extras, b.Extras, func(x, y manifest.Extra) bool {
		return x.File == y.File && x.Patch == y.Patch && x.Owner == y.Owner && x.Environment == y.Environment && a.Inputs[x.File] == b.Inputs[y.File]
	})
}

// sameWord reports whether two revisions of a tenant say the same in every environment.
func sameWord(a, b *schemas.Tenant) bool {
	return a.SameWord(b, "") && slices.EqualFunc(a.Environments, b.Environments, func(x, y schemas.Environment) bool {
		return x.Name == y.Name && x.Namespace == y.Namespace && x.Protected == y.Protected && x.Cluster.Name == y.Cluster.Name && a.SameWord(b, x.Name)
	})
}

// sameView reports whether two tenants of the same words see the same of the platform.
func sameView(a, b *schemas.Tenant, same func(tier string) bool) bool {
	return !slices.ContainsFunc(a.Environments, func(e schemas.Environment) bool { return !same(e.Spec.Tier) }) &&
		!slices.ContainsFunc(b.Environments, func(e schemas.Environment) bool { return !same(e.Spec.Tier) })
}

// sameOverlays reports whether environments hold the same objects.
func sameOverlays(a, b overlay.Source) bool {
	return slices.EqualFunc(a.Envs, b.Envs, func(x, y overlay.Env) bool {
		return x.Name == y.Name && x.Namespace == y.Namespace && sameObjects(x.Objects, y.Objects) && sameObjects(x.Audit, y.Audit)
	})
}

func sameObjects(a, b []manifest.Object) bool {
	return slices.EqualFunc(a, b, func(x, y manifest.Object) bool {
		return x.Owner == y.Owner && x.Subject == y.Subject && manifest.Equal(x.Tree, y.Tree)
	})
}

// views compare what of two platform files reaches tenants, by their tier.
type views struct {
	// same says that the files say the same, rules that what judges is another.
	same, rules bool
	old, new    map[string]any
	// own policies may look at any field.
	own  bool
	mu   sync.Mutex
	seen map[view]bool
}

// view is that of the generators, or that of the policies, of a tier.
type view struct {
	judging bool
	tier    string
}

func newViews(old, new *schemas.Platform, rules bool) *views {
	v := &views{rules: rules, own: extends(old) || extends(new), seen: map[view]bool{}}
	if old == nil || new == nil {
		v.rules = true
		return v
	}
	v.old, v.new = old.Document(), new.Document()
	v.same = old.File == new.File && old.Name == new.Name && manifest.Equal(v.old, v.new)
	return v
}

// reaching reports whether generators of a tenant of the tier see the same.
func (v *views) reaching(tier string) bool { return v.equal(view{false, tier}) }

// judging reports whether policies see the same that are asked of a tenant of the tier: of tiers what they
// allow and what their firewall does, which TestTiersSeen holds.
func (v *views) judging(tier string) bool { return v.equal(view{true, tier}) }

func (v *views) equal(w view) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	same, known := v.seen[w]
	if !known {
		same = v.own && v.same || !v.own && manifest.Equal(w.of(v.old), w.of(v.new))
		v.seen[w] = same
	}
	return same
}

// of leaves out of a platform document what no tenant of the tier sees: prices, other tiers, and defaults, which
// stand in the tenant already.
func (w view) of(doc map[string]any) map[string]any {
	out := maps.Clone(doc)
	delete(out, "prices")
	delete(out, "defaults")
	tiers, _ := doc["tiers"].(map[string]any)
	tier, _ := tiers[w.tier].(map[string]any)
	if w.judging {
		tier = map[string]any{"allows": tier["allows"], "waf": tier["waf"]}
	}
	out["tiers"] = tier
	list, _ := doc["environments"].([]any)
	environments := make([]any, len(list))
	for i, e := range list {
		if m, ok := e.(map[string]any); ok {
			m = maps.Clone(m)
			delete(m, "defaults")
			e = m
		}
		environments[i] = e
	}
	out["environments"] = environments
	return out
}
