package adopt

import (
	"maps"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// tree is a part of an object as it was read. Typed structs would lose the fields that they do not know, and what is
// lost must be told.
type tree = map[string]any

// at is what stands at a path, nil for nothing.
func at(v any, path ...any) any {
	out, _ := manifest.Path(path).Lookup(v)
	return out
}

// mapAt is the map at a path; nil, which can be read, where there is none.
func mapAt(v any, path ...any) tree { m, _ := at(v, path...).(tree); return m }

// listAt is the list at a path.
func listAt(v any, path ...any) []any { l, _ := at(v, path...).([]any); return l }

// textAt is the text at a path.
func textAt(v any, path ...any) string { s, _ := at(v, path...).(string); return s }

// copied is a tree of its own.
func copied(v any) any {
	switch v := v.(type) {
	case tree:
		out := make(tree, len(v))
		for k, x := range v {
			out[k] = copied(x)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = copied(x)
		}
		return out
	}
	return v
}

// empty reports whether a value says nothing: null, {}, [] or "".
func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case tree:
		return len(v) == 0
	case []any:
		return len(v) == 0
	case string:
		return v == ""
	}
	return false
}

// put sets what stands at a path of keys, making the maps that lead there.
func put(t tree, value any, keys ...any) { setAt(t, keys, value) }

func sortedKeys[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }
