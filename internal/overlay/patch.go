package overlay

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// diff returns the JSON 6902 operations that turn one tree into the other, exactly. A list whose
// items all carry a name of their own is edited item by item, and every item is guarded by a test of
// its name before it is touched: when the base moves, the build fails instead of patching another
// container. What is only added at the end is appended. Other lists are replaced.
func diff(from, to map[string]any) []any { return diffMaps("", from, to) }

func diffMaps(at string, from, to map[string]any) []any {
	keys := make(map[string]bool, len(from)+len(to))
	for k := range from {
		keys[k] = true
	}
	for k := range to {
		keys[k] = true
	}
	var ops []any
	for _, k := range slices.Sorted(maps.Keys(keys)) {
		path := at + "/" + escape(k)
		old, had := from[k]
		value, has := to[k]
		switch {
		case !has:
			ops = append(ops, operation("remove", path))
		case !had:
			ops = append(ops, operation("add", path, value))
		default:
			ops = append(ops, diffValues(path, old, value)...)
		}
	}
	return ops
}

func diffValues(path string, old, value any) []any {
	if equal(old, value) {
		return nil
	}
	switch old := old.(type) {
	case map[string]any:
		if value, ok := value.(map[string]any); ok {
			return diffMaps(path, old, value)
		}
	case []any:
		if value, ok := value.([]any); ok {
			return diffLists(path, old, value)
		}
	}
	return []any{operation("replace", path, value)}
}

// diffLists edits a list of named items, unless replacing it says the same in fewer words.
func diffLists(path string, old, value []any) []any {
	whole := []any{operation("replace", path, value)}
	if n := len(old); n > 0 && n < len(value) && slices.EqualFunc(old, value[:n], equal) {
		return appendItems(path, value[n:])
	}
	oldNames, ok := names(old)
	newNames, ok2 := names(value)
	if !ok || !ok2 || !sameOrder(oldNames, newNames) {
		return whole
	}
	ops := editList(path, old, value, oldNames, newNames)
	if len(manifest.Marshal(ops)) >= len(manifest.Marshal(whole)) {
		return whole
	}
	return ops
}

// appendItems says that more follows: the rules that a role has in one environment only, say.
func appendItems(path string, more []any) []any {
	var ops []any
	for _, item := range more {
		ops = append(ops, operation("add", path+"/-", item))
	}
	return ops
}

// editList removes from the end, so that indexes before it hold, then adds from the front, and last
// changes the items that stay where they now stand.
func editList(path string, old, value []any, oldNames, newNames []string) []any {
	var ops []any
	for i, name := range slices.Backward(oldNames) {
		if !slices.Contains(newNames, name) {
			item := path + "/" + strconv.Itoa(i)
			ops = append(ops, operation("test", item+"/name", name), operation("remove", item))
		}
	}
	for i, name := range newNames {
		if !slices.Contains(oldNames, name) {
			ops = append(ops, operation("add", path+"/"+strconv.Itoa(i), value[i]))
		}
	}
	for i, name := range newNames {
		was := slices.Index(oldNames, name)
		if was < 0 {
			continue
		}
		item := path + "/" + strconv.Itoa(i)
		if changes := diffValues(item, old[was], value[i]); len(changes) > 0 {
			ops = append(append(ops, operation("test", item+"/name", name)), changes...)
		}
	}
	return ops
}

// names returns the names of the items if each is a map with a name that no other has.
func names(list []any) ([]string, bool) {
	out := make([]string, 0, len(list))
	for _, item := range list {
		m, _ := item.(map[string]any)
		name, ok := m["name"].(string)
		if !ok || slices.Contains(out, name) {
			return nil, false
		}
		out = append(out, name)
	}
	return out, len(out) > 0
}

// sameOrder reports whether the names that both lists have come in one order.
func sameOrder(a, b []string) bool {
	stay := func(names, other []string) []string {
		return slices.DeleteFunc(slices.Clone(names), func(n string) bool { return !slices.Contains(other, n) })
	}
	return slices.Equal(stay(a, b), stay(b, a))
}

// equal compares JSON trees as a cluster does: 1.0 and 1 are one number.
func equal(a, b any) bool {
	switch a := a.(type) {
	case map[string]any:
		b, ok := b.(map[string]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for k, v := range a {
			if other, ok := b[k]; !ok || !equal(v, other) {
				return false
			}
		}
		return true
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, equal)
	case int64, float64:
		switch b.(type) {
		case int64, float64:
			return normalize(a) == normalize(b)
		}
		return false
	}
	return a == b
}

func operation(op, path string, value ...any) map[string]any {
	out := map[string]any{"op": op, "path": path}
	if len(value) > 0 {
		out["value"] = value[0]
	}
	return out
}

var (
	escaper   = strings.NewReplacer("~", "~0", "/", "~1")
	unescaper = strings.NewReplacer("~1", "/", "~0", "~")
)

// escape writes a key as a step of a JSON pointer.
func escape(key string) string {
	return escaper.Replace(key)
}

// pointer writes a path as a JSON pointer.
func pointer(p manifest.Path) string {
	var b strings.Builder
	for _, step := range p {
		b.WriteByte('/')
		switch s := step.(type) {
		case string:
			b.WriteString(escape(s))
		case int:
			b.WriteString(strconv.Itoa(s))
		}
	}
	return b.String()
}

// steps reads a JSON pointer back.
func steps(pointer string) []string {
	parts := strings.Split(strings.TrimPrefix(pointer, "/"), "/")
	for i := range parts {
		parts[i] = unescaper.Replace(parts[i])
	}
	return parts
}
