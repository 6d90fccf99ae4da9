package schemas

import (
	"cmp"
	"maps"
	"slices"
)

// TierNames are the names of the tiers, the smallest first: by the most CPU that a tenant may have, then memory.
func (p *Platform) TierNames() []string {
	return slices.SortedFunc(maps.Keys(p.Tiers), func(a, b string) int {
		x, y := p.Tiers[a], p.Tiers[b]
		return cmp.Or(x.CPU.Maximum.Cmp(y.CPU.Maximum), x.Memory.Maximum.Cmp(y.Memory.Maximum), cmp.Compare(a, b))
	})
}
