package manifest

import (
	"maps"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func list(names ...any) []any {
	var out []any
	for _, n := range names {
		if s, ok := n.(string); ok {
			n = map[string]any{"name": s}
		}
		out = append(out, n)
	}
	return out
}

func TestDiff(t *testing.T) {
	named := func(name, image string) map[string]any { return map[string]any{"name": name, "image": image} }
	for _, c := range []struct {
		old, new any
		want     []Change
	}{
		{int64(1), int64(1), nil},
		{"a", nil, []Change{{Old: "a"}}},
		{map[string]any{"a": "x", "b": nil}, map[string]any{"b": nil, "c": map[string]any{"d": "y"}}, []Change{
			{Path: Path{"a"}, Old: "x", Removed: true}, {Path: Path{"c"}, New: map[string]any{"d": "y"}, Added: true},
		}},
		{map[string]any{"a": []any{"x", "y"}}, map[string]any{"a": []any{"x", "z", "w"}}, []Change{
			{Path: Path{"a", 1}, Old: "y", New: "z"}, {Path: Path{"a", 2}, New: "w", Added: true},
		}},
		{map[string]any{"a": "x"}, map[string]any{"a": []any{"x"}}, []Change{{Path: Path{"a"}, Old: "x", New: []any{"x"}}}},
		{list(named("a", "1"), named("b", "1")), list(named("new", "1"), named("b", "2")), []Change{
			{Path: Path{0}, Old: named("a", "1"), Removed: true}, {Path: Path{0}, New: named("new", "1"), Added: true}, {Path: Path{1, "image"}, Old: "1", New: "2"},
		}},
		{list("a", "b"), list("b", "a"), []Change{{Old: list("a", "b"), New: list("b", "a")}}},
		{list("a", "a"), list("a", "b"), []Change{{Path: Path{1, "name"}, Old: "a", New: "b"}}},
		{list("a"), []any(nil), []Change{{Path: Path{0}, Old: map[string]any{"name": "a"}, Removed: true}}},
	} {
		require.Equal(t, c.want, Diff(c.old, c.new))
	}
}

func TestDiffSortsByPath(t *testing.T) {
	old, new := []any{}, []any{}
	for range 12 {
		old, new = append(old, int64(1)), append(new, int64(2))
	}
	changes := Diff(map[string]any{"l": old, "b": "x", "a": "x"}, map[string]any{"l": new, "b": "y", "a": "y"})
	require.True(t, slices.IsSortedFunc(changes, func(a, b Change) int { return comparePaths(a.Path, b.Path) }))
	require.Equal(t, Path{"a"}, changes[0].Path)
	require.Equal(t, Path{"l", 11}, changes[len(changes)-1].Path)
}

// smallTrees draws trees that often share keys and names.
func smallTrees(depth int) *rapid.Generator[any] {
	word := rapid.SampledFrom([]string{"a", "b", "c", "d"})
	leaf := rapid.OneOf(rapid.Map(word, func(s string) any { return s }), rapid.Map(rapid.Int64Range(0, 2), func(n int64) any { return n }), rapid.Just[any](nil))
	if depth == 0 {
		return leaf
	}
	inner := rapid.Deferred(func() *rapid.Generator[any] { return smallTrees(depth - 1) })
	named := rapid.Custom(func(t *rapid.T) any {
		m := rapid.MapOfN(word, inner, 0, 2).Draw(t, "element")
		m["name"] = word.Draw(t, "name")
		return m
	})
	unique := func(v any) string { return v.(map[string]any)["name"].(string) }
	return rapid.OneOf(leaf,
		rapid.Map(rapid.SliceOfN(inner, 0, 3), func(l []any) any { return l }),
		rapid.Map(rapid.SliceOfNDistinct(named, 0, 4, unique), func(l []any) any { return l }),
		rapid.Map(rapid.MapOfN(word, inner, 0, 4), func(m map[string]any) any { return m }),
	)
}

func TestDiffLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := smallTrees(4).Draw(t, "a"), smallTrees(4).Draw(t, "b")
		require.Empty(t, Diff(a, a))
		changes := Diff(a, b)
		require.Equal(t, b, apply(a, changes))
		for _, c := range changes {
			if c.Removed {
				old, ok := c.Path.Lookup(a)
				require.True(t, ok)
				require.Equal(t, c.Old, old)
				continue
			}
			new, ok := c.Path.Lookup(b)
			require.True(t, ok)
			require.Equal(t, c.New, new)
		}
	})
}

// apply makes the new tree of the old one: first what was removed goes, the last first, so that the places of the
// others hold; then the rest comes in order.
func apply(tree any, changes []Change) any {
	tree = deepCopy(tree)
	for _, c := range slices.Backward(changes) {
		if c.Removed {
			tree = edit(tree, c.Path, func(parent any) any {
				switch x := parent.(type) {
				case map[string]any:
					delete(x, c.Path[len(c.Path)-1].(string))
				case []any:
					i := c.Path[len(c.Path)-1].(int)
					return slices.Delete(x, i, i+1)
				}
				return parent
			})
		}
	}
	for _, c := range changes {
		switch {
		case c.Removed:
		case len(c.Path) == 0:
			tree = deepCopy(c.New)
		default:
			tree = edit(tree, c.Path, func(parent any) any {
				switch x := parent.(type) {
				case map[string]any:
					x[c.Path[len(c.Path)-1].(string)] = deepCopy(c.New)
				case []any:
					i := c.Path[len(c.Path)-1].(int)
					if c.Added {
						return slices.Insert(x, i, deepCopy(c.New))
					}
					x[i] = deepCopy(c.New)
				}
				return parent
			})
		}
	}
	return tree
}

// edit replaces the parent of a path by what change makes of it.
func edit(tree any, p Path, change func(any) any) any {
	if len(p) == 1 {
		return change(tree)
	}
	switch x := tree.(type) {
	case map[string]any:
		x[p[0].(string)] = edit(x[p[0].(string)], p[1:], change)
	case []any:
		x[p[0].(int)] = edit(x[p[0].(int)], p[1:], change)
	}
	return tree
}

func deepCopy(v any) any {
	switch x := v.(type) {
	case map[string]any:
		c := maps.Clone(x)
		for k := range c {
			c[k] = deepCopy(c[k])
		}
		return c
	case []any:
		c := slices.Clone(x)
		for i := range c {
			c[i] = deepCopy(c[i])
		}
		return c
	}
	return v
}

// TestEqualLaw: trees are equal when they are written alike, which is what Equal avoids doing.
func TestEqualLaw(t *testing.T) {
	alike := func(a, b any) bool { return string(Marshal(a)) == string(Marshal(b)) }
	scalars := []any{nil, true, false, "", "1", "true", int64(0), int64(1), 0.0, 1.0, 1.5, math.NaN(), math.Copysign(0, -1), map[string]any(nil), map[string]any{}, []any(nil), []any{}}
	for _, a := range scalars {
		for _, b := range scalars {
			require.Equal(t, alike(a, b), Equal(a, b), "%#v %#v", a, b)
			require.Equal(t, alike([]any{a}, []any{b}), Equal(map[string]any{"k": a}, map[string]any{"k": b}), "%#v %#v", a, b)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := smallTrees(3).Draw(t, "a"), smallTrees(3).Draw(t, "b")
		require.Equal(t, alike(a, b), Equal(a, b))
		require.True(t, Equal(a, deepCopy(a)))
	})
}
