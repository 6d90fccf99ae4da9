package plan

import (
	"cmp"
	"slices"
)

// judge asks every rule what the changes put at risk.
func (c *comparison) judge() {
	for i := range c.pairs {
		c.immutable(&c.pairs[i])
	}
	sortRisks(c.risks)
}

func sortRisks(risks []Risk) {
	slices.SortStableFunc(risks, func(a, b Risk) int {
		return cmp.Or(cmp.Compare(gravity(b.Severity), gravity(a.Severity)), cmp.Compare(a.Class, b.Class),
			compareKeys(a.Object, b.Object), cmp.Compare(a.Path.String(), b.Path.String()), cmp.Compare(a.Message, b.Message))
	})
}

func (c *comparison) immutable(p *pair) {
	if p.moved {
		p.action = Recreated
		for i := range p.fields {
			p.fields[i].recreates = true
		}
	}
}
