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
	d.compare(old, new)
	slices.SortFunc(d.changes, func(a, b Change) int {
		return cmp.Or(comparePaths(a.Path, b.Path), compareBool(b.Removed, a.Removed))
	})
	return d.changes
}

// differ walks two trees. at and to are the ways to where it stands in the old and in the new one; a change takes
// a copy, so that what is the same costs no memory.
type differ struct {
	at, to  Path
	changes []Change
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
	d.changes = append(d.changes, Change{Path: slices.Clone(d.to), Old: old, New: new})
}

func (d *differ) removed(step, v any) {
	d.changes = append(d.changes, Change{Path: d.at.Join(step), Old: v, Removed: true})
}

func (d *differ) added(step, v any) {
	d.changes = append(d.changes, Change{Path: d.to.Join(step), New: v, Added: true})
}

// inside compares the values under a step of both trees.
func (d *differ) inside(at, to, old, new any) {
	d.at, d.to = append(d.at, at), append(d.to, to)
	d.compare(old, new)
	d.at, d.to = d.at[:len(d.at)-1], d.to[:len(d.to)-1]
}

func (d *differ) maps(old, new map[string]any) {
	kept := 0
	for k, o := range old {
		if n, ok := new[k]; ok {
			kept++
			if !equalScalars(o, n) { // before the key is made a step, which costs memory
				d.inside(k, k, o, n)
			}
		} else {
			d.removed(k, o)
		}
	}
	if kept == len(new) {
		return
	}
	for k, n := range new {
		if _, ok := old[k]; !ok {
			d.added(k, n)
		}
	}
}

func (d *differ) lists(old, new []any) {
	before, ok := names(old)
	after, also := names(new)
	if ok && also && len(old)+len(new) > 0 {
		d.named(old, new, before, after)
		return
	}
	for i := range max(len(old), len(new)) {
		switch {
		case i >= len(new):
			d.removed(i, old[i])
		case i >= len(old):
			d.added(i, new[i])
		default:
			d.inside(i, i, old[i], new[i])
		}
	}
}

func (d *differ) named(old, new []any, before, after map[string]int) {
	if !sameOrder(new, before) {
		d.changed(old, new)
		return
	}
	for name, i := range before {
		if j, ok := after[name]; ok {
			d.inside(i, j, old[i], new[j])
		} else {
			d.removed(i, old[i])
		}
	}
	for name, j := range after {
		if _, ok := before[name]; !ok {
			d.added(j, new[j])
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
	if len(list) > 0 && elementName(list[0]) == "" {
		return nil, false
	}
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
