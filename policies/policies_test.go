package policies

import (
	"context"
	"flag"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/format"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "format the rules")

// ours loads our rules with their tests.
func ours(t *testing.T) modules {
	t.Helper()
	mods, err := load(sources(nil, nil), testFiles)
	require.NoError(t, err)
	return mods
}

func TestRegoTests(t *testing.T) {
	if testing.Short() {
		t.Skip("the evaluator on more data, in one goroutine")
	}
	report, err := Test(context.Background(), nil)
	require.NoError(t, err)
	for _, f := range report.Failed() {
		t.Errorf("%s: %s.%s: %s", f.Position, f.Package, f.Name, f.Fault)
	}
	require.Greater(t, len(report.Tests), 200)
	require.Empty(t, report.Uncovered)
	require.Equal(t, 100.0, report.Coverage)
}

// A check proves itself: its own tests show it violated and passed, and make each of its rules fire.
func TestEachCheckHasVectors(t *testing.T) {
	if testing.Short() {
		t.Skip("the evaluator on more data, in one goroutine")
	}
	mods := ours(t)
	for _, rule := range engine(t).Rules() {
		t.Run(rule.ID, func(t *testing.T) {
			report, err := about(mods, rule).test(context.Background(), "checks."+rule.pkg+"_test")
			require.NoError(t, err)
			require.Empty(t, report.Failed())
			for _, kind := range []string{"test_violates", "test_passes"} {
				require.True(t, slices.ContainsFunc(report.Tests, func(r TestResult) bool {
					return strings.HasPrefix(r.Name, kind)
				}), "no %s_…", kind)
			}
			for _, at := range report.Uncovered {
				require.NotEqual(t, strings.TrimSuffix(rule.File, ".rego"), strings.TrimSuffix(strings.TrimSuffix(at.File, broughtFile), ".rego"), "no test makes line %d of %s hold", at.Line, rule.File)
			}
		})
	}
}

// about are the modules of a rule, and those that it may look at: the libraries and what they look at.
func about(mods modules, rule Rule) modules {
	return slices.DeleteFunc(slices.Clone(mods), func(m module) bool {
		return !strings.HasPrefix(m.file, "lib/") && !strings.Contains(m.file, "/"+rule.pkg+"/") &&
			(m.test() || !regexp.MustCompile("ts_pod_00[123]").MatchString(m.file))
	})
}

func TestCatalogue(t *testing.T) {
	rules := engine(t).Rules()
	require.NotEmpty(t, rules) // docs/policies.md has their number
	require.True(t, slices.IsSortedFunc(rules, func(a, b Rule) int { return strings.Compare(a.ID, b.ID) }))
	frameworks := regexp.MustCompile(`^(cis|csf|gdpr|iso|mtb|nsa|pss|soc2)$`)
	mends := regexp.MustCompile(`spec\.|metadata\.name|only the platform team can|the patch or object of your own|remove`)
	for _, r := range rules {
		require.True(t, r.Own, r.ID)
		require.Regexp(t, mends, r.Remedy, r.ID)
		require.NotRegexp(t, `\.$|^[A-Z]`, r.Remedy, r.ID)
		// Fields of the platform are written as platform spec.…, so that nobody looks for them in a tenant.
		require.NotRegexp(t, `platform file|(^|[^m]) spec\.(kinds|rbac)`, r.Remedy, r.ID)
		// A waiver mends nothing; it is the one way to a level of Pod Security that the tenant cannot do without.
		require.Equal(t, r.ID == "TS-POD-022", strings.Contains(r.Remedy, "waive"), r.ID)
		require.NotEmpty(t, r.Controls, r.ID)
		for _, c := range r.Controls {
			require.Regexp(t, frameworks, c.Framework, r.ID)
		}
		require.Equal(t, "checks/"+r.pkg+"/"+r.pkg+".rego", r.File)
		// What is left out of most runs is told by a look at the text.
		text, err := own.ReadFile(r.File)
		require.NoError(t, err)
		require.Equal(t, r.Brought, strings.Contains(string(text), "\n#   brought: true\n"), r.ID)
	}
}

func TestFormatted(t *testing.T) {
	for _, m := range ours(t) {
		text, err := format.Source(m.file, m.text)
		require.NoError(t, err)
		if *update && m.file != "" {
			require.NoError(t, os.WriteFile(m.file, text, 0o644))
			continue
		}
		require.Equal(t, string(text), string(m.text), "%s: opa fmt changes it; run go test ./policies -run Formatted -update", m.file)
	}
}

// Where a field is absent, a negated call on it does not hold either: not x.type in known lets an x
// without type pass. Such a call has to go through a function of x, which is there.
func TestNoNegatedCallOnAFieldThatMayBeAbsent(t *testing.T) {
	for _, m := range ours(t) {
		if m.test() {
			continue
		}
		ast.WalkExprs(m.ast, func(e *ast.Expr) bool {
			if !e.Negated || !e.IsCall() || e.IsEquality() || e.Operator().String() == "equal" {
				return false
			}
			for _, operand := range e.Operands() {
				ref, ok := operand.Value.(ast.Ref)
				if ok && len(ref) > 1 && !certain(ref) {
					t.Errorf("%s: %s may be undefined", e.Location, ref)
				}
			}
			return false
		})
	}
}

// certain are the references that always exist: parts of the context, and what lib and the rules
// themselves write.
func certain(r ast.Ref) bool {
	text := r.String()
	if strings.HasPrefix(text, "input.ctx.") {
		return true
	}
	return slices.Contains([]string{"s.context", "s.pod", "c.pod", "c.spec", "fact.namespace", "p.peer"}, text)
}

// The proof in gate.go holds as long as no rule of ours makes fields out of text.
func TestNoRuleReadsFieldsOutOfText(t *testing.T) {
	harmless := []string{
		"array.concat", "array.slice", "concat", "contains", "count", "div", "equal", "eq", "assign", "endswith", "floor", "graph.reachable", "indexof",
		"gt", "gte", "internal.member_2", "internal.member_3", "is_array", "is_boolean", "is_null", "is_number", "is_object", "is_string",
		"and", "bits.and", "json.marshal", "lower", "lt", "lte", "max", "min", "minus", "mul", "neq", "net.cidr_contains",
		"net.cidr_intersects", "net.cidr_is_valid", "net.cidr_merge", "object.get", "object.keys", "object.subset",
		"object.union", "or", "plus", "regex.find_all_string_submatch_n", "regex.is_valid", "regex.match", "regex.replace",
		"rem", "replace", "round", "sort", "split", "sprintf", "startswith", "strings.any_prefix_match", "substring", "sum",
		"time.parse_ns", "to_number", "trim", "trim_left", "trim_prefix", "trim_right", "trim_suffix", "type_name", "union",
		"walk",
	}
	known := map[string]bool{}
	for _, b := range ast.CapabilitiesForThisVersion().Builtins {
		known[b.Name] = true
	}
	for _, m := range ours(t) {
		if m.test() {
			continue
		}
		ast.WalkTerms(m.ast, func(term *ast.Term) bool {
			ref, ok := term.Value.(ast.Ref)
			if ok && known[ref.String()] {
				require.Contains(t, harmless, ref.String(), "%s", term.Location)
			}
			return false
		})
	}
}

func TestDigestIsStable(t *testing.T) {
	a := engine(t)
	b, err := Compile(nil)
	require.NoError(t, err)
	require.Equal(t, a.Digest(), b.Digest())
	require.Len(t, a.Digest(), 64)
	c, err := Compile(house)
	require.NoError(t, err)
	require.NotEqual(t, a.Digest(), c.Digest())
}
