package plan

import (
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// New says what a change does. It depends on nothing but the input, whose order means nothing.
func New(in Input) Plan {
	all := compare(in)
	for i := range all {
		if c := &all[i]; !c.skipped {
			c.effect.Cost = costOf(c.Old, c.New, in.Prices)
		}
	}
	p := Plan{Base: in.Base, Head: in.Head, Digest: in.Digest, Groups: cluster(all), Tenants: tenants(in, all), Skipped: slices.Clone(in.Skipped)}
	p.Findings = p.findings(in, all)
	p.Cost = p.cost(in.Prices)
	p.Summary = p.summary(in, all)
	return p
}

func (p *Plan) findings(in Input, all []comparison) Findings {
	out := CompareFindings(in.Before, in.After)
	for _, c := range all {
		out.New = append(out.New, c.found.New...)
		out.Fixed = append(out.Fixed, c.found.Fixed...)
		out.Unchanged += c.found.Unchanged
		out.Waived += c.found.Waived
	}
	out.New, out.Fixed = manifest.SortProblems(out.New), manifest.SortProblems(out.Fixed)
	return out
}

// cost sums up what changes; nil without prices.
func (p *Plan) cost(prices *Prices) *Cost {
	if prices == nil {
		return nil
	}
	sum := &Cost{Currency: prices.Currency}
	for _, t := range p.Tenants {
		for _, e := range t.Environments {
			if e.Cost != nil {
				sum.Old += e.Cost.Old
				sum.New += e.Cost.New
				sum.Parts = append(sum.Parts, e.Cost.Parts...)
			}
		}
	}
	sum.Parts = sumParts(sum.Parts)
	return sum
}

func (p *Plan) summary(in Input, all []comparison) Summary {
	s := Summary{Unchanged: in.Unchanged, Groups: len(p.Groups), Risks: map[Class]int{}}
	for _, c := range all {
		if !c.skipped && !c.changes() {
			s.Unchanged++
		}
	}
	for _, t := range p.Tenants {
		if len(t.Environments) > 0 && t.Name != manifest.PlatformName {
			s.Tenants++
			s.Environments += len(t.Environments)
		}
		for _, e := range t.Environments {
			s.add(e)
		}
	}
	return s
}

func (s *Summary) add(e Effect) {
	s.Added += e.Added
	s.Changed += e.Changed
	s.Removed += e.Removed
	s.Recreated += e.Recreated
	s.Restarts += len(e.Restarts)
	if e.Protected {
		s.ProtectedRestarts += len(e.Restarts)
	}
	for _, r := range e.Risks {
		s.Risks[r.Class]++
	}
}
