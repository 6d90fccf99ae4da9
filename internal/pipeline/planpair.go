package pipeline

import (
	"context"
	"maps"
	"path"
	"reflect"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/overlay"
	"github.com/tenantsmith/tenantsmith/internal/proof"
	"github.com/tenantsmith/tenantsmith/policies"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// pair is a tenant at both revisions; a side is nil where it is not there or cannot be loaded.
type pair struct {
	name     string
	old, new *Rendered
	// was and is are the overlays at each revision, where they had to be generated to know that they differ;
	// rendering takes them.
	was, is *overlay.Source
	// files are the digests of the rendered files at the new revision, where they differ from those at the
	// old one: none for a tenant that goes; nil where they do not differ, and where nothing is published.
	files map[string]string
	// stays says why publish does not remove a tenant that has no file any more.
	stays string
}

// render takes both sides of a pair through the chain.
func (p *planner) render(ctx context.Context, pr *pair) (err error) {
	if pr.new, err = p.new.one(ctx, pr.name, pr.is, nil); err != nil {
		return err
	}
	twin := pr.new
	if p.old.chain.engine != p.new.chain.engine {
		twin = nil
	}
	if pr.old, err = p.old.one(ctx, pr.name, pr.was, twin); err != nil {
		return err
	}
	pr.compareFiles()
	pr.forget()
	return nil
}

// forget lets go of what only the judgement of the other revision needs, and of what no plan tells.
func (pr *pair) forget() {
	pr.was, pr.is = nil, nil
	for _, r := range []*Rendered{pr.old, pr.new} {
		if r == nil {
			continue
		}
		r.judged, r.twin = nil, nil
		for i := range r.Certificates {
			c, m := &r.Certificates[i], r.Certificates[i].Measured
			c.Lines, c.Measured = nil, proof.Measurement{Steady: m.Steady, Peak: m.Peak, SteadySidecars: m.SteadySidecars, Sidecars: m.Sidecars}
		}
	}
}

func (r *revision) one(ctx context.Context, name string, src *overlay.Source, twin *Rendered) (*Rendered, error) {
	t := r.tenants[name]
	if t == nil {
		return nil, nil
	}
	if src == nil {
		made := overlays(t)
		src = &made
	}
	out, err := r.chain.render(ctx, t, *src, twin)
	return &out, err
}

// compareFiles notes the new files where they differ, and lets go of the trees. Where objects differ, files
// do: they are what kustomize builds the objects from.
func (pr *pair) compareFiles() {
	if pr.new.written() {
		sums := pr.new.sums()
		if !pr.old.written() || !samePlaced(pr.old.placed, pr.new.placed) || !maps.Equal(sums, pr.old.sums()) {
			pr.files = sums
		}
	}
	for _, r := range []*Rendered{pr.old, pr.new} {
		if r != nil {
			r.Tree, r.baseless = nil, nil
		}
	}
}

// written reports whether a tree is there that may be written.
func (r *Rendered) written() bool { return r != nil && r.Tree != nil && !r.unbuilt }

func samePlaced(a, b map[string][]manifest.Object) bool {
	return maps.EqualFunc(a, b, sameObjects)
}

// sums are the digests of a tenant's rendered files.
func (r *Rendered) sums() map[string]string {
	out := sumsOf(r.whole().Files())
	maps.Copy(out, sumsOf(r.delivered()))
	return out
}

// sumsOf are the digests of rendered files, without the record: it tells how they came about.
func sumsOf(files map[string][]byte) map[string]string {
	out := make(map[string]string, len(files))
	for name, data := range files {
		if path.Base(name) != manifest.RecordName {
			out[name] = manifest.Digest(data)
		}
	}
	return out
}

// sameOutside reports whether the tenants show others the same at both revisions, so that nothing which is
// found across tenants can be another.
func (p *planner) sameOutside(pairs []*pair) bool {
	var old, new []policies.Member
	for _, pr := range pairs {
		old, new = append(old, p.outside(pr.old)...), append(new, p.outside(pr.new)...)
	}
	return reflect.DeepEqual(old, new)
}

// outside is what others see of a tenant: no objects in its own namespaces, unless policies of the platform
// look at them.
func (p *planner) outside(r *Rendered) []policies.Member {
	if r == nil {
		return nil
	}
	out := slices.Clone(r.members)
	if p.views.own {
		return out
	}
	for i := range out {
		m := &out[i]
		m.Claims = slices.Clone(m.Claims)
		for j := range m.Claims {
			m.Claims[j].Object = min(m.Claims[j].Object, 0)
		}
		m.Keys = slices.DeleteFunc(slices.Clone(m.Keys), func(k policies.OwnedKey) bool { return slices.Contains(m.Namespaces, k.Namespace) })
	}
	return out
}

// judge asks across tenants, at both revisions, and settles what became of each. A tenant of which that
// finds something else joins the pairs.
func (p *planner) judge(ctx context.Context, pairs []*pair) (*comparison, error) {
	var others []policies.Member
	if !p.sameOutside(pairs) {
		var err error
		if others, err = p.others(pairs); err != nil {
			return nil, err
		}
	}
	was, err := p.old.chain.across(ctx, slices.Concat(members(side(pairs, (*pair).before)), others))
	if err != nil {
		return nil, err
	}
	is, err := p.new.chain.across(ctx, slices.Concat(members(side(pairs, (*pair).after)), others))
	if err != nil {
		return nil, err
	}
	more := p.joining(pairs, was, is)
	if err := each(len(more), nil, func(i int) error { return p.render(ctx, more[i]) }); err != nil {
		return nil, err
	}
	pairs = append(pairs, more...)
	slices.SortFunc(pairs, func(a, b *pair) int { return strings.Compare(a.name, b.name) })
	return p.settle(ctx, pairs, was, is)
}

func (p *planner) settle(ctx context.Context, pairs []*pair, was, is []manifest.Problem) (*comparison, error) {
	before, after := side(pairs, (*pair).before), side(pairs, (*pair).after)
	c := &comparison{pairs: pairs}
	var err error
	if c.old, err = p.old.chain.judge(ctx, before, was); err != nil {
		return nil, err
	}
	if c.new, err = p.new.chain.judge(ctx, after, is); err != nil {
		return nil, err
	}
	back(before, pairs, (*pair).before)
	back(after, pairs, (*pair).after)
	for _, pr := range pairs {
		if slices.Contains(c.new.Held, pr.name) {
			pr.files = nil
		} else if pr.new == nil && pr.old != nil {
			pr.leave(p.options.day())
		}
	}
	return c, nil
}

// leave notes what publish does with a tenant that has no file any more: it judges by the record, which says
// what the tenant's files said before.
func (pr *pair) leave(today string) {
	var r manifest.Record
	r.Lifecycle, r.Until = pr.old.Tenant.Lifecycle()
	if pr.stays = r.Stays(today); pr.stays == "" {
		pr.files = map[string]string{}
	}
}

func (pr *pair) before() *Rendered { return pr.old }
func (pr *pair) after() *Rendered  { return pr.new }

// side are the tenants of one revision.
func side(pairs []*pair, of func(*pair) *Rendered) []Rendered {
	var out []Rendered
	for _, pr := range pairs {
		if r := of(pr); r != nil {
			out = append(out, *r)
		}
	}
	return out
}

// back brings what was judged back into the pairs.
func back(rendered []Rendered, pairs []*pair, of func(*pair) *Rendered) {
	for _, pr := range pairs {
		if r := of(pr); r != nil {
			*r, rendered = rendered[0], rendered[1:]
		}
	}
}

// others are the members of the tenants that are in no pair. They are the same at both revisions.
func (p *planner) others(pairs []*pair) ([]policies.Member, error) {
	var rest []*schemas.Tenant
	for _, t := range p.new.fleet.Tenants {
		if !slices.ContainsFunc(pairs, func(pr *pair) bool { return pr.name == t.Name }) {
			rest = append(rest, t)
		}
	}
	found := make([][]policies.Member, len(rest))
	err := each(len(rest), nil, func(i int) (err error) {
		found[i], err = membersOf(rest[i])
		return err
	})
	return slices.Concat(found...), err
}

// membersOf builds a tenant without asking anything of it.
func membersOf(t *schemas.Tenant) ([]policies.Member, error) {
	tree, _ := overlay.New(sourceOf(t))
	if tree == nil {
		return nil, nil
	}
	var out []policies.Member
	for i := range t.Environments {
		e := &t.Environments[i]
		built, problems := tree.Build(e.Name)
		if err := fault(problems); err != nil {
			return nil, err
		}
		objects := make([]manifest.Object, len(built))
		for j, b := range built {
			objects[j] = b.Object
		}
		out = append(out, member(t.Name, e, objects))
	}
	return out, nil
}

// joining are the tenants in no pair of which something else is found across tenants.
func (p *planner) joining(pairs []*pair, was, is []manifest.Problem) []*pair {
	known := map[string]bool{}
	for _, pr := range pairs {
		known[pr.name] = true
	}
	old, new := byTenant(was), byTenant(is)
	var out []*pair
	for _, t := range p.new.fleet.Tenants {
		if !known[t.Name] && !reflect.DeepEqual(old[t.Name], new[t.Name]) {
			out = append(out, &pair{name: t.Name})
		}
	}
	return out
}

func byTenant(problems []manifest.Problem) map[string][]manifest.Problem {
	out := map[string][]manifest.Problem{}
	for _, p := range problems {
		out[p.Tenant] = append(out[p.Tenant], p)
	}
	return out
}
