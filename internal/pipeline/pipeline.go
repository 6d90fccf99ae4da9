// Package pipeline is the chain: files are loaded, tenants rendered, overlays built, policies asked.
// Every door calls [Run]. It alone joins a problem of the output to the line of the tenant's file
// that caused it.
//
// A tenant is all or nothing, the fleet is not: a tenant with a problem at or above the bound is held
// back whole, the others go on.
package pipeline

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"maps"
	"path"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tenantsmith/tenantsmith/generators"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/overlay"
	"github.com/tenantsmith/tenantsmith/policies"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// Options choose what a run looks at.
type Options struct {
	// Tenants are names or files relative to the platform repository; none means all.
	Tenants []string
	// Environment limits the policies to one environment; trees always hold all of them.
	Environment string
	// Checks are ids or prefixes of ids; none means all.
	Checks []string
	// Change is judged beside the tenants, if it is there.
	Change *Change
	// Now is the day of the run, by which waivers and whatever else expires are judged; with the zero time
	// no waiver holds.
	Now time.Time
	// FailOn holds back a tenant with a finding this grave; empty means the platform's bound.
	FailOn manifest.Severity
	// Verify builds every overlay with kustomize, also those that only tenantsmith wrote.
	Verify bool
	// Certificates keeps the quota proofs in the result.
	Certificates bool
	// Trees keeps the trees in the result, which otherwise hold every object of the fleet in memory.
	Trees bool
	// Version of the tool, for the records.
	Version  string
	thorough bool // ask every check of every object
	// comparing keeps objects and trees of what is rendered, and makes no files of them yet.
	comparing bool
	// Progress, if not nil, is called after each tenant, from several goroutines.
	Progress func(done, total int)
}

// day is that of the run as rules see it, 2026-11-22; empty where there is none.
func (o Options) day() string {
	if o.Now.IsZero() {
		return ""
	}
	return o.Now.Format(time.DateOnly)
}

// Result is what a run made and found.
type Result struct {
	Fleet   *schemas.Fleet
	Tenants []Rendered
	// Problems are all of them, sorted by position.
	Problems []manifest.Problem
	// Held are the names of the tenants that must not be written, sorted.
	Held    []string
	FailOn  manifest.Severity
	Objects int
	// Rules are the checks that were asked.
	Rules []Rule

	engine *policies.Engine
	known  known
	// beside are the problems of the platform file and of the change, of no tenant alone.
	beside []manifest.Problem
	// apart says what the checks lack that judge those, by id; empty where they were asked.
	apart map[string]string
}

// Rendered is one tenant's output.
type Rendered struct {
	Tenant *schemas.Tenant
	// Tree is nil unless the options ask for it.
	Tree *overlay.Tree
	// Files are the tree and its record; nil when the tenant is held back.
	Files map[string][]byte
	// Certificates are the quota proofs, by environment, where the options ask for them.
	Certificates []Certificate
	// Checked are the names of the environments whose objects were judged.
	Checked []string
	// Unasked are the checks that were not asked in an environment, with what they lack: a field of the
	// platform file or of the tenant's, or "change".
	Unasked map[string]map[string]string

	problems []manifest.Problem
	unbuilt  bool // what people add does not fit in some environment
	members  []policies.Member
	services map[manifest.Key]string // that objects were made for
	objects  int
	placed   map[string][]manifest.Object // by environment, where revisions are compared
	judged   map[string]judged            // by environment, until the other revision is judged
	baseless *overlay.Source              // of a tree that lacks its base
	twin     *Rendered                    // the same tenant at the other revision, if that was judged
}

// examined reports whether every environment was built and judged as it would be in a cluster.
func (r Rendered) examined() bool { return len(r.members) > 0 && !r.unbuilt }

// Run loads the platform repository and takes every tenant through the chain. The error is a fault
// of ours or of the disk; what is wrong with the user's files is in the result.
func Run(ctx context.Context, fsys fs.FS, o Options) (*Result, error) {
	fleet, err := schemas.Load(fsys, schemas.Options{Tenants: o.Tenants})
	if err != nil {
		return nil, err
	}
	engine, err := compile(fsys, fleet.Platform, o.Verify || o.thorough || o.Change != nil || slices.ContainsFunc(fleet.Tenants, touched))
	if faults, ok := errors.AsType[policies.Errors](err); ok {
		return refuse(fleet, faults), nil
	}
	if err != nil {
		return nil, err
	}
	c, err := newChain(fleet, engine, o)
	if err != nil {
		return nil, err
	}
	rendered, err := c.all(ctx)
	if err != nil {
		return nil, err
	}
	crossed, err := c.across(ctx, members(rendered))
	if err != nil {
		return nil, err
	}
	return c.judge(ctx, rendered, crossed)
}

// newChain makes ready what tenants of the fleet are judged by.
func newChain(fleet *schemas.Fleet, engine *policies.Engine, o Options) (chain, error) {
	c := chain{options: o, fleet: fleet, engine: engine, known: newKnown(fleet.Platform, o.day()), changes: unchanged(engine.Rules()), failOn: bound(o.FailOn, fleet)}
	var err error
	if c.selection, err = choose(engine, o.Checks); err != nil {
		return c, err
	}
	c.waivers, err = judgeWaivers(fleet, engine, o.Now)
	return c, err
}

