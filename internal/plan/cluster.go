package plan

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
)

// atom is one field of one object that changes in one place; a whole object where it comes or goes.
type atom struct {
	place, pair, field int32 // indexes; field is -1 for a whole object
	// where is the field alike in all places, what the field and its values.
	where, what int32
}

// clusterer sorts atoms into groups: first by what they change, then by the places that have it. What costs most is
// writing each atom down twice; everything else is linear in their number but for sorting.
type clusterer struct {
	all   []comparison
	atoms []atom
	ids   map[[sha256.Size]byte]int32
}

// kin is atoms that change the same field to the same value, or, where it varies, the same field.
type kin struct {
	atoms  []int32
	places []int32 // sorted
	varies bool
}

func cluster(all []comparison) []Group {
	c := clusterer{all: all, ids: map[[sha256.Size]byte]int32{}}
	c.collect()
	c.identify(func(a *atom) *int32 { return &a.where }, c.writeWhere)
	c.identify(func(a *atom) *int32 { return &a.what }, c.writeWhat)
	c.repeat()
	return c.groups(c.kins())
}

// repeat tells apart equal atoms of one place by how many there were before: two like elements more in a list are
// not what one is.
func (c *clusterer) repeat() {
	times := map[int32]uint64{}
	for i := range c.atoms {
		a := &c.atoms[i]
		if i > 0 && c.atoms[i-1].place != a.place {
			clear(times)
		}
		what := a.what
		if n := times[what]; n > 0 {
			a.what = c.id(binary.AppendUvarint(binary.AppendVarint([]byte("again "), int64(what)), n))
		}
		times[what]++
	}
}

func (c *clusterer) collect() {
	for i := range c.all {
		for j, p := range c.all[i].pairs {
			if p.action == Added || p.action == Removed {
				c.atoms = append(c.atoms, atom{place: int32(i), pair: int32(j), field: -1})
			}
			for k := range p.fields {
				c.atoms = append(c.atoms, atom{place: int32(i), pair: int32(j), field: int32(k)})
			}
		}
	}
}

// scribe writes down an atom with the names of each of its sides made neutral.
type scribe func(b []byte, a atom, old, new neutral) []byte

// identify numbers atoms that are written alike. A name of a tenant may be an ordinary word for others (a tenant
// called web): so what several tenants have in the same words is the same, and only what one tenant has alone is
// compared without its names.
func (c *clusterer) identify(id func(*atom) *int32, write scribe) {
	const several = -1
	owner := map[int32]int32{} // the place of the only tenant, or several
	c.number(id, write, false, func(a *atom) bool { return true })
	for i := range c.atoms {
		a := &c.atoms[i]
		first, seen := owner[*id(a)]
		switch {
		case !seen:
			owner[*id(a)] = a.place
		case first != several && c.all[first].Tenant != c.all[a.place].Tenant:
			owner[*id(a)] = several
		}
	}
	c.number(id, write, true, func(a *atom) bool { return owner[*id(a)] != several })
}

// number gives atoms that are written alike the same number.
func (c *clusterer) number(id func(*atom) *int32, write scribe, tenants bool, wanted func(*atom) bool) {
	var b []byte
	var oldNames, newNames neutral
	place := int32(-1)
	for i := range c.atoms {
		a := &c.atoms[i]
		if !wanted(a) {
			continue
		}
		if a.place != place {
			place = a.place
			oldNames, newNames = c.names(place, tenants)
		}
		b = write(b[:0], *a, oldNames, newNames)
		*id(a) = c.id(b)
	}
}

func (c *clusterer) names(place int32, tenants bool) (old, new neutral) {
	e := &c.all[place]
	oldEnvironment, oldAll := e.neutrals(e.Old)
	newEnvironment, newAll := e.neutrals(e.New)
	if tenants {
		return oldAll, newAll
	}
	return oldEnvironment, newEnvironment
}

func (c *clusterer) id(b []byte) int32 {
	sum := sha256.Sum256(b)
	id, ok := c.ids[sum]
	if !ok {
		id = int32(len(c.ids))
		c.ids[sum] = id
	}
	return id
}

// writeWhere writes the object and the field.
func (c *clusterer) writeWhere(b []byte, a atom, old, new neutral) []byte {
	p := &c.all[a.place].pairs[a.pair]
	n := new
	if p.new == nil {
		n = old
	}
	b = append(append(b, "where "...), p.acts(a.field)...)
	for _, s := range []string{p.key.Group, p.key.Kind, p.key.Namespace, p.key.Name} {
		b = appendText(b, s, n)
	}
	if a.field < 0 {
		return b
	}
	f := p.fields[a.field]
	if f.Removed {
		return encodePath(append(b, '-'), f.Path, p.old.Tree, old)
	}
	return encodePath(append(b, '+'), f.Path, p.new.Tree, new)
}

// acts is what becomes of the object by one of its fields: only those that cannot change make it be created again.
func (p *pair) acts(field int32) Action {
	if p.action == Recreated && !p.fields[field].recreates {
		return Changed
	}
	return p.action
}

// writeWhat writes the values beside the field.
func (c *clusterer) writeWhat(b []byte, a atom, old, new neutral) []byte {
	b = binary.AppendVarint(append(b, "what "...), int64(a.where))
	p := &c.all[a.place].pairs[a.pair]
	switch {
	case p.action == Removed:
		return encode(b, p.old.Tree, old)
	case p.action == Added:
		return encode(b, p.new.Tree, new)
	}
	f := p.fields[a.field]
	return encode(append(encode(b, f.Old, old), '>'), f.New, new)
}

// kins are the atoms by what they change.
func (c *clusterer) kins() []kin {
	var out []kin
	for _, atoms := range c.sorted(func(a atom) int32 { return a.where }, c.every()) {
		out = append(out, c.split(atoms)...)
	}
	return out
}

func (c *clusterer) every() []int32 {
	all := make([]int32, len(c.atoms))
	for i := range all {
		all[i] = int32(i)
	}
	return all
}

// sorted divides atoms by a number of theirs, in the order in which the numbers come first.
func (c *clusterer) sorted(by func(atom) int32, atoms []int32) [][]int32 {
	index := map[int32]int{}
	var out [][]int32
	for _, i := range atoms {
		id := by(c.atoms[i])
		at, ok := index[id]
		if !ok {
			at = len(out)
			index[id] = at
			out = append(out, nil)
		}
		out[at] = append(out[at], i)
	}
	return out
}

// places are those of atoms, sorted, each once. Atoms stand in the order of their places.
func (c *clusterer) places(atoms []int32) []int32 {
	out := make([]int32, 0, len(atoms))
	for _, i := range atoms {
		out = append(out, c.atoms[i].place)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
