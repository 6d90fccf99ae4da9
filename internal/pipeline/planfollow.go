package pipeline

import (
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/generators"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/plan"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// Every cause that is tried costs a render of one environment, so a plan of more keeps what it does not try.
const (
	mostFollowed = 50 // places
	mostTried    = 20 // causes of a place
)

// follower finds which of the fields that people changed the changes of a group follow. Each field is taken back
// alone, the tenant generated again, and what the group changes compared.
type follower struct {
	*planner
	causes map[plan.Place][]plan.Cause
	known  map[plan.Place]*followed
}

// followed is a place at which causes are tried.
type followed struct {
	causes []plan.Cause
	tried  []retraction // of each cause
}

// retraction is what an environment is without one change, beside what it is with it and what it is at the other
// revision. All are nil where that cannot be told.
type retraction struct{ with, without, other map[identity]manifest.Object }

// follow leaves each group the causes that its first place follows, and tells risks their line where only one does.
// Where no cause alone does anything all of them stay.
func (p *planner) follow(in plan.Input, out *plan.Plan) {
	f := follower{p, map[plan.Place][]plan.Cause{}, map[plan.Place]*followed{}}
	for _, e := range in.Environments {
		f.causes[e.Place] = e.Causes
	}
	for i := range out.Groups {
		g := &out.Groups[i]
		f.risks(g, out.Tenants)
		if at := f.at(g.Places[0]); at != nil && len(g.Causes) > 1 {
			g.Causes = f.narrowed(g, at)
		}
	}
}

func (f *follower) narrowed(g *plan.Group, at *followed) []plan.Cause {
	matters := make([]bool, len(g.Causes))
	for i, c := range g.Causes {
		r, ok := at.of(c)
		matters[i] = slices.ContainsFunc(g.Objects, func(o plan.ObjectChange) bool {
			return f.concerns(c, g.Places[0], o) && (!ok || r.moves(o))
		})
	}
	if !slices.Contains(matters, true) {
		return g.Causes
	}
	var out []plan.Cause
	for i, c := range g.Causes {
		if matters[i] {
			out = append(out, c)
		}
	}
	return out
}

// risks tells the risks of a group the line that they follow, and so those of the same kind in all its places.
func (f *follower) risks(g *plan.Group, tenants []plan.Tenant) {
	for i := range g.Risks {
		r := &g.Risks[i]
		if r.Cause != (manifest.Position{}) {
			continue
		}
		c, ok := f.only(g, *r)
		if !ok {
			continue
		}
		r.Cause = f.line(r.Place, c.Field)
		for _, at := range g.Places {
			f.tell(tenants, at, *r, c.Field)
		}
	}
}

// line is where people wrote a field that reaches a place.
func (f *follower) line(at plan.Place, field string) manifest.Position {
	for _, c := range f.causes[at] {
		if c.Field == field {
			return c.Position
		}
	}
	return manifest.Position{}
}

// only is the cause that a risk follows at the first place of its group, if it is one.
func (f *follower) only(g *plan.Group, r plan.Risk) (plan.Cause, bool) {
	at := f.at(g.Places[0])
	n := slices.IndexFunc(g.Objects, func(o plan.ObjectChange) bool {
		return o.Object.Group == r.Object.Group && o.Object.Kind == r.Object.Kind && o.Object.Name == r.Object.Name
	})
	if at == nil || n < 0 {
		return plan.Cause{}, false
	}
	o := g.Objects[n]
	o.Fields = slices.DeleteFunc(slices.Clone(o.Fields), func(c manifest.Change) bool { return !leadsTo(c.Path, r.Path) })
	if len(o.Fields) == 0 {
		o.Fields = g.Objects[n].Fields
	}
	var found []plan.Cause
	for i, c := range at.causes {
		if t := at.tried[i]; f.concerns(c, g.Places[0], o) && (t.with == nil || t.moves(o)) {
			found = append(found, c)
		}
	}
	if len(found) != 1 {
		return plan.Cause{}, false
	}
	return found[0], true
}

// leadsTo reports whether one path leads through the end of the other.
func leadsTo(a, b manifest.Path) bool {
	n := min(len(a), len(b))
	return slices.Equal(a[:n], b[:n])
}

// tell gives the risk of a place that is the same as r the line of the field there.
func (f *follower) tell(tenants []plan.Tenant, at plan.Place, r plan.Risk, field string) {
	i, ok := slices.BinarySearchFunc(tenants, at.Tenant, func(t plan.Tenant, name string) int { return strings.Compare(t.Name, name) })
	if !ok {
		return
	}
	for _, e := range tenants[i].Environments {
		for j := range e.Risks {
			s := &e.Risks[j]
			same := s.Class == r.Class && s.Severity == r.Severity && s.Object.Kind == r.Object.Kind && s.Path.String() == r.Path.String()
			if e.Environment != at.Environment || !same || s.Cause != (manifest.Position{}) {
				continue
			}
			s.Cause = f.line(at, field)
		}
	}
}

// of is what became of a cause; false where it was not tried.
func (p *followed) of(c plan.Cause) (retraction, bool) {
	i := slices.IndexFunc(p.causes, func(o plan.Cause) bool { return o.Position == c.Position && o.Field == c.Field })
	if i < 0 || p.tried[i].with == nil {
		return retraction{}, false
	}
	return p.tried[i], true
}

// at tries the causes of a place; nil where it is not there before and after, or where there are too many.
func (f *follower) at(place plan.Place) *followed {
	known, ok := f.known[place]
	if ok || len(f.known) >= mostFollowed || !f.old.has(place) || !f.new.has(place) {
		return known
	}
	f.known[place] = nil
	causes := f.causes[place]
	if len(causes) < 2 || len(causes) > mostTried {
		return nil
	}
	a, b := f.old.tenants[place.Tenant], f.new.tenants[place.Tenant]
	was, is := generated(a, place.Environment), generated(b, place.Environment)
	out := &followed{causes: causes}
	for _, c := range causes {
		r := retraction{is, varied(b, place.Environment, c, c.Old), was}
		if r.without == nil { // it is not there any more
			r = retraction{was, varied(a, place.Environment, c, c.New), is}
		}
		if r.without == nil {
			r = retraction{}
		}
		out.tried = append(out.tried, r)
	}
	f.known[place] = out
	return out
}

func generated(t *schemas.Tenant, env string) map[identity]manifest.Object {
	i := slices.IndexFunc(t.Environments, func(e schemas.Environment) bool { return e.Name == env })
	return index(made(t, &t.Environments[i]))
}

// made is all that is generated of a tenant in an environment.
func made(t *schemas.Tenant, e *schemas.Environment) []manifest.Object {
	objects := generators.Generate(t, e)
	return slices.Concat(objects, generators.Delivery(t, e, objects))
}

// varied is the environment with another value of all that stands at the line of a cause; nil where nothing does, or
// where the value cannot stand there.
func varied(t *schemas.Tenant, env string, c plan.Cause, value any) map[identity]manifest.Object {
	if value == nil {
		value = schemas.Dropped{}
	}
	all := slices.DeleteFunc(t.Causes(env), func(o schemas.Cause) bool {
		return o.Position != c.Position || o.Name || len(o.Path) > 1 && !o.Fact && (o.Path[0] == "metadata" || o.Path[1] == "environments")
	})
	if len(all) == 0 || slices.ContainsFunc(all, func(o schemas.Cause) bool { return o.Fact != all[0].Fact }) {
		return nil
	}
	values := make([]any, len(all))
	for i := range values {
		values[i] = value
	}
	tenant, e, ok := t.VaryAll(env, all, values)
	if !ok {
		return nil
	}
	return index(made(tenant, e))
}

// moves reports whether what changes of an object is another without the cause. Of an object that nobody generates
// nobody knows that it is not.
func (r retraction) moves(o plan.ObjectChange) bool {
	id := identity{o.Object.Group, o.Object.Kind, o.Object.Name}
	was, had := r.with[id]
	is, has := r.without[id]
	_, generated := r.other[id]
	switch {
	case had != has:
		return true
	case !had:
		return !generated
	case len(o.Fields) == 0:
		return !manifest.Equal(was.Tree, is.Tree)
	}
	return slices.ContainsFunc(o.Fields, func(c manifest.Change) bool {
		words := o.After
		if c.Removed {
			words = o.Before
		}
		a, had := aligned(words, was.Tree, c.Path)
		b, has := aligned(words, is.Tree, c.Path)
		return had != has || !manifest.Equal(a, b)
	})
}

// concerns reports whether a cause can reach an object: one in a file that a person adds is about objects of a kind.
func (f *follower) concerns(c plan.Cause, at plan.Place, o plan.ObjectChange) bool {
	for _, t := range []*schemas.Tenant{f.old.tenants[at.Tenant], f.new.tenants[at.Tenant]} {
		for _, x := range t.Extras {
			if x.File == c.File {
				return slices.ContainsFunc(x.Documents, func(doc *manifest.Node) bool { return isAbout(doc, o.Object.Kind) })
			}
		}
	}
	return true
}

// isAbout reports whether a document of a person may be about objects of a kind: its target's, or its own.
func isAbout(doc *manifest.Node, kind string) bool {
	n := doc.Get("kind")
	if target := doc.Get("target"); target != nil {
		n = target.Get("kind")
	}
	return n == nil || n.Value == kind
}
