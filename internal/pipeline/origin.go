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

// origin finds the line of a person's file that made a field of the output.
type origin struct {
	*tracer          // of what people wrote of the tenant
	platform *tracer // of the lines of the platform file beside; nil until one is asked for
	built    map[manifest.Key]overlay.Built
	patched  []overlay.Built // those of the generators that people patched
	tree     *overlay.Tree
	held     func(check string) bool     // whether generated objects hold a check
	judges   func(check string) []string // the kinds that a check is about
}

func newOrigin(t *schemas.Tenant, e *schemas.Environment, generated []manifest.Object, built []overlay.Built, tree *overlay.Tree, held func(check string) bool, judges func(check string) []string) *origin {
	o := &origin{held: held, judges: judges, tracer: newTracer(t, e, generated, t.Words(e.Name)), built: map[manifest.Key]overlay.Built{}, tree: tree}
	o.made = generators.Whole
	for _, b := range built {
		o.built[b.Key()] = b
		if b.Extra != "" && b.Source == nil {
			o.patched = append(o.patched, b)
		}
	}
	return o
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
		if b.Source != nil {
			p.Remedy = ofObject(p.Remedy, p.Object, p.Path)
		}
		p.Remedy = concrete(p.Remedy, b.Subject)
		p.Position, p.Field = o.find(b, p)
		p.Remedy = narrowed(p.Remedy, manifest.ParsePath(p.Field))
	}
}

// narrowed names the further container of a service in a remedy that speaks of the service's own, where that is what a
// problem is about: an init step or a sidecar has the same fields.
func narrowed(remedy string, field manifest.Path) string {
	at := slices.Index(field, any("services"))
	if at < 0 || len(field) < at+5 || field[at+2] != "init" && field[at+2] != "sidecars" {
		return remedy
	}
	service, key := manifest.Path{"spec", "services", field[at+1]}, field[at+4]
	return strings.ReplaceAll(remedy, service.Join(key).String(), service.Join(field[at+2:at+5]...).String())
}

// concrete names the tenant's own service in a remedy that speaks of any.
func concrete(remedy, subject string) string {
	if rest, ok := strings.CutPrefix(subject, "spec.services."); ok {
		name, _, _ := strings.Cut(rest, ".")
		remedy = strings.ReplaceAll(remedy, "spec.services.<name>", "spec.services."+name)
	}
	return remedy
}

// find asks, in this order: the file of a person that brought or patched the object, the patch that took away what is
// missing beside the object, the input leaf
// that the field follows, the leaf that the remedy names (a field that is absent follows nothing), the line of
// the platform file that the field follows where the remedy is the platform's, the field of the tenant that
// asked for the object.
func (o *origin) find(b overlay.Built, p *manifest.Problem) (manifest.Position, string) {
	path := p.Path
	generated, ours := o.now.objects[identify(b.Object)]
	if b.Source != nil {
		at, _ := b.Source.Find(path)
		return at, path.String()
	}
	was, had := path.Lookup(generated.Tree)
	is, has := path.Lookup(b.Tree)
	if b.Extra != "" && (!ours || had != has || !reflect.DeepEqual(was, is) || o.held(p.Check)) {
		return placeIn(o.tenant, b.Extra, b.Object, path), path.String()
	}
	if len(path) == 0 {
		if at, field, ok := o.undone(p.Check); ok {
			return at, field
		}
	}
	if had {
		if c, ok := o.follow(generated, path); ok {
			return c.Position, c.Path.String()
		}
	}
	if c, ok := o.named(p.Remedy); ok {
		return c.Position, c.Path.String()
	}
	if had && !speaksOfTenant(p.Remedy) {
		if c, ok := o.platformLines().follow(generated, path); ok {
			return c.Position, c.Path.String()
		}
	}
	subject := manifest.ParsePath(b.Subject)
	if len(subject) == 0 {
		subject = manifest.Path{"metadata", "name"}
	}
	return o.tenant.At(o.env.Name, subject), subject.String()
}

// platformLines traces what no layer of the tenant can change: the facts of the platform file.
func (o *origin) platformLines() *tracer {
	if o.platform == nil {
		lines := slices.DeleteFunc(o.tenant.Causes(o.env.Name), func(c schemas.Cause) bool {
			return !c.Fact || c.File == "" || c.File != o.env.Platform.File
		})
		o.platform = newTracer(o.tenant, o.env, nil, lines)
		o.platform.now, o.platform.made = o.now, o.made
	}
	return o.platform
}

// speaksOfTenant reports whether a remedy names a field that the tenant could have, not one of the platform's.
func speaksOfTenant(remedy string) bool {
	words := strings.Fields(remedy)
	for i, word := range words {
		if strings.HasPrefix(word, "spec.") && (i == 0 || words[i-1] != "platform") {
			return true
		}
	}
	return false
}

// follow tries cause after cause, those nearest to the object's subject first, until the field follows one.
func (t *tracer) follow(object manifest.Object, path manifest.Path) (schemas.Cause, bool) {
	near, _ := t.nearest(object.Subject)
	read := t.field(object, path)
	for _, i := range near {
		if v := t.likely(i); v.env != nil && t.effect(read, v) == changed {
			return t.causes[i], true
		}
	}
	return schemas.Cause{}, false
}

// named is the leaf that a person wrote at the field which the text names.
func (o *origin) named(text string) (schemas.Cause, bool) {
	var best schemas.Cause
	words := strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ',' || r == ';' })
	for _, c := range o.causes {
		if len(c.Path) > len(best.Path) && slices.Contains(words, c.Path.String()) {
			best = c
		}
	}
	return best, len(best.Path) > 0
}
