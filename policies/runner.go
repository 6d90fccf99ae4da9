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
	"github.com/open-policy-agent/opa/v1/topdown"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// TestReport is what the unit tests of rules said.
type TestReport struct {
	Tests []TestResult
	// Coverage is the share of lines of rules that tests reach, in percent: of the platform's rules where
	// there are any, otherwise of ours.
	Coverage float64
	// Uncovered are the lines that no test reaches.
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

// Test runs the unit tests of the platform's rules, with the built-ins that rules have, or of ours where the platform has
// none: nothing of a platform reaches into our rules, so their tests have nothing to tell of it. The error is for rules
// that do not compile.
func Test(ctx context.Context, fsys fs.FS, dirs ...string) (TestReport, error) {
	mods, err := load(sources(fsys, dirs), testFiles)
	if err != nil {
		return TestReport{}, err
	}
	if _, _, err := mods.catalogue(fsys, dirs); err != nil {
		return TestReport{}, err
	}
	if mods.theirs() {
		mods = slices.DeleteFunc(mods, func(m module) bool { return m.own && m.test() })
	}
	return mods.test(ctx, "")
}

// theirs reports whether there are modules of the platform.
func (m modules) theirs() bool {
	return slices.ContainsFunc(m, func(mod module) bool { return !mod.own })
}

// test runs the tests whose package and name match the expression; empty means all.
func (m modules) test(ctx context.Context, match string) (TestReport, error) {
	covered := cover.New()
	report, err := m.listen(ctx, match, covered)
	if err == nil {
		report.cover(covered.Report(m.parsed()), m.counted())
	}
	return report, err
}

// listen runs tests and has the tracer see every step of them.
func (m modules) listen(ctx context.Context, match string, tracer topdown.QueryTracer) (TestReport, error) {
	parsed := m.copies()
	store := inmem.New()
	var report TestReport
	err := storage.Txn(ctx, store, storage.TransactionParams{}, func(txn storage.Transaction) error {
		results, err := tester.NewRunner().SetStore(store).SetModules(parsed).SetCompiler(newCompiler()).
			SetCoverageQueryTracer(tracer).RaiseBuiltinErrors(true).SetTimeout(defaultDeadline).Filter(match).
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
	return report, err
}

// counted are the files of rules whose lines count as covered or not.
func (m modules) counted() map[string]bool {
	theirs := m.theirs()
	files := map[string]bool{}
	for _, mod := range m {
		files[mod.file] = !mod.test() && mod.own != theirs
	}
	return files
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

func (r *TestReport) cover(c cover.Report, counted map[string]bool) {
	reached, missed := 0, 0
	for file, f := range c.Files {
		if !counted[file] {
			continue
		}
		reached, missed = reached+f.CoveredLines, missed+f.NotCoveredLines
		for _, lines := range f.NotCovered {
			for row := lines.Start.Row; row <= lines.End.Row; row++ {
				r.Uncovered = append(r.Uncovered, manifest.Position{File: file, Line: row})
			}
		}
	}
	if r.Coverage = 100; reached+missed > 0 {
		r.Coverage = 100 * float64(reached) / float64(reached+missed)
	}
	slices.SortFunc(r.Uncovered, func(a, b manifest.Position) int {
		return strings.Compare(fmt.Sprintf("%s:%06d", a.File, a.Line), fmt.Sprintf("%s:%06d", b.File, b.Line))
	})
}
