package policies

import "slices"

// need is what must hold for a body to hold; a rule holds if one of its needs does.
type need struct {
	fields bitset   // that must occur somewhere in the object
	kinds  []string // the kind is one of these; nil means any
	scope  string   // of the kind; empty means any, unknownScope that nobody listed it
	inputs bitset   // the parts of the input that must be there
	odd    bool     // one of them is odd, which few objects have
}

const (
	unknownScope = "unknown"
	// maxNeeds bounds the alternatives of one rule; what would need more is asked more often.
	maxNeeds = 16
)

// both returns what holds if both do.
func (n need) both(m need) need {
	out := need{fields: n.fields.with(m.fields), kinds: n.kinds, scope: n.scope, inputs: n.inputs.with(m.inputs), odd: n.odd || m.odd}
	switch {
	case out.kinds == nil:
		out.kinds = m.kinds
	case m.kinds != nil:
		out.kinds = slices.DeleteFunc(slices.Clone(out.kinds), func(k string) bool { return !slices.Contains(m.kinds, k) })
	}
	if out.scope == "" {
		out.scope = m.scope
	}
	return out
}

// nothing reports whether it demands nothing, so that it holds everywhere.
func (n need) nothing() bool {
	return len(n.fields) == 0 && len(n.inputs) == 0 && n.kinds == nil && n.scope == ""
}

// cross returns the alternatives of two conditions that must both hold.
func cross(xs, ys []need) []need {
	if len(xs)*len(ys) > maxNeeds || len(ys) == 1 && ys[0].nothing() {
		return xs
	}
	var all []need
	for _, x := range xs {
		for _, y := range ys {
			all = append(all, x.both(y))
		}
	}
	return simplest(all)
}

// simplest drops needs that hold only if another one does.
func simplest(all []need) []need {
	var kept []need
	for i, n := range all {
		implied := false
		for j, m := range all {
			implied = implied || j != i && n.implies(m) && (j < i || !m.implies(n))
		}
		if !implied {
			kept = append(kept, n)
		}
	}
	return kept
}

// implies reports whether m holds wherever n does.
func (n need) implies(m need) bool {
	if !m.fields.within(n.fields) || !m.inputs.within(n.inputs) || m.odd && !n.odd {
		return false
	}
	if m.kinds != nil && (n.kinds == nil || slices.ContainsFunc(n.kinds, func(k string) bool { return !slices.Contains(m.kinds, k) })) {
		return false
	}
	return m.scope == "" || m.scope == n.scope
}
