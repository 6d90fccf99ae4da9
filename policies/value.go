package policies

import (
	"maps"

	"github.com/open-policy-agent/opa/v1/ast"
)

// document is an object as rules see it. It is converted only as far as a rule looks at it, which of
// most objects is very little. A field that is null counts as absent, as it does for the API server:
// a rule that had to tell the two apart would be a rule to walk around.
func document(tree map[string]any, nulls bool) ast.Value {
	if nulls {
		tree, _ = withoutNulls(tree).(map[string]any)
	}
	// Rules hand policies to functions, which remember by the whole of what they get.
	if tree["kind"] == "NetworkPolicy" {
		return ast.MustInterfaceToValue(tree)
	}
	return ast.LazyObject(convert(tree, templates))
}

// templates are the steps to the maps that rules keep in sets, with all that is in them: pods, and how
// a Rollout releases. Such a map is converted at once, where bit by bit would convert it several times.
var templates = steps{"spec": steps{
	"template":    nil,
	"strategy":    nil,
	"jobTemplate": steps{"spec": steps{"template": nil}},
}}

type steps map[string]steps

// convert returns the tree with the maps at the steps converted; the tree itself stays as it is.
func convert(tree map[string]any, at steps) map[string]any {
	for key, next := range at {
		m, ok := tree[key].(map[string]any)
		if !ok {
			continue
		}
		tree = maps.Clone(tree)
		if next == nil {
			tree[key] = ast.MustInterfaceToValue(m)
		} else {
			tree[key] = convert(m, next)
		}
	}
	return tree
}

// traits are what one walk over a tree shows: the fields, of those that bits numbers, which occur
// anywhere in it, and whether it holds a null or an odd text.
type traits struct {
	bits       map[string]int
	fields     bitset
	nulls, odd bool
}

func (t *traits) scan(tree any) {
	switch v := tree.(type) {
	case map[string]any:
		for key, inner := range v {
			switch bit, known := t.bits[key]; {
			case !known:
				t.text(key)
			case inner != nil:
				t.fields.set(bit)
			}
			t.scan(inner)
		}
	case []any:
		for _, inner := range v {
			t.scan(inner)
		}
	case string:
		t.text(v)
	case nil:
		t.nulls = true
	}
}

func (t *traits) text(s string) {
	if _, found := odd(s); found {
		t.odd = true
	}
}

func withoutNulls(tree any) any {
	switch v := tree.(type) {
	case map[string]any:
		m := make(map[string]any, len(v))
		for key, inner := range v {
			if inner != nil {
				m[key] = withoutNulls(inner)
			}
		}
		return m
	case []any:
		l := make([]any, len(v))
		for i, inner := range v {
			l[i] = withoutNulls(inner)
		}
		return l
	}
	return tree
}
