package plan

import (
	"slices"
	"strings"
)

// measure counts what the changes do to the environment.
func (c *comparison) measure() Effect {
	e := Effect{
		Environment: c.Environment.Environment, Protected: c.Protected, Action: c.action(),
		Loses: c.Loses, Restarts: c.restarts(), Risks: c.risks,
		Quota: c.quotaChanges(), Steady: amounts(steady(c.Old), steady(c.New)),
		New: len(c.found.New), Fixed: len(c.found.Fixed), Unchanged: c.found.Unchanged, Waived: c.found.Waived,
	}
	if c.Old != nil {
		e.OldTier = c.Old.Tier
	}
	if c.New != nil {
		e.NewTier = c.New.Tier
	}
	for _, p := range c.pairs {
		e.count(p.action)
	}
	return e
}

func (e *Effect) count(a Action) {
	switch a {
	case Added:
		e.Added++
	case Removed:
		e.Removed++
	case Recreated:
		e.Recreated++
		e.Changed++
	default:
		e.Changed++
	}
}

func (c *comparison) action() Action {
	switch {
	case c.Old == nil && c.New != nil:
		return Added
	case c.New == nil && c.Old != nil:
		return Removed
	}
	return Changed
}

// restarts names the workloads whose pods are replaced.
func (c *comparison) restarts() []string {
	var out []string
	for i := range c.pairs {
		p := &c.pairs[i]
		if !p.replaced && !slices.ContainsFunc(p.fields, func(f field) bool { return f.restarts }) {
			continue
		}
		if owner := c.owner(p); owner != nil {
			out = append(out, "Rollout "+owner.Name())
		} else {
			out = append(out, p.key.Kind+" "+p.key.Name)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// changes reports whether there is anything to tell of the environment.
func (c *comparison) changes() bool {
	e := &c.effect
	return !c.skipped && (len(c.pairs) > 0 || e.Action != Changed && c.Old != c.New || e.New+e.Fixed+e.Waived > 0 || e.OldTier != e.NewTier ||
		len(e.Loses)+len(e.Quota)+len(e.Steady)+len(e.Risks) > 0)
}

// tenants sums up by tenant, those that change and those that are held back.
func tenants(in Input, all []comparison) []Tenant {
	var out []Tenant
	for _, c := range all {
		if !c.changes() {
			continue
		}
		if len(out) == 0 || out[len(out)-1].Name != c.Tenant {
			out = append(out, Tenant{Name: c.Tenant, Action: c.effect.Action, Stays: in.Stays[c.Tenant]})
		}
		t := &out[len(out)-1]
		if t.Action != c.effect.Action {
			t.Action = Changed
		}
		t.Environments = append(t.Environments, c.effect)
	}
	for _, name := range in.Held {
		out = append(out, Tenant{Name: name, Action: Changed, Held: true})
	}
	slices.SortStableFunc(out, func(a, b Tenant) int { return strings.Compare(a.Name, b.Name) })
	return out
}
