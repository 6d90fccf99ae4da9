package pipeline

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"sync"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/overlay"
	"github.com/tenantsmith/tenantsmith/internal/plan"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// PlanOptions choose what two revisions are compared in.
type PlanOptions struct {
	Options
	// Base and Head name the revisions in the plan.
	Base, Head string
	// Differences lists the files at or below the paths that are not the same in both revisions. With it,
	// tenants are left out of whose inputs none differs; nil looks at all of them.
	Differences func(paths []string) ([]string, error)
}

// Planned is a plan, and what was found on the way.
type Planned struct {
	Plan plan.Plan
	// Result is that of the head, of the tenants that were judged; it has no files.
	Result *Result
	FailOn manifest.Severity
	// Files are the tenants whose rendered files the change alters, and the platform where it alters its own.
	Files []string
}

// Changes reports whether the change does anything that a cluster or a reader of findings would notice.
func (p *Planned) Changes() bool {
	return len(p.Plan.Tenants) > 0 || len(p.Files) > 0 || len(p.Plan.Findings.New)+len(p.Plan.Findings.Fixed) > 0
}

// Mark marks the problems of a run over the head that the base has, too.
func (p *Planned) Mark(res *Result) {
	type place struct {
		manifest.Position
		check, message, field, tenant, environment, path string
		object                                           manifest.Key
	}
	at := func(q manifest.Problem) place {
		return place{q.Position, q.Check, q.Message, q.Field, q.Tenant, q.Environment, q.Path.String(), q.Object}
	}
	fresh := map[place]bool{}
	for _, q := range p.Plan.Findings.New {
		fresh[at(q)] = true
	}
	for i := range res.Problems {
		res.Problems[i].Baseline = !fresh[at(res.Problems[i])] && !unmet(res.Problems[i], res.Fleet)
	}
}

// Plan renders the tenants whose inputs differ between two revisions of a platform repository, and says what
// the change does. What cannot be rendered is in the plan and in the result; an error is a fault of ours, or
// of reading.
func Plan(ctx context.Context, base, head fs.FS, o PlanOptions) (*Planned, error) {
	o.comparing, o.Certificates, o.Trees = true, true, true
	p := &planner{options: o, memo: schemas.NewMemo(), old: revision{fsys: base}, new: revision{fsys: head}}
	c, err := p.compare(ctx)
	if err != nil {
		return nil, err
	}
	return p.planned(ctx, c)
}

// planner compares two revisions.
type planner struct {
	options  PlanOptions
	memo     *schemas.Memo
	old, new revision
	scope    scope
	views    *views
	// platformChanges are the leaves of the platform file that changed.
	platformChanges func() []platformChange
}

// comparison is what became of the tenants that a change reaches.
type comparison struct {
	pairs    []*pair
	old, new *Result
}

// compare looks at the tenants whose files differ, and at all where that does not tell: where one of them
// cannot be loaded, or changes what others must not share with it, or where the platform gathers what all ask for.
func (p *planner) compare(ctx context.Context) (*comparison, error) {
	for _, narrow := range []bool{p.options.Differences != nil, false} {
		if err := p.load(narrow); err != nil {
			return nil, err
		}
		p.platformChanges = sync.OnceValue(p.changedLeaves)
		gathers := p.old.fleet.Platform.Gathers() || p.new.fleet.Platform.Gathers()
		if p.scope.narrow && (gathers || len(p.old.fleet.Held)+len(p.new.fleet.Held) > 0) {
			continue
		}
		if err := p.compile(); err != nil {
			return nil, err
		}
		if p.new.refused != nil {
			return &comparison{old: &Result{Fleet: p.old.fleet, Problems: p.old.fleet.Problems}, new: p.new.refused}, nil
		}
		pairs, err := p.affected(ctx)
		if err != nil {
			return nil, err
		}
		if !p.scope.narrow || p.sameOutside(pairs) {
			return p.judge(ctx, pairs)
		}
	}
	return nil, fmt.Errorf("a comparison of all tenants is never narrow")
}

// planned makes the plan of a comparison.
func (p *planner) planned(ctx context.Context, c *comparison) (*Planned, error) {
	in := p.input(c)
	out := &Planned{Plan: plan.New(in), Result: c.new, FailOn: c.new.FailOn}
	out.Plan.Findings.Fixed = slices.DeleteFunc(out.Plan.Findings.Fixed, p.unseen(in.Held))
	for _, pr := range c.pairs {
		if pr.files != nil {
			out.Files = append(out.Files, pr.name)
		}
	}
	if p.own(c) != nil {
		out.Files = append(out.Files, manifest.PlatformName)
	}
	p.follow(in, &out.Plan)
	return out, p.verify(ctx, out.Plan.Groups)
}

// verify has kustomize build one place of each group of equal changes, and refuses a plan from which its
// build differs: that is a fault of ours.
func (p *planner) verify(ctx context.Context, groups []plan.Group) error {
	return each(len(groups), nil, func(i int) error {
		at := slices.IndexFunc(groups[i].Places, func(at plan.Place) bool { return p.new.has(at) })
		if at < 0 {
			return ctx.Err()
		}
		place := groups[i].Places[at]
		tree, problems := overlay.New(sourceOf(p.new.tenants[place.Tenant]))
		if tree == nil || len(problems) > 0 {
			return ctx.Err()
		}
		_, problems = tree.Kustomize(place.Environment)
		if err := fault(problems); err != nil {
			return fmt.Errorf("tenant %s in %s: %w", place.Tenant, place.Environment, err)
		}
		return ctx.Err()
	})
}
