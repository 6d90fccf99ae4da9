package pipeline

import (
	"cmp"
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/tenantsmith/tenantsmith/generators"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/overlay"
	"github.com/tenantsmith/tenantsmith/policies"
	"github.com/tenantsmith/tenantsmith/schemas"
)

type chain struct {
	options Options
	fleet   *schemas.Fleet
	// everyone are all tenants, also those that others look at.
	everyone []*schemas.Tenant
	engine   *policies.Engine
	known    known
	failOn   manifest.Severity
	changes  map[string]string // checks that judge nothing but changes, by id: what they lack
	waivers  []*waiver
	// ofTenants are the ids of the chosen checks that judge what a tenant has, sorted.
	ofTenants []string
	selection
}

// newChain makes ready what tenants of the fleet are judged by.
func newChain(fleet *schemas.Fleet, engine *policies.Engine, o Options) (chain, error) {
	c := chain{options: o, fleet: fleet, everyone: fleet.Tenants, engine: engine, known: newKnown(fleet.Platform, o.day()), changes: unchanged(engine.Rules()), failOn: bound(o.FailOn, fleet)}
	var err error
	if c.selection, err = choose(engine, o.Checks); err != nil {
		return c, err
	}
	c.ofTenants = ofTenants(c.rules)
	c.waivers, err = judgeWaivers(fleet, engine, o.Now)
	return c, err
}

// all renders the tenants on every processor; the order of the result is that of the fleet.
func (c chain) all(ctx context.Context) ([]Rendered, error) {
	out := make([]Rendered, len(c.fleet.Tenants))
	err := each(len(out), c.options.Progress, func(i int) (err error) {
		out[i], err = c.one(ctx, c.fleet.Tenants[i])
		return err
	})
	return out, cmp.Or(err, ctx.Err())
}

// each calls f for 0 to n-1 on every processor, and progress, if there is any, after each; the error is that
// of the lowest number.
func each(n int, progress func(done, total int), f func(i int) error) error {
	var next, done atomic.Int64
	var wg sync.WaitGroup
	errs := make([]error, n)
	for range min(runtime.GOMAXPROCS(0), n) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				errs[i] = f(i)
				if progress != nil {
					progress(int(done.Add(1)), n)
				}
			}
		})
	}
	wg.Wait()
	return cmp.Or(errs...)
}

// one takes a tenant from its fields to its checked files.
func (c chain) one(ctx context.Context, t *schemas.Tenant) (Rendered, error) {
	return c.render(ctx, t, overlays(t), nil)
}

// render takes a tenant from its overlays to its checked files. The twin, if there is one, is the same tenant at
// another revision, judged by the same engine.
func (c chain) render(ctx context.Context, t *schemas.Tenant, src overlay.Source, twin *Rendered) (Rendered, error) {
	if err := ctx.Err(); err != nil {
		return Rendered{}, err
	}
	baseless := twin != nil && len(t.Extras) == 0 && !c.options.Verify
	if !baseless {
		src.Base = generators.Generate(t, &t.Base)
	}
	tree, problems := overlay.New(src)
	r := Rendered{Tenant: t, Tree: tree, problems: problems, unbuilt: len(problems) > 0, services: map[manifest.Key]string{}, twin: twin}
	if tree == nil {
		return r, nil
	}
	r.Delivery = deliveries(t, src.Envs)
	if baseless {
		r.baseless = &src
	}
	for i := range t.Environments {
		if e := &t.Environments[i]; c.options.Environment == "" || c.options.Environment == e.Name {
			if err := c.check(ctx, &r, e, src.Envs[i]); err != nil {
				return r, err
			}
		}
	}
	if c.options.comparing {
		return r, nil
	}
	r.Files = tree.Files()
	if !c.options.Trees {
		r.Tree = nil
	}
	return r, nil
}

// brought tells which objects people brought, changed, or wrote in the words of Argo Rollouts. With
// kustomize as oracle nobody is trusted, and every check is asked of every object.
func (c chain) brought(e *schemas.Environment, built []overlay.Built) []bool {
	if c.options.Verify || c.options.thorough {
		return nil
	}
	out := make([]bool, len(built))
	for i, b := range built {
		out[i] = b.Source != nil || b.Extra != "" || b.Kind() == "Rollout" && e.Spec.Services[b.Name()].Release.Steps != nil
	}
	return out
}

// check builds one environment and asks the policies.
func (c chain) check(ctx context.Context, r *Rendered, e *schemas.Environment, made overlay.Env) error {
	build := r.Tree.Build
	if c.options.Verify {
		build = r.Tree.Kustomize
	}
	built, problems := build(e.Name)
	for i := range problems {
		if problems[i].Check == overlay.Fault {
			return errors.New(problems[i].Message)
		}
		problems[i].Tenant, problems[i].Environment = r.Tenant.Name, e.Name
	}
	r.problems, r.unbuilt = append(r.problems, problems...), r.unbuilt || len(problems) > 0
	judged := asIf(r.Tree, e.Name, built)
	objects := objectsIn(judged)
	var found []manifest.Problem
	if c.asks() {
		var err error
		facts := c.known.facts(r.Tenant.Name, e)
		in := policies.Input{Context: facts, Objects: objects, Brought: c.brought(e, judged), Checks: c.policies}
		in.Twin = r.twinOf(e.Name, in)
		if found, err = c.engine.Check(ctx, in); err != nil {
			return err
		}
		if c.options.comparing {
			r.keep(e.Name, in, found)
		}
		c.unask(r, e, facts)
	}
	found = append(found, c.prove(r, e, judged, objects)...)
	if len(found) > 0 {
		newOrigin(r.Tenant, e, whole(made), judged, r.whole(), c.engine.Holds, c.engine.Judges).locate(found)
	}
	r.problems = append(r.problems, found...)
	objects = objectsIn(built)
	if len(c.waivers) > 0 {
		servicesOf(objects, r.services)
	}
	if r.objects += len(built); c.options.comparing {
		r.place(e.Name, objects)
	}
	r.Checked = append(r.Checked, e.Name)
	r.members = append(r.members, member(r.Tenant.Name, e, objects))
	return nil
}
