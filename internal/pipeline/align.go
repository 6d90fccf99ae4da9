package pipeline

import (
	"reflect"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// aligned returns what stands in one tree at the place that a path leads to in another. Items of lists are not
// those of the same number but of the same content, or else of the same name, or else the ones that are left
// over: one more item must not make all behind it look changed.
func aligned(old, now any, path manifest.Path) (any, bool) {
	for _, step := range path {
		switch s := step.(type) {
		case string:
			before, isMap := old.(map[string]any)
			after, also := now.(map[string]any)
			if !isMap || !also {
				return nil, false
			}
			var has bool
			if now, has = after[s]; !has {
				return nil, false
			}
			old = before[s]
		case int:
			before, isList := old.([]any)
			after, also := now.([]any)
			if !isList || !also {
				return nil, false
			}
			if s >= len(before) {
				if s >= len(after) {
					return nil, false
				}
				old, now = nil, after[s]
				continue
			}
			i := partner(before, after, s)
			if i < 0 {
				return nil, false
			}
			old, now = before[s], after[i]
		}
	}
	return now, true
}

// partner is the index in a list of the item that stood at i in the list before it was changed, or -1.
func partner(before, after []any, i int) int {
	pairs, taken := make([]int, len(before)), make([]bool, len(after))
	pair := func(same func(a, b any) bool) {
		for a := range before {
			for b := range after {
				if pairs[a] < 0 && !taken[b] && same(before[a], after[b]) {
					pairs[a], taken[b] = b, true
				}
			}
		}
	}
	for a := range pairs {
		pairs[a] = -1
	}
	pair(func(a, b any) bool { return reflect.DeepEqual(a, b) })
	pair(func(a, b any) bool { return nameOf(a) != "" && nameOf(a) == nameOf(b) })
	if slices.Index(pairs, -1) < 0 || count(pairs, -1) != count(taken, false) {
		return pairs[i]
	}
	pair(func(any, any) bool { return true })
	return pairs[i]
}

func count[T comparable](list []T, v T) int {
	n := 0
	for _, item := range list {
		if item == v {
			n++
		}
	}
	return n
}

func nameOf(item any) string {
	m, _ := item.(map[string]any)
	name, _ := m["name"].(string)
	return name
}
