package report

import (
	"reflect"
	"strconv"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/plan"
	"github.com/tenantsmith/tenantsmith/internal/secrets"
)

// A shownField is a change of a field as reports tell it: no secret is in it.
type shownField struct {
	manifest.Change
	// Named is the path with the names of elements instead of their numbers.
	Named string
	// Hidden says that a secret stood there.
	Hidden bool
	// Same says that what is hidden is the same before and after.
	Same bool
}

// shownFields are the changes of an object without the secrets in them. What stands around a value tells
// whether it is one: the name of a variable, the flag before an argument.
func shownFields(o plan.ObjectChange) []shownField {
	if len(o.Fields) == 0 {
		return nil
	}
	before, after := newSide(o.Object, o.Before), newSide(o.Object, o.After)
	out := make([]shownField, len(o.Fields))
	for i, c := range o.Fields {
		f := shownField{Change: c}
		at := counterpart(c.Path, o.After, o.Before)
		switch {
		case c.Removed:
			f.Named, f.Old = named(c.Path, o.Before), before.show(c.Path, c.Old)
		case c.Added:
			f.Named, f.New = named(c.Path, o.After), after.show(c.Path, c.New)
		default:
			f.Named, f.Old, f.New = named(c.Path, o.After), before.show(at, c.Old), after.show(c.Path, c.New)
		}
		f.Hidden = !reflect.DeepEqual(f.Old, c.Old) || !reflect.DeepEqual(f.New, c.New)
		f.Same = f.Hidden && !before.vault && before.tree != nil && reflect.DeepEqual(before.hashes(at), after.hashes(c.Path))
		out[i] = f
	}
	return out
}

// side is an object of one revision, and the same without its secrets.
type side struct {
	tree, clean any
	// vault says that the object is a Secret.
	vault bool
}

func newSide(key manifest.Key, tree map[string]any) side {
	s := side{vault: key.Kind == "Secret" && key.Group == ""}
	if tree == nil {
		return s
	}
	clean := secrets.Hide(tree, "").(map[string]any)
	if s.vault {
		for _, field := range []string{"data", "stringData"} {
			if v, ok := clean[field]; ok {
				clean[field] = hideAll(v)
			}
		}
		// kubectl apply keeps a copy of the whole object there.
		if meta, ok := clean["metadata"].(map[string]any); ok && meta["annotations"] != nil {
			meta["annotations"] = hideAll(meta["annotations"])
		}
	}
	s.tree, s.clean = tree, clean
	return s
}

// show is the value at the path without secrets. Where the object is not known, nothing is shown that could be
// one by what stands around it.
func (s side) show(at manifest.Path, value any) any {
	if found, ok := at.Lookup(s.tree); ok && s.tree != nil && reflect.DeepEqual(found, value) {
		clean, _ := at.Lookup(s.clean)
		return clean
	}
	if s.vault || guarded(at) {
		return hideAll(value)
	}
	return secrets.Hide(value, lastKey(at))
}

// hashes tells apart the secrets at the path, without telling them.
func (s side) hashes(at manifest.Path) []string {
	var out []string
	for _, found := range secrets.Find(s.tree) {
		if len(found.Path) >= len(at) && found.Path[:len(at)].String() == at.String() {
			out = append(out, found.Path[len(at):].String()+found.Hash)
		}
	}
	return out
}

// guarded reports whether what stands beside the value says what it is: the name of a variable, the flag
// before an argument.
func guarded(at manifest.Path) bool {
	for i := 1; i < len(at); i++ {
		if n, ok := at[i].(int); ok {
			switch at[i-1] {
			case "env":
				return i+1 < len(at) && at[i+1] == "value"
			case "args", "command":
				return n > 0
			}
		}
	}
	return false
}

func lastKey(p manifest.Path) string {
	for i := len(p) - 1; i >= 0; i-- {
		if key, ok := p[i].(string); ok {
			return key
		}
	}
	return ""
}

// hideAll hides every text of a tree, and keeps its keys.
func hideAll(tree any) any {
	switch v := tree.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, inner := range v {
			out[key] = hideAll(inner)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, inner := range v {
			out[i] = hideAll(inner)
		}
		return out
	case nil:
		return nil
	}
	return secrets.Hidden
}

// counterpart leads to what the old tree has at a path of the new one, where elements that have a name are
// found by it. It is the same path where there is nothing.
func counterpart(p manifest.Path, new, old map[string]any) manifest.Path {
	var at manifest.Path
	n, o := any(new), any(old)
	for _, step := range p {
		if i, ok := step.(int); ok {
			step = placeOf(nameAt(n, i), o, i)
		}
		at = at.Join(step)
		var found bool
		if o, found = (manifest.Path{step}).Lookup(o); !found {
			return p
		}
		n, _ = manifest.Path{p[len(at)-1]}.Lookup(n)
	}
	return at
}

// nameAt is the name of an element of a list, empty if it has none.
func nameAt(list any, i int) string {
	element, _ := manifest.Path{i}.Lookup(list)
	m, _ := element.(map[string]any)
	name, _ := m["name"].(string)
	return name
}

// placeOf is where the list has the element of that name, or else the place itself.
func placeOf(name string, list any, i int) int {
	l, _ := list.([]any)
	for j := range l {
		if name != "" && nameAt(list, j) == name {
			return j
		}
	}
	return i
}

// named writes a path as people read it: spec.containers[web].image.
func named(p manifest.Path, tree map[string]any) string {
	var b strings.Builder
	at := any(tree)
	for i, step := range p {
		s := p[i : i+1].String()
		if n, ok := step.(int); ok {
			if name := nameAt(at, n); name != "" {
				s = "[" + name + "]"
			} else {
				s = "[" + strconv.Itoa(n) + "]"
			}
		} else if b.Len() > 0 && !strings.HasPrefix(s, "[") {
			s = "." + s
		}
		b.WriteString(s)
		at, _ = p[i : i+1].Lookup(at)
	}
	return b.String()
}

// shownCause is a cause without the secrets in its values.
func shownCause(c plan.Cause) plan.Cause {
	at := manifest.ParsePath(c.Field)
	show := func(v any) any {
		if guarded(at) {
			return hideAll(v)
		}
		return secrets.Hide(v, lastKey(at))
	}
	c.Old, c.New = show(c.Old), show(c.New)
	return c
}
