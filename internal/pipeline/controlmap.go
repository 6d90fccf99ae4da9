package pipeline

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/policies"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// ControlMap says which checks serve which controls, as the platform has it today.
type ControlMap struct {
	// Rules are the checks and proofs that judge what a tenant has.
	Rules []Rule
	// Frameworks are those asked for.
	Frameworks []policies.Framework
	// Digest is that of the policies.
	Digest string
}

// MapControls reads the checks of the platform, and the frameworks: those that are named, otherwise those that the
// platform demands or one of its tenants. The tenants are those named, all where none is; one that has no file
// demands nothing. What is wrong with the platform's files is in the problems, and then there is no map.
func MapControls(fsys fs.FS, tenants, frameworks []string) (*ControlMap, []manifest.Problem, error) {
	platform, problems, err := schemas.LoadPlatform(fsys)
	if err != nil || platform == nil {
		return nil, problems, err
	}
	engine, err := compile(fsys, platform, false)
	if faults, ok := errors.AsType[policies.Errors](err); ok {
		return nil, faults, nil
	}
	if err != nil {
		return nil, nil, err
	}
	m := &ControlMap{Digest: engine.Digest()}
	for _, r := range append(engine.Rules(), selection{all: true}.proven()...) {
		if !r.Of(policies.PlatformScope, policies.ChangeScope) {
			m.Rules = append(m.Rules, r)
		}
	}
	slices.SortFunc(m.Rules, func(a, b Rule) int { return strings.Compare(a.ID, b.ID) })
	if len(frameworks) == 0 {
		if frameworks, err = demanded(fsys, platform, tenants); err != nil {
			return nil, nil, err
		}
	}
	for _, f := range engine.Frameworks() {
		if slices.Contains(frameworks, f.ID) || slices.Contains(frameworks, f.Prefix) {
			m.Frameworks = append(m.Frameworks, f)
		}
	}
	for _, id := range frameworks {
		if _, ok := engine.FindFramework(id); !ok {
			return nil, nil, fmt.Errorf("unknown framework %q: use %s", id, strings.Join(frameworkIDs(engine), ", "))
		}
	}
	return m, nil, nil
}

// demanded are the frameworks that the platform and the tenants have to hold.
func demanded(fsys fs.FS, platform *schemas.Platform, tenants []string) ([]string, error) {
	all := platform.Frameworks
	there, err := schemas.Names(fsys)
	if err != nil {
		return nil, err
	}
	if len(tenants) > 0 {
		there = slices.DeleteFunc(there, func(name string) bool { return !slices.Contains(tenants, name) })
	}
	if len(there) == 0 {
		return all, nil
	}
	fleet, err := schemas.Load(fsys, schemas.Options{Tenants: there})
	if err != nil {
		return nil, err
	}
	for _, t := range fleet.Tenants {
		for _, e := range t.Environments {
			all = union(all, e.Spec.Compliance.Frameworks)
		}
	}
	return all, nil
}
