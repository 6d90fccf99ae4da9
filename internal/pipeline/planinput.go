package pipeline

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/plan"
	"github.com/tenantsmith/tenantsmith/internal/proof"
	"github.com/tenantsmith/tenantsmith/internal/report"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// input is what the plan is made of.
func (p *planner) input(c *comparison) plan.Input {
	in := plan.Input{Base: p.options.Base, Head: p.options.Head, Prices: pricesOf(p.new.fleet.Platform), Digest: digestOf(c.pairs, p.own(c)), Stays: map[string]string{}}
	old, new := sides(c.old), sides(c.new)
	named := map[string]bool{}
	for _, pr := range c.pairs {
		named[pr.name] = true
		if pr.stays != "" {
			in.Stays[pr.name] = pr.stays
		}
		if p.old.fleet.Platform == nil || p.new.fleet.Platform == nil {
			continue // nothing is known of one side, and unread says so
		}
		for _, name := range environmentsOf(pr) {
			at := plan.Place{Tenant: pr.name, Environment: name}
			in.Environments = append(in.Environments, p.environment(at, pr, old, new))
		}
		in.Skipped = append(in.Skipped, p.skipped(pr)...)
	}
	in.Environments = append(in.Environments, p.ownPlaces(c)...)
	for _, name := range c.new.Held {
		if !new.rendered(name) {
			in.Held = append(in.Held, name)
			continue
		}
		in.Skipped = append(in.Skipped, plan.Skipped{What: name + ": what publish would write", Reason: "a finding holds it back, so nothing of it is published"})
	}
	in.Before, in.After = told(old.rest(c.old.Problems), p.old.fleet), told(new.rest(c.new.Problems), p.new.fleet)
	for _, t := range p.new.fleet.Tenants {
		if !named[t.Name] {
			in.Unchanged += len(t.Environments)
		}
	}
	in.Skipped = append(in.Skipped, p.unread()...)
	if len(p.options.Tenants) > 0 && !c.new.Own.Due && p.ownDiffers(c) {
		in.Skipped = append(in.Skipped, plan.Skipped{What: "what belongs to no tenant", Reason: "it changes, too: a run for all tenants compares and publishes it"})
	}
	return in
}

// unseen reports whether a finding of the base is not there any more because the new revision was not looked at so
// far: its platform file has problems, or the tenant, whose files the base could read, cannot be rendered.
func (p *planner) unseen(held []string) func(manifest.Problem) bool {
	return func(q manifest.Problem) bool {
		if p.old.fleet.Platform == nil {
			return false
		}
		return p.new.fleet.Platform == nil || slices.Contains(held, q.Tenant) && !slices.Contains(p.old.fleet.Held, q.Tenant)
	}
}

// sorted are the findings of one revision by place. A place is there when it was rendered.
type sorted map[plan.Place]*plan.Side

func sides(res *Result) sorted {
	out := sorted{}
	for i := range res.Tenants {
		r := &res.Tenants[i]
		if r.unbuilt {
			continue
		}
		for j := range r.Tenant.Environments {
			if e := &r.Tenant.Environments[j]; r.placed[e.Name] != nil {
				out[plan.Place{Tenant: r.Tenant.Name, Environment: e.Name}] = sideOf(r, e)
			}
		}
	}
	for _, p := range res.Problems {
		if s := out[plan.Place{Tenant: p.Tenant, Environment: p.Environment}]; s != nil {
			s.Findings = append(s.Findings, p)
		}
	}
	return out
}

func (s sorted) rendered(tenant string) bool {
	for at := range s {
		if at.Tenant == tenant {
			return true
		}
	}
	return false
}

// rest are the problems of no environment that was rendered.
func (s sorted) rest(problems []manifest.Problem) []manifest.Problem {
	return slices.DeleteFunc(slices.Clone(problems), func(p manifest.Problem) bool {
		return s[plan.Place{Tenant: p.Tenant, Environment: p.Environment}] != nil
	})
}

// told are the problems of files, without those of what was asked for, which no change makes or mends.
func told(problems []manifest.Problem, fleet *schemas.Fleet) []manifest.Problem {
	return slices.DeleteFunc(problems, func(p manifest.Problem) bool { return unmet(p, fleet) })
}

func unmet(p manifest.Problem, fleet *schemas.Fleet) bool {
	return slices.ContainsFunc(fleet.Unmet, func(u manifest.Problem) bool { return u.Position == p.Position && u.Message == p.Message })
}

func sideOf(r *Rendered, e *schemas.Environment) *plan.Side {
	s := &plan.Side{Namespace: e.Namespace, Tier: e.Spec.Tier, Objects: slices.Concat(r.placed[e.Name], r.Delivery[e.Name])}
	for _, cert := range r.Certificates {
		if cert.Environment == e.Name {
			m := cert.Measured
			s.Steady, s.Peak = total(m.Steady, m.SteadySidecars), total(m.Peak, m.Sidecars)
		}
	}
	return s
}

// total is what pods ask for together with what a mesh adds to them.
func total(demand, sidecars proof.Demand) map[string]resource.Quantity {
	out := maps.Clone(map[string]resource.Quantity(demand))
	for name, more := range sidecars {
		sum := out[name].DeepCopy()
		sum.Add(more)
		out[name] = sum
	}
	return out
}

