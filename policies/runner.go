package policies

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/cover"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/tester"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// TestReport is what the unit tests of rules said.
type TestReport struct {
	Tests []TestResult
	// Coverage is the share of lines that tests reach, in percent.
	Coverage float64
	// Uncovered are the places that no test reaches, by line.
	Uncovered []manifest.Position
}

// TestResult is one test; Fault is empty where it passed.
type TestResult struct {
	Package, Name string
	manifest.Position
	Fault string
}

// Failed are the tests that did not pass.
func (r TestReport) Failed() []TestResult {
	return slices.DeleteFunc(slices.Clone(r.Tests), func(t TestResult) bool { return t.Fault == "" })
}

// Test runs the unit tests of our rules and of the platform's, with the built-ins that rules have.
// The error is for rules that do not compile.
func Test(ctx context.Context, fsys fs.FS, dirs ...string) (TestReport, error) {
	mods, err := load(sources(fsys, dirs), testFiles)
	if err != nil {
		return TestReport{}, err
	}
	if _, err := mods.rules(); err != nil {
		return TestReport{}, err
	}
	return mods.test(ctx, "")
}

// test runs the tests whose package and name match the expression; empty means all.
func (m modules) test(ctx context.Context, match string) (TestReport, error) {
	covered, parsed := cover.New(), m.copies()
	store := inmem.New()
	var report TestReport
	err := storage.Txn(ctx, store, storage.TransactionParams{}, func(txn storage.Transaction) error {
		results, err := tester.NewRunner().SetStore(store).SetModules(parsed).SetCompiler(newCompiler()).
			SetCoverageQueryTracer(covered).RaiseBuiltinErrors(true).SetTimeout(defaultDeadline).Filter(match).
			RunTests(ctx, txn)
		if faults, ok := errors.AsType[ast.Errors](err); ok {
			return compileErrors(faults)
		}
		if err != nil {
			return fmt.Errorf("run tests of policies: %w", err)
		}
		for r := range results {
			report.Tests = append(report.Tests, testResult(r))
		}
		return nil
	})
	if err != nil {
		return report, err
	}
	report.cover(covered.Report(parsed))
	return report, nil
}

// copies parses again, for compiling changes modules.
func (m modules) copies() map[string]*ast.Module {
	parsed := make(map[string]*ast.Module, len(m))
	for _, mod := range m {
		parsed[mod.file] = mod.ast.Copy()
	}
	return parsed
}

func testResult(r *tester.Result) TestResult {
	t := TestResult{Package: strings.TrimPrefix(r.Package, "data."), Name: r.Name}
	if r.Location != nil {
		t.Position = manifest.Position{File: r.Location.File, Line: r.Location.Row, Column: r.Location.Col}
	}
	switch {
	case r.Error != nil:
		t.Fault = r.Error.Error()
	case r.Fail && r.FailedAt != nil:
		t.Fault = "does not hold: " + r.FailedAt.String()
	case r.Fail:
		t.Fault = "does not hold"
	case r.Skip:
		t.Fault = "skipped"
	}
	return t
}

func (r *TestReport) cover(c cover.Report) {
	r.Coverage = c.Coverage
	for file, f := range c.Files {
		if strings.HasSuffix(file, "_test.rego") {
			continue
		}
		for _, lines := range f.NotCovered {
			for row := lines.Start.Row; row <= lines.End.Row; row++ {
				r.Uncovered = append(r.Uncovered, manifest.Position{File: file, Line: row})
			}
		}
	}
	slices.SortFunc(r.Uncovered, func(a, b manifest.Position) int {
		return strings.Compare(fmt.Sprintf("%s:%06d", a.File, a.Line), fmt.Sprintf("%s:%06d", b.File, b.Line))
	})
}
