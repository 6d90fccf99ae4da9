package pipeline

import (
	"reflect"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/generators"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/overlay"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// origin finds the line of a person's file that made a field of the output. Generators keep no books:
// one input leaf is changed, the tenant generated again, and the field compared. What changes with a
// leaf came from it.
type origin struct {
	tenant    *schemas.Tenant
	env       *schemas.Environment
	generated map[identity]manifest.Object
	built     map[manifest.Key]overlay.Built
	tree      *overlay.Tree
	leaves    []schemas.Leaf
	held      func(check string) bool              // whether generated objects hold a check
	changed   map[int]map[identity]manifest.Object // by leaf: the objects after its change
}

// identity names an object before it is placed.
type identity struct{ group, kind, name string }

func identify(o manifest.Object) identity {
	k := o.Key()
	return identity{k.Group, k.Kind, k.Name}
}

func newOrigin(t *schemas.Tenant, e *schemas.Environment, generated []manifest.Object, built []overlay.Built, tree *overlay.Tree, held func(check string) bool) *origin {
	o := &origin{
		held:   held,
		tenant: t, env: e, generated: index(generated), built: map[manifest.Key]overlay.Built{}, tree: tree,
		leaves: t.Leaves(e.Name), changed: map[int]map[identity]manifest.Object{},
	}
	for _, b := range built {
		o.built[b.Key()] = b
	}
	return o
}

func index(objects []manifest.Object) map[identity]manifest.Object {
	m := make(map[identity]manifest.Object, len(objects))
	for _, o := range objects {
		m[identify(o)] = o
	}
	return m
}

// locate fills in where a person mends each problem.
func (o *origin) locate(problems []manifest.Problem) {
	for i := range problems {
		p := &problems[i]
		b, ok := o.built[p.Object]
		if p.Field != "" && p.Position == (manifest.Position{}) {
			field := manifest.ParsePath(p.Field)
			p.Position, p.Field = o.tenant.At(o.env.Name, field), o.tenant.Field(o.env.Name, field)
			continue
		}
		if !ok {
			p.Position = o.tenant.At(o.env.Name, manifest.Path{"metadata", "name"})
			continue
		}
		p.Output = o.tree.Output(o.env.Name, b, p.Path)
		p.Remedy = concrete(p.Remedy, b.Subject)
		p.Position, p.Field = o.find(b, p)
	}
}

// concrete names the tenant's own service in a remedy that speaks of any.
func concrete(remedy, subject string) string {
	if rest, ok := strings.CutPrefix(subject, "spec.services."); ok {
		name, _, _ := strings.Cut(rest, ".")
		remedy = strings.ReplaceAll(remedy, "spec.services.<name>", "spec.services."+name)
	}
	return remedy
}

// find asks, in this order: the file of a person that brought or patched the object, the input leaf
// that the field follows, the leaf that the remedy names (a field that is absent follows nothing),
// the field of the tenant that asked for the object.
func (o *origin) find(b overlay.Built, p *manifest.Problem) (manifest.Position, string) {
	path := p.Path
	generated, ours := o.generated[identify(b.Object)]
	if b.Source != nil {
		at, _ := b.Source.Find(path)
		return at, path.String()
	}
	was, had := path.Lookup(generated.Tree)
	is, has := path.Lookup(b.Tree)
	if b.Extra != "" && (!ours || had != has || !reflect.DeepEqual(was, is) || o.held(p.Check)) {
		return o.extra(b.Extra, path), path.String()
	}
	if had {
		if leaf, ok := o.follow(generated, path, was); ok {
			return leaf.Position, leaf.Path.String()
		}
	}
	if leaf, ok := o.named(p.Remedy); ok {
		return leaf.Position, leaf.Path.String()
	}
	subject := manifest.ParsePath(b.Subject)
	if len(subject) == 0 {
		subject = manifest.Path{"metadata", "name"}
	}
	return o.tenant.At(o.env.Name, subject), subject.String()
}

// follow changes leaf after leaf, those nearest to the object's subject first, until the field
// follows one.
func (o *origin) follow(object manifest.Object, path manifest.Path, was any) (schemas.Leaf, bool) {
	id := identify(object)
	for _, i := range o.nearest(object.Subject) {
		changed := o.mutated(i)
		after, ok := changed[id]
		if !ok {
			after, ok = o.renamed(changed, object)
		}
		if !ok {
			continue
		}
		if now, has := path.Lookup(after.Tree); has && !reflect.DeepEqual(now, was) {
			return o.leaves[i], true
		}
	}
	return schemas.Leaf{}, false
}

// renamed is what an object became whose name holds a digest of what is in it: the one new object of its
// kind and subject.
func (o *origin) renamed(changed map[identity]manifest.Object, object manifest.Object) (manifest.Object, bool) {
	var found []manifest.Object
	for id, other := range changed {
		if _, old := o.generated[id]; !old && other.Kind() == object.Kind() && other.Subject == object.Subject {
			found = append(found, other)
		}
	}
	if len(found) != 1 {
		return manifest.Object{}, false
	}
	return found[0], true
}

// named is the leaf that a person wrote at the field which the text names.
func (o *origin) named(text string) (schemas.Leaf, bool) {
	var best schemas.Leaf
	words := strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ',' || r == ';' })
	for _, leaf := range o.leaves {
		if len(leaf.Path) > len(best.Path) && slices.Contains(words, leaf.Path.String()) {
			best = leaf
		}
	}
	return best, len(best.Path) > 0
}

// nearest are the leaves that an object can follow: those under its subject first, then those that
// belong to no service at all. Another service's leaves make other objects.
func (o *origin) nearest(subject string) []int {
	const services = "spec.services."
	var under, rest []int
	for i, leaf := range o.leaves {
		switch p := leaf.Path.String(); {
		case subject != "" && (p == subject || strings.HasPrefix(p, subject+".") || strings.HasPrefix(p, subject+"[")):
			under = append(under, i)
		case !strings.HasPrefix(p, services) || !strings.HasPrefix(subject, services):
			rest = append(rest, i)
		}
	}
	return append(under, rest...)
}

func (o *origin) mutated(i int) map[identity]manifest.Object {
	if m, ok := o.changed[i]; ok {
		return m
	}
	m := map[identity]manifest.Object{}
	if e, ok := o.tenant.Mutate(o.env.Name, o.leaves[i].Path); ok {
		m = index(generators.Generate(o.tenant, e))
	}
	o.changed[i] = m
	return m
}

// extra is the place in a person's file: the field itself where a document has it, otherwise the
// first document.
func (o *origin) extra(file string, path manifest.Path) manifest.Position {
	at := manifest.Position{File: file, Line: 1, Column: 1}
	for _, x := range o.tenant.Extras {
		if x.File != file {
			continue
		}
		for i, doc := range x.Documents {
			found, whole := doc.Find(path)
			if whole {
				return found
			}
			if i == 0 {
				at = doc.Position
			}
		}
	}
	return at
}