// bound is the severity from which a finding holds a tenant back.
func bound(asked manifest.Severity, fleet *schemas.Fleet) manifest.Severity {
	switch {
	case asked != "":
		return asked
	case fleet.Platform != nil && fleet.Platform.Policies.FailOn != "":
		return manifest.Severity(fleet.Platform.Policies.FailOn)
	}
	return manifest.High
}

// compile prepares the policies, those of the platform among them.
func compile(fsys fs.FS, p *schemas.Platform, all bool) (*policies.Engine, error) {
	switch {
	case p != nil && len(p.Extend.Policies) > 0 && all:
		return policies.CompileAll(fsys, p.Extend.Policies...)
	case p != nil && len(p.Extend.Policies) > 0:
		return policies.Compile(fsys, p.Extend.Policies...)
	case all:
		return oursWhole()
	}
	return ours()
}

// Our own rules are compiled once for all runs of a process, such as those over both revisions of a plan: nothing
// changes an engine.
var (
	ours      = sync.OnceValues(func() (*policies.Engine, error) { return policies.Compile(nil) })
	oursWhole = sync.OnceValues(func() (*policies.Engine, error) { return policies.CompileAll(nil) })
)

// touched reports whether people brought or changed objects of the tenant, or wrote in the words of Argo
// Rollouts: then every check will be asked.
func touched(t *schemas.Tenant) bool {
	steps := func(s schemas.Service) bool { return s.Release.Steps != nil }
	return len(t.Extras) > 0 || slices.ContainsFunc(t.Environments, func(e schemas.Environment) bool {
		return slices.ContainsFunc(slices.Collect(maps.Values(e.Spec.Services)), steps)
	})
}

// refuse holds back every tenant: the platform's own policies have faults, so nothing can be judged.
func refuse(fleet *schemas.Fleet, faults policies.Errors) *Result {
	res := &Result{Fleet: fleet, FailOn: bound("", fleet), Held: slices.Clone(fleet.Held)}
	for _, t := range fleet.Tenants {
		res.Held = append(res.Held, t.Name)
	}
	slices.Sort(res.Held)
	res.Problems = manifest.SortProblems(append(slices.Clone(fleet.Problems), faults...))
	return res
}

type chain struct {
	options Options
	fleet   *schemas.Fleet
	engine  *policies.Engine
	known   known
	failOn  manifest.Severity
	changes map[string]string // checks that judge nothing but changes, by id: what they lack
	waivers []*waiver
	selection
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
	if baseless {
		r.baseless = &src
	}
	for i := range t.Environments {
		if e := &t.Environments[i]; c.options.Environment == "" || c.options.Environment == e.Name {
			if err := c.check(ctx, &r, e, src.Envs[i].Objects); err != nil {
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

// whole is the tree of what was rendered. That of another revision lacks its base until a line of it is asked for:
// nobody writes it, and what is built of it is the same by the law of the overlay.
func (r *Rendered) whole() *overlay.Tree {
	if r.baseless != nil {
		r.baseless.Base = generators.Generate(r.Tenant, &r.Tenant.Base)
		r.Tree, _ = overlay.New(*r.baseless)
		r.baseless = nil
	}
	return r.Tree
}

// sourceOf renders a tenant in all its environments.
func sourceOf(t *schemas.Tenant) overlay.Source {
	src := overlays(t)
	src.Base = generators.Generate(t, &t.Base)
	return src
}

// overlays is the source of a tree without its base.
func overlays(t *schemas.Tenant) overlay.Source {
	src := overlay.Source{Tenant: t.Name, File: source(t), Extras: t.Extras}
	for i := range t.Environments {
		e := &t.Environments[i]
		src.Envs = append(src.Envs, overlay.Env{Name: e.Name, Namespace: e.Namespace, Objects: generators.Generate(t, e)})
	}
	return src
}

// source is what generated files name as theirs: the tenant's file, or its folder.
func source(t *schemas.Tenant) string {
	if dir := path.Dir(t.Files[0]); path.Base(dir) == t.Name {
		return dir
	}
	return t.Files[0]
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
func (c chain) check(ctx context.Context, r *Rendered, e *schemas.Environment, generated []manifest.Object) error {
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
	objects := make([]manifest.Object, len(built))
	for i, b := range built {
		objects[i] = b.Object
	}
	var found []manifest.Problem
	if c.asks() {
		var err error
		facts := c.known.facts(r.Tenant.Name, e)
		in := policies.Input{Context: facts, Objects: objects, Brought: c.brought(e, built), Checks: c.policies}
		in.Twin = r.twinOf(e.Name, in)
		if found, err = c.engine.Check(ctx, in); err != nil {
			return err
		}
		if c.options.comparing {
			r.keep(e.Name, in, found)
		}
		c.unask(r, e, facts)
	}
	found = append(found, c.prove(r, e, built, objects)...)
	if len(found) > 0 {
		newOrigin(r.Tenant, e, generated, built, r.whole(), c.engine.Holds).locate(found)
	}
	r.problems = append(r.problems, found...)
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
