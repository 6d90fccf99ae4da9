package plan

import (
	"cmp"
	"slices"
)

// fewTenants may differ in the value of a field and still be shown with all their values.
const fewTenants = 3

// split divides the atoms of one field by their values: a value that several tenants share and that stands for at
// least a quarter of the places not told yet is told by itself; what then is left is told value by value if it is
// that of few tenants, and otherwise as one change whose values vary.
func (c *clusterer) split(atoms []int32) []kin {
	classes := c.sorted(func(a atom) int32 { return a.what }, atoms)
	if len(classes) == 1 {
		return []kin{c.kin(classes[0], false)}
	}
	slices.SortStableFunc(classes, func(a, b []int32) int { return cmp.Compare(len(b), len(a)) })
	var out []kin
	left := len(atoms)
	var rest [][]int32
	for _, class := range classes {
		if 4*len(class) >= left && c.tenants(class) > 1 {
			out = append(out, c.kin(class, false))
			left -= len(class)
			continue
		}
		rest = append(rest, class)
	}
	return append(out, c.remainder(rest)...)
}

func (c *clusterer) remainder(classes [][]int32) []kin {
	all := slices.Sorted(slices.Values(slices.Concat(classes...)))
	if c.tenants(all) > fewTenants {
		return []kin{c.kin(all, true)}
	}
	var out []kin
	for _, class := range classes {
		out = append(out, c.kin(class, false))
	}
	return out
}

func (c *clusterer) kin(atoms []int32, varies bool) kin {
	return kin{atoms: atoms, places: c.places(atoms), varies: varies}
}

// tenants counts those among the places of atoms, which stand sorted.
func (c *clusterer) tenants(atoms []int32) int {
	n, last := 0, ""
	for i, a := range atoms {
		if t := c.all[c.atoms[a].place].Tenant; i == 0 || t != last {
			n, last = n+1, t
		}
	}
	return n
}
