package pipeline

import (
	"context"
	"errors"
	"io/fs"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/policies"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// TestReport is what the unit tests of rules said.
type TestReport = policies.TestReport

// Checks are ours and those of the platform, sorted by id. What is wrong with the platform's files is
// in the problems, and then there are no checks.
func Checks(fsys fs.FS) ([]Rule, []manifest.Problem, error) {
	engine, problems, err := compiled(fsys)
	if engine == nil {
		return nil, problems, err
	}
	return engine.Rules(), nil, nil
}

// Check is a rule, and whether the API server can be asked the same.
type Check struct {
	Rule
	Guarded bool
}

// Catalogue are the checks with what there is to say of each.
func Catalogue(fsys fs.FS) ([]Check, []manifest.Problem, error) {
	engine, problems, err := compiled(fsys)
	if engine == nil {
		return nil, problems, err
	}
	guarded, err := engine.Guarded()
	if err != nil {
		return nil, nil, err
	}
	var out []Check
	for _, r := range engine.Rules() {
		out = append(out, Check{r, slices.Contains(guarded, r.ID)})
	}
	return out, nil, nil
}

// compiled are our rules and those of the platform; nil where its files have problems.
func compiled(fsys fs.FS) (*policies.Engine, []manifest.Problem, error) {
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
	return engine, nil, nil
}

// FrameworkIDs are the names of our frameworks and of those of the platform, sorted; ours alone where its files have
// problems.
func FrameworkIDs(fsys fs.FS) []string {
	platform, _, _ := schemas.LoadPlatform(fsys)
	engine, err := compile(fsys, platform, false)
	if err != nil {
		engine, err = ours()
	}
	if err != nil {
		return nil
	}
	return frameworkIDs(engine)
}

// TestPolicies runs the unit tests of our rules and of those in the folders, which are the platform's
// where none is named. What does not compile is in the problems.
func TestPolicies(ctx context.Context, fsys fs.FS, dirs []string) (TestReport, []manifest.Problem, error) {
	if len(dirs) == 0 {
		platform, problems, err := schemas.LoadPlatform(fsys)
		if err != nil || platform == nil {
			return TestReport{}, problems, err
		}
		dirs = platform.Extend.Policies
	}
	if len(dirs) == 0 {
		fsys = nil
	}
	r, err := policies.Test(ctx, fsys, dirs...)
	if faults, ok := errors.AsType[policies.Errors](err); ok {
		return r, faults, nil
	}
	return r, nil, err
}
