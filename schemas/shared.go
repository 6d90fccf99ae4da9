package schemas

import (
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// serves warns of tenants that a shared service is for and that there are none of: names are those that there are. One that
// is to come may be let in before.
func (p *platform) serves(names []string) []manifest.Problem {
	var out []manifest.Problem
	for _, shared := range sortedKeys(p.facts.SharedServices) {
		for i, tenant := range p.facts.SharedServices[shared].Tenants {
			if !slices.Contains(names, tenant) {
				at := manifest.Path{"spec", "sharedServices", shared, "tenants", i}
				out = append(out, caution(p.facts.At(at), at.String(), "there is no tenant %s%s", tenant, suggest(tenant, names)))
			}
		}
	}
	return out
}