// environmentsOf are those of either revision, in the order of the platform.
func environmentsOf(pr *pair) []string {
	var out []string
	for _, r := range []*Rendered{pr.new, pr.old} {
		if r == nil {
			continue
		}
		for _, e := range r.Tenant.Environments {
			if !slices.Contains(out, e.Name) {
				out = append(out, e.Name)
			}
		}
	}
	return out
}

func (p *planner) environment(at plan.Place, pr *pair, old, new sorted) plan.Environment {
	a, b := environmentOf(pr.old, at.Environment), environmentOf(pr.new, at.Environment)
	out := plan.Environment{Place: at, Old: old[at], New: new[at]}
	out.Protected = a != nil && a.Protected || b != nil && b.Protected
	if a != nil && b != nil {
		out.Loses = loses(a.Tier, b.Tier)
	}
	out.Causes = p.causes(at)
	return out
}

func environmentOf(r *Rendered, name string) *schemas.Environment {
	if r == nil {
		return nil
	}
	i := slices.IndexFunc(r.Tenant.Environments, func(e schemas.Environment) bool { return e.Name == name })
	if i < 0 {
		return nil
	}
	return &r.Tenant.Environments[i]
}

// skipped is what is not known of a tenant: one that cannot be rendered, and workloads from elsewhere.
func (p *planner) skipped(pr *pair) []plan.Skipped {
	var out []plan.Skipped
	for _, r := range []*Rendered{pr.old, pr.new} {
		if r != nil && r.unbuilt {
			out = append(out, plan.Skipped{What: pr.name, Reason: "what people add to it does not fit at " + p.nameOf(r == pr.new)})
		}
	}
	if slices.Contains(p.old.fleet.Held, pr.name) {
		out = append(out, plan.Skipped{What: pr.name, Reason: "it cannot be rendered at " + p.nameOf(false)})
	}
	if pr.new == nil {
		return out
	}
	for _, s := range Elsewhere(pr.new.Tenant) {
		out = append(out, plan.Skipped{What: s.What, Reason: s.Reason})
	}
	return out
}

// nameOf is how the plan calls a revision.
func (p *planner) nameOf(head bool) string {
	if head {
		return cmp.Or(p.options.Head, "the new revision")
	}
	return cmp.Or(p.options.Base, "the base")
}

// Elsewhere are the workloads that a tenant brings from its own repository: no run looks at them.
func Elsewhere(t *schemas.Tenant) []report.Skipped {
	var out []report.Skipped
	for i := range t.Environments {
		d := t.Environments[i].Spec.Delivery
		for _, s := range d.Sources {
			own := report.Skipped{What: t.Name + ": workloads of " + cmp.Or(s.Repository, d.Repository), Reason: "they come from the tenant's own repository"}
			if s.Chart != "" {
				own.What, own.Reason = own.What+", chart "+s.Chart, "they come from a chart repository"
			}
			if !slices.Contains(out, own) {
				out = append(out, own)
			}
		}
	}
	return out
}

// unread is what was left out of the comparison.
func (p *planner) unread() []plan.Skipped {
	var out []plan.Skipped
	if n := p.scope.others; n > 0 {
		out = append(out, plan.Skipped{What: report.Plural(n, "tenant"), Reason: "none of their files differs, nor what they have of the platform"})
	}
	if len(p.options.Tenants) > 0 {
		out = append(out, plan.Skipped{What: "what the tenants share with others", Reason: "only the named ones were compared"})
	}
	for i, r := range []*revision{&p.old, &p.new} {
		if r.fleet.Platform == nil {
			out = append(out, plan.Skipped{What: "all tenants at " + p.nameOf(i == 1), Reason: "its platform file has problems"})
		}
	}
	return append(out, p.otherRules()...)
}

// otherRules says that what judges the tenants is not the same at both revisions: a rule that no longer asks, or
// fails nothing, changes no object and makes no finding.
func (p *planner) otherRules() []plan.Skipped {
	var out []plan.Skipped
	if p.old.fleet.Platform == nil || p.new.fleet.Platform == nil || p.views == nil {
		return nil
	}
	if p.views.rules {
		out = append(out, plan.Skipped{What: "the platform's own policies", Reason: "they are not those of " + p.nameOf(false) + ", so a finding may be fixed because nothing asks for it any more"})
	}
	for _, l := range p.platformChanges() {
		if part := fmt.Sprint(l.path[1]); part == "policies" || part == "extend" {
			out = append(out, plan.Skipped{What: l.Field, Reason: fmt.Sprintf("it changes what is found and what is held back (%s)", l.Position)})
		}
	}
	return out
}

// pricesOf are those of the platform file; nil where it has none.
func pricesOf(p *schemas.Platform) *plan.Prices {
	if p == nil || p.Prices == (schemas.Prices{Currency: p.Prices.Currency}) {
		return nil
	}
	c := p.Prices
	return &plan.Prices{Currency: c.Currency, CPU: c.CPU, MemoryGiB: c.Memory, StorageGiB: c.Storage, Database: c.Databases, LoadBalancer: c.Balancers}
}
