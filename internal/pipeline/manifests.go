package pipeline

import (
	"context"
	"errors"
	"io/fs"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/policies"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// Judged is what [CheckManifests] found.
type Judged struct {
	Problems []manifest.Problem
	FailOn   manifest.Severity
	Checks   int
	// NeedTenant are the ids of checks that could not be asked without a tenant.
	NeedTenant []string
}

// CheckManifests asks the policies about objects of any origin. With one tenant and an environment in
// the options they are judged as that tenant's, otherwise as nobody's.
func CheckManifests(ctx context.Context, fsys fs.FS, objects []manifest.Object, o Options) (*Judged, error) {
	fleet, err := schemas.Load(fsys, schemas.Options{Tenants: o.Tenants})
	if err != nil {
		return nil, err
	}
	engine, err := compile(fsys, fleet)
	if faults, ok := errors.AsType[policies.Errors](err); ok {
		return &Judged{Problems: faults, FailOn: bound(o.FailOn, fleet)}, nil
	}
	if err != nil {
		return nil, err
	}
	chosen, err := choose(engine, o.Checks)
	if err != nil {
		return nil, err
	}
	out := &Judged{FailOn: bound(o.FailOn, fleet)}
	in := policies.Input{Objects: objects, Checks: chosen.policies}
	out.Problems = append(out.Problems, proven(objects, chosen)...)
	if len(o.Tenants) > 0 {
		out.Problems = append(out.Problems, fleet.Problems...)
		for _, t := range fleet.Tenants {
			for i := range t.Environments {
				if e := &t.Environments[i]; e.Name == o.Environment {
					in.Context = facts(t.Name, e)
				}
			}
		}
	}
	if !chosen.asks() {
		return out, nil
	}
	selected, err := engine.Selected(chosen.policies)
	if err != nil {
		return nil, err
	}
	for _, rule := range selected {
		if rule.NeedsTenant && in.Context.Tenant == "" {
			out.NeedTenant = append(out.NeedTenant, rule.ID)
			continue
		}
		out.Checks++
	}
	found, err := engine.Check(ctx, in)
	out.Problems = append(out.Problems, found...)
	return out, err
}
