package plan

import (
	"cmp"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// comparison is one environment with its objects matched.
type comparison struct {
	Environment
	// skipped environments have nothing to be compared with: the tenant could not be rendered.
	skipped bool
	pairs   []pair
	risks   []Risk
	effect  Effect
	found   Findings
	read    map[*manifest.Object]quantities // what quotas allow, as far as asked
}

// compare matches the objects of every environment. The environments come back sorted by tenant and name.
func compare(in Input) []comparison {
	held := map[string]bool{}
	for _, t := range in.Held {
		held[t] = true
	}
	out := make([]comparison, len(in.Environments))
	for i, e := range in.Environments {
		out[i] = comparison{Environment: e, skipped: held[e.Tenant] || skips(in.Skipped, e)}
	}
	slices.SortStableFunc(out, func(a, b comparison) int { return comparePlaces(a.Place, b.Place) })
	for i := range out {
		if c := &out[i]; !c.skipped {
			c.run()
		}
	}
	return out
}

func comparePlaces(a, b Place) int {
	return cmp.Or(cmp.Compare(a.Tenant, b.Tenant), cmp.Compare(a.Environment, b.Environment))
}

// skips says whether an environment lacks a side because it could not be rendered.
func skips(list []Skipped, e Environment) bool {
	return (e.Old == nil || e.New == nil) && slices.ContainsFunc(list, func(s Skipped) bool {
		return s.What == e.Tenant || s.What == e.Tenant+"/"+e.Environment
	})
}

func (c *comparison) run() {
	c.pairs = match(c.Old, c.New)
	c.judge()
	before, after, names := findings(c.Old), findings(c.New), c.renames()
	c.found = compareFindings(before, after, names).waived(before, after, names)
	c.effect = c.measure()
}

func findings(s *Side) []manifest.Problem {
	if s == nil {
		return nil
	}
	return s.Findings
}

// neutrals replace the names of one side: those of the environment and the namespace, and that of the tenant as well.
func (c *comparison) neutrals(s *Side) (environment, all neutral) {
	environment = newNeutral(namespace(s)).with(c.Environment.Environment, "\x00e")
	for i := range c.pairs {
		p := &c.pairs[i]
		if p.hashed {
			tail, _ := stem(p.key)
			environment = environment.with(p.old.Name(), tail+"-\x00d").with(p.new.Name(), tail+"-\x00d")
		}
	}
	return environment, environment.with(c.Tenant, "\x00t")
}
