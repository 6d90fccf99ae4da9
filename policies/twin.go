package policies

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// Twin is the same tenant and environment at another revision, which the same engine has judged. What a rule
// found there about one object it finds here, too, where the object is the same and so is all that the
// rule looks at beside it; it is not asked again then.
type Twin struct {
	Context Context
	// Same tells, by the index of an object of the [Input], that the twin has an equal one, and that no person
	// brought or changed either.
	Same []bool
	// Aligned says that the twin has objects of the same names in the same order, and none that a person brought.
	Aligned bool
	// Found is what [Engine.Check] returned there.
	Found []manifest.Problem
}

// settled are the rules that need not be asked again, by index: of objects that equal the twin's, and of the
// objects together.
type settled struct{ object, set []bool }

// settle compares what rules look at with what they saw of the twin; nil where there is no twin to go by.
func (e *Engine) settle(in Input, known map[string]any) *settled {
	t := in.Twin
	if t == nil || len(in.Checks) > 0 || !reflect.DeepEqual(in.Context.Platform.AllowedKinds, t.Context.Platform.AllowedKinds) {
		return nil
	}
	c := contrast{known: known, other: t.Context.value(), changed: map[string]bool{}, seen: map[string]bool{}}
	for i, o := range in.Objects {
		if !t.Same[i] {
			c.changed[o.Kind()] = true
		}
	}
	spared := &settled{make([]bool, len(e.rules)), make([]bool, len(e.rules))}
	for i, r := range e.rules {
		if len(r.Scopes) > 1 && slices.ContainsFunc(t.Found, func(p manifest.Problem) bool { return p.Check == r.ID }) {
			continue // nobody knows in which scope
		}
		rs := e.reads()[i]
		spared.object[i] = slices.Contains(r.Scopes, ObjectScope) && !slices.ContainsFunc(rs, c.ofObjects)
		spared.set[i] = t.Aligned && slices.Contains(r.Scopes, SetScope) && !slices.ContainsFunc(rs, c.ofSet)
	}
	return spared
}

// contrast is how an environment differs from its twin.
type contrast struct {
	known, other map[string]any
	changed      map[string]bool // kinds with an object that is another one
	seen         map[string]bool // what differs says, by path: most rules look at the same few
}

// ofObjects reports whether a rule that looks at the path can see a difference beside its object.
func (c contrast) ofObjects(path []string) bool { return c.differs(path) }

// ofSet reports the same of a rule that looks at the objects together.
func (c contrast) ofSet(path []string) bool {
	switch {
	case len(path) > 0 && path[0] == "objects", len(path) == 1 && path[0] == "kinds":
		return len(c.changed) > 0
	case len(path) > 1 && path[0] == "kinds":
		return c.changed[path[1]]
	}
	return c.differs(path)
}

// differs reports whether the context is another one at the path, which begins at the input.
func (c contrast) differs(path []string) bool {
	switch {
	case len(path) == 0:
		return true
	case path[0] != "ctx":
		return false // the object, or what follows from it
	}
	key := strings.Join(path, "\x00")
	found, known := c.seen[key]
	if !known {
		found = !sameValue(at(c.known, path[1:]), at(c.other, path[1:]))
		c.seen[key] = found
	}
	return found
}

// at is what stands in a context at the path, nil where there is nothing.
func at(ctx map[string]any, path []string) any {
	var v any = ctx
	for _, step := range path {
		switch m := v.(type) {
		case map[string]any:
			v = m[step]
		case ast.Object:
			v = part(m, step)
		default:
			return nil
		}
	}
	return v
}

// sameValue compares what may stand in a context. Values of Rego are compared by Rego: others read them at the same
// time, and what they keep beside their content is guarded.
func sameValue(a, b any) bool {
	switch x := a.(type) {
	case ast.Value:
		y, ok := b.(ast.Value)
		return ok && ast.Compare(x, y) == 0
	case map[string]any:
		y, ok := b.(map[string]any)
		return ok && maps.EqualFunc(x, y, sameValue)
	case []any:
		y, ok := b.([]any)
		return ok && slices.EqualFunc(x, y, sameValue)
	}
	return reflect.DeepEqual(a, b)
}

// inherit takes over what settled rules found: about equal objects, or about the objects together.
func (r *run) inherit(in Input, spared *settled) {
	equal := map[manifest.Key]bool{}
	for i, o := range in.Objects {
		if in.Twin.Same[i] {
			equal[o.Key()] = true
		}
	}
	for _, p := range in.Twin.Found {
		i := slices.IndexFunc(r.engine.rules, func(rule Rule) bool { return rule.ID == p.Check })
		if i >= 0 && (spared.object[i] && equal[p.Object] || spared.set[i]) {
			r.problems = append(r.problems, p)
		}
	}
}

// suspecting reports whether a rule that is not settled looks at texts that look like secrets.
func (e *Engine) suspecting(spared *settled) bool {
	for i, r := range e.rules {
		if !spared.object[i] && slices.Contains(r.Scopes, ObjectScope) && e.reads()[i].about("suspects") {
			return true
		}
	}
	return false
}
