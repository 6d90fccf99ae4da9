package pipeline

import (
	"reflect"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/generators"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// tracer finds what a value of the output follows. Generators keep no books: one cause is changed, the tenant
// generated again, and the value compared. What changes with a cause came from it.
type tracer struct {
	tenant *schemas.Tenant
	env    *schemas.Environment
	causes []schemas.Cause
	now    variation
	tried  map[trial]variation
	paths  []string // of the causes
	others [][]any  // the variants of the causes
	groups map[string][]int
	made   func(*schemas.Tenant, *schemas.Environment) []manifest.Object
	orders map[string][2][]int // of the causes, by subject
	// all objects are compared after each variation, and not only those that are asked about.
	all bool
}

// trial is one variant of one cause, or of all causes of a group.
type trial struct {
	cause, variant int
	group          string
}

// variation is what the tenant is made into with another value of a cause.
type variation struct {
	env     *schemas.Environment // nil if the value cannot stand there
	cause   schemas.Cause
	value   any
	objects map[identity]manifest.Object
	touched map[identity]bool // of objects that were compared: whether they are not what they were
}

// reading looks up one value in a variation, and tells whether it is there.
type reading func(variation) (any, bool)

// identity names an object before it is placed.
type identity struct{ group, kind, name string }

func identify(o manifest.Object) identity {
	k := o.Key()
	return identity{k.Group, k.Kind, k.Name}
}

func index(objects []manifest.Object) map[identity]manifest.Object {
	m := make(map[identity]manifest.Object, len(objects))
	for _, o := range objects {
		m[identify(o)] = o
	}
	return m
}

func newTracer(t *schemas.Tenant, e *schemas.Environment, generated []manifest.Object, causes []schemas.Cause) *tracer {
	out := &tracer{
		tenant: t, env: e, causes: causes, now: variation{env: e, objects: index(generated)},
		tried: map[trial]variation{}, groups: map[string][]int{}, orders: map[string][2][]int{}, made: generators.Generate,
	}
	out.others = make([][]any, len(out.causes))
	for i, c := range out.causes {
		out.paths = append(out.paths, c.Path.String())
		if g := groupOf(c); g != "" {
			out.groups[g] = append(out.groups[g], i)
		}
	}
	return out
}

// variants are the other values of a cause.
func (t *tracer) variants(i int) []any {
	if t.others[i] == nil {
		t.others[i] = t.causes[i].Variants()
	}
	return t.others[i]
}

// vary generates the tenant with a variant of a cause.
func (t *tracer) vary(i, n int) variation {
	at := trial{cause: i, variant: n}
	v, ok := t.tried[at]
	if !ok {
		v = variation{cause: t.causes[i], value: t.variants(i)[n]}
		tenant, env, ok := t.tenant.Vary(t.env.Name, v.cause, v.value)
		t.tried[at] = t.generate(v, tenant, env, ok)
	}
	return t.tried[at]
}

// varyGroup generates the tenant with a variant of every cause of a group at once.
func (t *tracer) varyGroup(group string, n int) variation {
	at := trial{group: group, variant: n}
	if _, ok := t.tried[at]; !ok {
		var causes []schemas.Cause
		var values []any
		for _, i := range t.groups[group] {
			if others := t.variants(i); n < len(others) {
				causes, values = append(causes, t.causes[i]), append(values, others[n])
			}
		}
		tenant, env, ok := t.tenant.VaryAll(t.env.Name, causes, values)
		t.tried[at] = t.generate(variation{}, tenant, env, ok)
	}
	return t.tried[at]
}

func (t *tracer) generate(v variation, tenant *schemas.Tenant, env *schemas.Environment, ok bool) variation {
	if !ok {
		return v
	}
	v.env, v.objects, v.touched = env, index(t.made(tenant, env)), map[identity]bool{}
	for id := range t.now.objects {
		if !t.all {
			break
		}
		t.isTouched(v, id)
	}
	return v
}

// isTouched reports whether a variation has another object than there was.
func (t *tracer) isTouched(v variation, id identity) bool {
	touched, known := v.touched[id]
	if known || v.touched == nil {
		return touched
	}
	before, after := t.now.objects[id], v.objects[id]
	if v.touched[id] = !reflect.DeepEqual(before.Tree, after.Tree); !v.touched[id] {
		v.objects[id] = before // the copy need not be kept
	}
	return v.touched[id]
}

// likely is the first variant that can stand there; its environment is nil where none can.
func (t *tracer) likely(i int) variation {
	for n := range t.variants(i) {
		if v := t.vary(i, n); v.env != nil {
			return v
		}
	}
	return variation{}
}

// effect is what a variation did to a value.
type effect int

const (
	none    effect = iota
	changed        // another value stands there, or one where none was
	gone           // it is not there any more
)

func (t *tracer) effect(read reading, v variation) effect {
	was, had := read(t.now)
	switch is, has := read(v); {
	case had && !has:
		return gone
	case has && (!had || !reflect.DeepEqual(was, is)):
		return changed
	}
	return none
}

// answer is what a value follows, and what it needs to be there at all, by the numbers of the causes.
type answer struct {
	follows, needs []int
	// untried are causes that no other value could be tried for.
	untried []int
}

// ask finds all causes that a value of an object follows. What follows none of the likely variants is asked of
// every variant, so that a constant is one.
func (t *tracer) ask(read reading, subject string) answer {
	var out answer
	t.round(&out, read, subject, 0, t.likely)
	if len(out.follows) > 0 {
		return out
	}
	most := 0
	for i := range t.causes {
		most = max(most, len(t.variants(i)))
	}
	for n := range most {
		t.round(&out, read, subject, n, func(i int) variation { return t.vary(i, min(n, len(t.variants(i))-1)) })
	}
	return out
}

// round asks causes one by one, those nearest to the subject first. What is far from it, or read by few generators,
// is asked in groups: where the value stays with all of a group changed, none of them is asked alone.
func (t *tracer) round(out *answer, read reading, subject string, n int, vary func(int) variation) {
	quiet := map[string]bool{}
	near, far := t.nearest(subject)
	for _, i := range append(near, far...) {
		group := groupOf(t.causes[i])
		if group != "" && !isUnder(subject, group) {
			if _, asked := quiet[group]; !asked {
				quiet[group] = t.isQuiet(group, n, read)
			}
			if quiet[group] {
				continue
			}
		}
		if v := vary(i); v.env != nil {
			out.note(i, t.effect(read, v))
		} else if t.likely(i).env == nil && !slices.Contains(out.untried, i) {
			out.untried = append(out.untried, i)
		}
	}
}

func (a *answer) note(cause int, e effect) {
	switch {
	case e == changed && !slices.Contains(a.follows, cause):
		a.follows = append(a.follows, cause)
	case e == gone && !slices.Contains(a.needs, cause):
		a.needs = append(a.needs, cause)
	}
}

// isQuiet reports whether a value stays with a variant of every cause of a group.
func (t *tracer) isQuiet(group string, n int, read reading) bool {
	if !slices.ContainsFunc(t.groups[group], func(i int) bool { return n < len(t.variants(i)) }) {
		return true
	}
	v := t.varyGroup(group, n)
	return v.env != nil && t.effect(read, v) == none
}

// groupOf is the part of the tenant or of the platform file that a cause belongs to: a service, or a field of the
// spec. It is empty for names, which change the words of everything below them, and for choices of structure, which
// would hide what the other causes of their group do.
func groupOf(c schemas.Cause) string {
	if c.Name || len(c.Path) < 2 || c.Path[0] != "spec" || c.Path[1] == "environments" && !c.Fact {
		return ""
	}
	for _, step := range c.Path[1:] {
		if name, ok := step.(string); ok && slices.Contains(structure, name) {
			return ""
		}
	}
	switch {
	case c.Fact:
		return "platform " + c.Path[:2].String()
	case c.Path[1] == "services" && len(c.Path) > 2:
		return c.Path[:3].String()
	}
	return c.Path[:2].String()
}

// structure are the fields that decide which objects there are.
var structure = []string{"kind", "strategy", "tier", "lifecycle", "router", "mesh", "dns", "operators", "engine"}

// nearest are the causes in the order in which an object probably follows them: those under its subject, those of
// the same service and those that belong to none; and apart those of other services.
func (t *tracer) nearest(subject string) (near, far []int) {
	known, ok := t.orders[subject]
	if !ok {
		near, far = t.order(subject)
		known = [2][]int{slices.Clip(near), far}
		t.orders[subject] = known
	}
	return known[0], known[1]
}

func (t *tracer) order(subject string) (near, far []int) {
	const services = "spec.services."
	var rest []int
	own := serviceOf(manifest.ParsePath(subject))
	for i, c := range t.causes {
		switch p := t.paths[i]; {
		case !c.Fact && isUnder(p, subject):
			near = append(near, i)
		case c.Fact || !strings.HasPrefix(p, services) || !strings.HasPrefix(subject, services) || serviceOf(c.Path) == own:
			rest = append(rest, i)
		default:
			far = append(far, i)
		}
	}
	return append(near, rest...), far
}

// isUnder reports whether a field is a subject or a part of it.
func isUnder(field, subject string) bool {
	rest, ok := strings.CutPrefix(field, subject)
	return ok && subject != "" && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

// field reads a field of an object that was generated, in the words of the tree given: its own or, for what an
// environment does not have, that of the base.
func (t *tracer) field(object manifest.Object, path manifest.Path) reading {
	id := identify(object)
	own := t.now.objects[id]
	was, had := aligned(object.Tree, own.Tree, path)
	return func(v variation) (any, bool) {
		if !t.isTouched(v, id) {
			return was, had
		}
		after, ok := t.became(v, own)
		if !ok {
			return nil, false
		}
		return aligned(object.Tree, after.Tree, path)
	}
}

// became is an object in a variation: the one of its name, or the one that took its place when what it is named
// after changed.
func (t *tracer) became(v variation, object manifest.Object) (manifest.Object, bool) {
	if after, ok := v.objects[identify(object)]; ok {
		return after, true
	}
	subject := v.cause.Renamed(object.Subject, v.value)
	var before, after []string
	for id, other := range t.now.objects {
		if _, stays := v.objects[id]; !stays && id.kind == object.Kind() && other.Subject == object.Subject {
			before = append(before, id.name)
		}
	}
	for id, other := range v.objects {
		if _, old := t.now.objects[id]; !old && id.kind == object.Kind() && (other.Subject == subject || other.Subject == object.Subject) {
			after = append(after, id.name)
		}
	}
	if len(before) != len(after) {
		return manifest.Object{}, false
	}
	slices.Sort(before)
	slices.Sort(after)
	i := slices.Index(before, object.Name())
	if i < 0 {
		return manifest.Object{}, false
	}
	found, ok := v.objects[identity{object.Key().Group, object.Kind(), after[i]}]
	return found, ok
}
