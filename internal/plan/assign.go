package plan

import "github.com/tenantsmith/tenantsmith/internal/manifest"

// riskKey is what makes risks of two places the same.
type riskKey struct {
	class    Class
	severity manifest.Severity
	field    int32 // as all places know it
	nth      int   // among those of the place that are equal so far
}

// assignRisks gives every group the risks of its fields, each told once, as the first place that has it.
func (c *clusterer) assignRisks(groups []Group, kins []kin) {
	home := make([]int32, len(c.atoms))
	for g, k := range kins {
		for _, i := range k.atoms {
			home[i] = int32(g)
		}
	}
	told := make([]map[riskKey]int, len(groups))
	for from := 0; from < len(c.atoms); {
		to := from
		for to < len(c.atoms) && c.atoms[to].place == c.atoms[from].place {
			to++
		}
		nth := map[riskKey]int{}
		for _, r := range c.all[c.atoms[from].place].risks {
			i := c.holder(int32(from), int32(to), r)
			key := riskKey{class: r.Class, severity: r.Severity, field: c.atoms[i].where}
			nth[key]++
			key.nth = nth[key]
			g := home[i]
			if told[g] == nil {
				told[g] = map[riskKey]int{}
			}
			groups[g].tell(r, told[g], key)
		}
		from = to
	}
	for i := range groups {
		sortRisks(groups[i].Risks)
	}
}

// tell adds a risk, or counts one more place that has it.
func (g *Group) tell(r Risk, told map[riskKey]int, key riskKey) {
	at, ok := told[key]
	if !ok {
		at = len(g.Risks)
		told[key] = at
		r.Places = 0
		g.Risks = append(g.Risks, r)
	}
	g.Risks[at].Places++
}

// holder is the atom, of those of a place, that a risk comes from: one of its object, and of those one whose field
// holds that of the risk, or lies in it. A risk of no object that changes comes with the first.
func (c *clusterer) holder(from, to int32, r Risk) int32 {
	best, found := from, false
	for i := from; i < to; i++ {
		a := c.atoms[i]
		p := &c.all[a.place].pairs[a.pair]
		if p.key != r.Object && (p.old == nil || p.old.Key() != r.Object) {
			continue
		}
		if a.field < 0 || overlap(p.fields[a.field].Path, r.Path) {
			return i
		}
		if !found {
			best, found = i, true
		}
	}
	return best
}

// overlap reports whether one path leads through the end of the other.
func overlap(a, b manifest.Path) bool {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
