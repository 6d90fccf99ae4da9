package manifest

import (
	"cmp"
	"slices"
	"strings"
)

// Change is one difference between two trees: a value that changed, came or went. What came or went is told once,
// as a whole.
type Change struct {
	// Path leads to the value: in the new tree, or in the old one for what was removed.
	Path           Path
	Old, New       any
	Added, Removed bool
}

// Diff returns what makes new out of old, sorted by path. Elements of lists that all carry a name of their own are
// matched by it, others by their place. A list whose elements also changed their order is one change.
func Diff(old, new any) []Change {
	d := differ{}
	d.compare(nil, nil, old, new)
	slices.SortFunc(d.changes, func(a, b Change) int {
		return cmp.Or(comparePaths(a.Path, b.Path), compareBool(b.Removed, a.Removed))
	})
	return d.changes
}

type differ struct{ changes []Change }

func (d *differ) compare(at, to Path, old, new any) {
	switch o := old.(type) {
	case map[string]any:
		if n, ok := new.(map[string]any); ok {
			d.maps(at, to, o, n)
			return
		}
	case []any:
		if n, ok := new.([]any); ok {
			d.lists(at, to, o, n)
			return
		}
	default:
		if scalar(new) && old == new {
			return
		}
	}
	d.changes = append(d.changes, Change{Path: to, Old: old, New: new})
}

func scalar(v any) bool {
	switch v.(type) {
	case map[string]any, []any:
		return false
	}
	return true
}

func (d *differ) removed(at Path, v any) {
	d.changes = append(d.changes, Change{Path: at, Old: v, Removed: true})
}

func (d *differ) added(to Path, v any) {
	d.changes = append(d.changes, Change{Path: to, New: v, Added: true})
}

func (d *differ) maps(at, to Path, old, new map[string]any) {
	for k, o := range old {
		if n, ok := new[k]; ok {
			d.compare(at.Join(k), to.Join(k), o, n)
		} else {
			d.removed(at.Join(k), o)
		}
	}
	for k, n := range new {
		if _, ok := old[k]; !ok {
			d.added(to.Join(k), n)
		}
	}
}

func (d *differ) lists(at, to Path, old, new []any) {
	before, ok := names(old)
	after, also := names(new)
	if ok && also && len(old)+len(new) > 0 {
		d.named(at, to, old, new, before, after)
		return
	}
	for i := range max(len(old), len(new)) {
		switch {
		case i >= len(new):
			d.removed(at.Join(i), old[i])
		case i >= len(old):
			d.added(to.Join(i), new[i])
		default:
			d.compare(at.Join(i), to.Join(i), old[i], new[i])
		}
	}
}

func (d *differ) named(at, to Path, old, new []any, before, after map[string]int) {
	if !sameOrder(new, before) {
		d.changes = append(d.changes, Change{Path: to, Old: old, New: new})
		return
	}
	for name, i := range before {
		if j, ok := after[name]; ok {
			d.compare(at.Join(i), to.Join(j), old[i], new[j])
		} else {
			d.removed(at.Join(i), old[i])
		}
	}
	for name, j := range after {
		if _, ok := before[name]; !ok {
			d.added(to.Join(j), new[j])
		}
	}
}

// sameOrder reports whether the elements that a list keeps stand in the order they had.
func sameOrder(new []any, before map[string]int) bool {
	last := -1
	for _, item := range new {
		i, ok := before[elementName(item)]
		if !ok {
			continue
		}
		if i < last {
			return false
		}
		last = i
	}
	return true
}

// names returns the place of each element by its name; false if one has none, or two have the same.
func names(list []any) (map[string]int, bool) {
	places := make(map[string]int, len(list))
	for i, item := range list {
		name := elementName(item)
		if _, twice := places[name]; twice || name == "" {
			return nil, false
		}
		places[name] = i
	}
	return places, true
}

func elementName(item any) string {
	m, _ := item.(map[string]any)
	name, _ := m["name"].(string)
	return name
}

// comparePaths orders paths step by step: parents first, indexes by value, before keys.
func comparePaths(a, b Path) int {
	for i := range min(len(a), len(b)) {
		if c := compareSteps(a[i], b[i]); c != 0 {
			return c
		}
	}
	return len(a) - len(b)
}

func compareSteps(a, b any) int {
	m, mIndex := a.(int)
	n, nIndex := b.(int)
	if mIndex || nIndex {
		if mIndex && nIndex {
			return m - n
		}
		return compareBool(nIndex, mIndex)
	}
	x, _ := a.(string)
	y, _ := b.(string)
	return strings.Compare(x, y)
}

// compareBool orders false before true.
func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}
