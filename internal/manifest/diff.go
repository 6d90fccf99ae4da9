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
	if equal(old, new) { // most trees are, and to see that costs less than to look for what is not
		return nil
	}
	d := differ{}
	d.compare(old, new)
	slices.SortFunc(d.changes, func(a, b Change) int {
		return cmp.Or(comparePaths(a.Path, b.Path), compareBool(b.Removed, a.Removed))
	})
	return d.changes
}

// differ walks two trees. at and to are the ways to where it stands in the old and in the new one; they become paths
// only for a change.
type differ struct {
	at, to  []crumb
	changes []Change
}

func key(k string) crumb { return crumb{key: k} }

func index(i int) crumb { return crumb{index: i, list: true} }

// pathOf writes down a way.
func pathOf(way ...crumb) Path {
	var p Path
	for _, c := range way {
		if c.list {
			p = append(p, c.index)
		} else {
			p = append(p, c.key)
		}
	}
	return p
}

func (d *differ) compare(old, new any) {
	switch o := old.(type) {
	case map[string]any:
		if n, ok := new.(map[string]any); ok {
			d.maps(o, n)
			return
		}
	case []any:
		if n, ok := new.([]any); ok {
			d.lists(o, n)
			return
		}
	}
	if !equalScalars(old, new) {
		d.changed(old, new)
	}
}

// equal reports whether two trees are the same.
func equal(old, new any) bool {
	switch o := old.(type) {
	case map[string]any:
		n, ok := new.(map[string]any)
		if !ok || len(o) != len(n) {
			return false
		}
		if sameMap(o, n) { // of objects that are the same at two revisions one is kept
			return true
		}
		for k, v := range o {
			if w, ok := n[k]; !ok || !equal(v, w) {
				return false
			}
		}
		return true
	case []any:
		n, ok := new.([]any)
		return ok && slices.EqualFunc(o, n, equal)
	case string:
		n, ok := new.(string)
		return ok && o == n
	}
	return equalScalars(old, new)
}

// equalScalars reports whether two scalars are equal.
func equalScalars(old, new any) bool { return scalar(old) && scalar(new) && old == new }

func scalar(v any) bool {
	switch v.(type) {
	case map[string]any, []any:
		return false
	}
	return true
}

func (d *differ) changed(old, new any) {
	d.changes = append(d.changes, Change{Path: pathOf(d.to...), Old: old, New: new})
}

func (d *differ) removed(at crumb, v any) {
	d.changes = append(d.changes, Change{Path: pathOf(append(d.at, at)...), Old: v, Removed: true})
}

func (d *differ) added(to crumb, v any) {
	d.changes = append(d.changes, Change{Path: pathOf(append(d.to, to)...), New: v, Added: true})
}

// inside compares the values one step further down.
func (d *differ) inside(at, to crumb, old, new any) {
	if equalScalars(old, new) {
		return
	}
	d.at, d.to = append(d.at, at), append(d.to, to)
	d.compare(old, new)
	d.at, d.to = d.at[:len(d.at)-1], d.to[:len(d.to)-1]
}

func (d *differ) maps(old, new map[string]any) {
	kept := 0
	for k, o := range old {
		if n, ok := new[k]; ok {
			kept++
			d.inside(key(k), key(k), o, n)
		} else {
			d.removed(key(k), o)
		}
	}
	if kept == len(new) {
		return
	}
	for k, n := range new {
		if _, ok := old[k]; !ok {
			d.added(key(k), n)
		}
	}
}

func (d *differ) lists(old, new []any) {
	if !sameNames(old, new) {
		before, ok := names(old)
		after, also := names(new)
		if ok && also {
			d.named(old, new, before, after)
			return
		}
	}
	for i := range max(len(old), len(new)) {
		switch {
		case i >= len(new):
			d.removed(index(i), old[i])
		case i >= len(old):
			d.added(index(i), new[i])
		default:
			d.inside(index(i), index(i), old[i], new[i])
		}
	}
}

// sameNames reports whether two lists have the same names in the same places: then to match by name and by place is
// the same.
func sameNames(old, new []any) bool {
	return slices.EqualFunc(old, new, func(o, n any) bool { return elementName(o) == elementName(n) })
}

func (d *differ) named(old, new []any, before, after map[string]int) {
	if !sameOrder(new, before) {
		d.changed(old, new)
		return
	}
	for name, i := range before {
		if j, ok := after[name]; ok {
			d.inside(index(i), index(j), old[i], new[j])
		} else {
			d.removed(index(i), old[i])
		}
	}
	for name, j := range after {
		if _, ok := before[name]; !ok {
			d.added(index(j), new[j])
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
