package policies

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestCleanRollouts: releases of every kind, with all that they name, have no finding.
func TestCleanRollouts(t *testing.T) {
	problems := check(t, Input{Objects: read(t, "rollouts.yaml"), Checks: []string{"TS-ROL"}})
	require.Empty(t, told(problems))
}

// Whatever a person writes where something else should be, the rules on releases judge it and do not
// stumble: each part of clean releases is exchanged for something of another type.
func TestRolloutsOfAnyShape(t *testing.T) {
	if testing.Short() {
		t.Skip("the evaluator on more data, in one goroutine")
	}
	objects, protected := read(t, "rollouts.yaml"), acme()
	protected.Protected, protected.Platform.Cluster = true, NewDocument(map[string]any{"name": "main"})
	protected.Platform.Spec = NewDocument(map[string]any{"analysis": map[string]any{"providers": []any{"prometheus", "web", "job"}}})
	for i, o := range objects[:len(objects)-8] {
		exchange(o.Tree, &shapes{}, func(tree any) {
			judged := slices.Clone(objects)
			judged[i].Tree, judged[i].Source = tree.(map[string]any), nil
			for _, p := range check(t, Input{Context: protected, Objects: judged, Checks: []string{"TS-ROL"}}) {
				require.False(t, strings.HasPrefix(p.Message, "cannot be judged"), "%s: %s\n%v", p.Check, p.Message, tree)
			}
		})
	}
}

// shapes gives values of every type, one after the other.
type shapes struct{ given int }

func (s *shapes) next() any {
	values := []any{
		nil, "", "x", int64(-1), 0.5, true, map[string]any{}, map[string]any{"a": "b"}, []any{}, []any{"a", int64(1), map[string]any{}},
	}
	s.given++
	return values[s.given%len(values)]
}

// exchange calls use with copies of the tree, in each of which one part has another shape.
func exchange(tree any, shapes *shapes, use func(any)) {
	switch v := tree.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			put := func(other any) {
				copied := maps.Clone(v)
				copied[key] = other
				use(copied)
			}
			if key != "kind" && key != "apiVersion" {
				put(shapes.next())
				exchange(v[key], shapes, put)
			}
		}
	case []any:
		for i := range v {
			put := func(other any) {
				copied := slices.Clone(v)
				copied[i] = other
				use(copied)
			}
			put(shapes.next())
			exchange(v[i], shapes, put)
		}
	}
}
