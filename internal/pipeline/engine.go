package pipeline

import (
	"io/fs"
	"maps"
	"slices"
	"sync"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/policies"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// bound is the severity from which a finding holds a tenant back.
func bound(asked manifest.Severity, fleet *schemas.Fleet) manifest.Severity {
	switch {
	case asked != "":
		return asked
	case fleet.Platform != nil && fleet.Platform.Policies.FailOn != "":
		return manifest.Severity(fleet.Platform.Policies.FailOn)
	}
	return manifest.High
}

// compile prepares the policies, those of the platform among them.
func compile(fsys fs.FS, p *schemas.Platform, all bool) (*policies.Engine, error) {
	switch {
	case p != nil && len(p.Extend.Policies) > 0 && all:
		return policies.CompileAll(fsys, p.Extend.Policies...)
	case p != nil && len(p.Extend.Policies) > 0:
		return policies.Compile(fsys, p.Extend.Policies...)
	case all:
		return oursWhole()
	}
	return ours()
}

// Our own rules are compiled once for all runs of a process, such as those over both revisions of a plan: nothing
// changes an engine.
var (
	ours      = sync.OnceValues(func() (*policies.Engine, error) { return policies.Compile(nil) })
	oursWhole = sync.OnceValues(func() (*policies.Engine, error) { return policies.CompileAll(nil) })
)

// touched reports whether people brought or changed objects of the tenant, or wrote in the words of Argo
// Rollouts: then every check will be asked.
func touched(t *schemas.Tenant) bool {
	steps := func(s schemas.Service) bool { return s.Release.Steps != nil }
	return len(t.Extras) > 0 || slices.ContainsFunc(t.Environments, func(e schemas.Environment) bool {
		return slices.ContainsFunc(slices.Collect(maps.Values(e.Spec.Services)), steps)
	})
}

// refuse holds back every tenant: the platform's own policies have faults, so nothing can be judged.
func refuse(fleet *schemas.Fleet, faults policies.Errors) *Result {
	res := &Result{Fleet: fleet, FailOn: bound("", fleet), Held: slices.Clone(fleet.Held)}
	for _, t := range fleet.Tenants {
		res.Held = append(res.Held, t.Name)
	}
	slices.Sort(res.Held)
	res.Problems = manifest.SortProblems(append(slices.Clone(fleet.Problems), faults...))
	return res
}
