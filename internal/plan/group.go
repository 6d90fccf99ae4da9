package plan

import (
	"cmp"
	"encoding/binary"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// groups joins the kins that the same places have.
func (c *clusterer) groups(kins []kin) []Group {
	index := map[string]int{}
	var joined []kin
	var key []byte
	for _, k := range kins {
		key = key[:0]
		if k.varies {
			key = append(key, 'v')
		}
		for _, p := range k.places {
			key = binary.LittleEndian.AppendUint32(key, uint32(p))
		}
		at, ok := index[string(key)]
		if !ok {
			at = len(joined)
			index[string(key)] = at
			joined = append(joined, kin{places: k.places, varies: k.varies})
		}
		joined[at].atoms = append(joined[at].atoms, k.atoms...)
	}
	out := make([]Group, len(joined))
	for i, k := range joined {
		out[i] = c.group(k)
	}
	c.assignRisks(out, joined)
	sortGroups(out)
	return out
}

func (c *clusterer) group(k kin) Group {
	slices.Sort(k.atoms)
	g := Group{Varies: k.varies, Causes: c.causes(k.places)}
	for _, p := range k.places {
		g.Places = append(g.Places, c.all[p].Place)
	}
	for _, i := range k.atoms {
		if a := c.atoms[i]; a.place == k.places[0] {
			g.show(&c.all[a.place].pairs[a.pair], a)
		}
	}
	return g
}

// show adds an atom to the objects of the group. Atoms of one object stand beside each other.
func (g *Group) show(p *pair, a atom) {
	last := len(g.Objects) - 1
	if last < 0 || g.Objects[last].Object != p.key || a.field < 0 || g.Objects[last].Fields == nil {
		g.Objects = append(g.Objects, ObjectChange{Action: p.acts(a.field), Object: p.key, Subject: p.object().Subject, Restarts: p.replaced, Before: treeOf(p.old), After: treeOf(p.new)})
		last++
	}
	if a.field < 0 {
		return
	}
	o, f := &g.Objects[last], p.fields[a.field]
	o.Fields = append(o.Fields, f.Change)
	o.Restarts = o.Restarts || f.restarts
	if f.recreates {
		o.Action = Recreated
	}
}

func treeOf(o *manifest.Object) map[string]any {
	if o == nil {
		return nil
	}
	return o.Tree
}

// causes are the fields that people changed and that reach all places; shown is that of the first.
func (c *clusterer) causes(places []int32) []Cause {
	var out []Cause
	count := map[string]int{}
	for _, p := range places {
		seen := map[string]bool{}
		for _, cause := range c.all[p].Causes {
			if !seen[cause.Field] {
				seen[cause.Field] = true
				count[cause.Field]++
			}
		}
	}
	for _, cause := range c.all[places[0]].Causes {
		if count[cause.Field] == len(places) {
			out = append(out, cause)
		}
	}
	return out
}

// sortGroups puts the gravest first, then those of most places, then the first in the order of places and objects.
func sortGroups(groups []Group) {
	slices.SortStableFunc(groups, func(a, b Group) int {
		return cmp.Or(cmp.Compare(gravest(b.Risks), gravest(a.Risks)), cmp.Compare(len(b.Places), len(a.Places)),
			comparePlaces(a.Places[0], b.Places[0]), compareShown(a.Objects, b.Objects))
	})
}

func compareShown(a, b []ObjectChange) int {
	return slices.CompareFunc(a, b, func(a, b ObjectChange) int { return compareKeys(a.Object, b.Object) })
}

var severities = []manifest.Severity{manifest.Critical, manifest.High, manifest.Medium, manifest.Low}

func gravity(s manifest.Severity) int {
	for i, bound := range severities {
		if s.AtLeast(bound) {
			return len(severities) - i
		}
	}
	return 0
}

func gravest(risks []Risk) int {
	n := -1
	for _, r := range risks {
		n = max(n, gravity(r.Severity))
	}
	return n
}
