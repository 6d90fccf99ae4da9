package plan

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

func found(line int, message, waiver string) manifest.Problem {
	return manifest.Problem{Check: "TS-POD-008", Message: message, Waiver: waiver, Tenant: "acme", Environment: "production",
		Position: manifest.Position{File: "tenants/acme.yaml", Line: line}, Object: manifest.Key{Kind: "Rollout", Name: "web"}}
}

func grave(p manifest.Problem) manifest.Problem {
	p.Severity = manifest.Critical
	return p
}

func on(p manifest.Problem, path string) manifest.Problem {
	p.Path = manifest.ParsePath(path)
	return p
}

func TestCompareFindings(t *testing.T) {
	type problems []manifest.Problem
	for _, c := range []struct {
		what          string
		before, after problems
		new, fixed    problems
		unchanged     int
	}{
		{what: "nothing"},
		{what: "a line moves", before: problems{found(3, "a", "")}, after: problems{found(9, "a", "")}, unchanged: 1},
		{what: "one more of the same", before: problems{found(3, "a", "")}, after: problems{found(3, "a", ""), found(9, "a", "")}, new: problems{found(9, "a", "")}, unchanged: 1},
		{what: "one less of the same", before: problems{found(3, "a", ""), found(9, "a", "")}, after: problems{found(9, "a", "")}, fixed: problems{found(3, "a", "")}, unchanged: 1},
		{what: "another field", before: problems{found(3, "a", "")}, after: problems{on(found(3, "b", ""), "spec")}, new: problems{on(found(3, "b", ""), "spec")}, fixed: problems{found(3, "a", "")}},
		{what: "other words", before: problems{found(3, "a", "")}, after: problems{found(9, "b", "")}, unchanged: 1},
		{what: "other words for one of two", before: problems{found(3, "a", ""), found(3, "b", "")}, after: problems{found(3, "b", ""), found(3, "c", "")}, unchanged: 2},
		{what: "other words, and one more", before: problems{found(3, "a", "")}, after: problems{found(3, "b", ""), found(3, "c", "")}, new: problems{found(3, "c", "")}, unchanged: 1},
		{what: "other words, accepted", before: problems{found(3, "a", "")}, after: problems{found(3, "b", "w")}},
		{what: "moved in its list", before: problems{on(found(3, "a", ""), "spec.ports[0].name")}, after: problems{on(found(3, "a", ""), "spec.ports[1].name")}, unchanged: 1},
		{what: "moved in its list, and one more", before: problems{on(found(3, "a", ""), "spec.ports[0].name")}, after: problems{on(found(3, "a", ""), "spec.ports[1].name"), on(found(4, "a", ""), "spec.ports[2].name")},
			new: problems{on(found(4, "a", ""), "spec.ports[2].name")}, unchanged: 1},
		{what: "another in its place", before: problems{on(found(3, "a", ""), "spec.ports[0].name")}, after: problems{on(found(3, "b", ""), "spec.ports[1].name")},
			new: problems{on(found(3, "b", ""), "spec.ports[1].name")}, fixed: problems{on(found(3, "a", ""), "spec.ports[0].name")}},
		{what: "graver", before: problems{found(3, "a", "")}, after: problems{grave(found(3, "a", ""))}, new: problems{grave(found(3, "a", ""))}},
		{what: "graver, in other words", before: problems{found(3, "a", "")}, after: problems{grave(found(3, "b", ""))}, new: problems{grave(found(3, "b", ""))}},
		{what: "graver, and accepted as before", before: problems{found(3, "a", "w")}, after: problems{grave(found(3, "a", "w"))}, new: problems{grave(found(3, "a", "w"))}},
		{what: "less grave", before: problems{grave(found(3, "a", ""))}, after: problems{found(3, "b", "")}, unchanged: 1},
		{what: "accepted by a waiver", before: problems{found(3, "a", "")}, after: problems{found(3, "a", "w")}},
		{what: "no longer accepted", before: problems{found(3, "a", "w")}, after: problems{found(3, "a", "")}, new: problems{found(3, "a", "")}},
		{what: "accepted by another waiver", before: problems{found(3, "a", "v")}, after: problems{found(3, "a", "w")}, unchanged: 1},
		{what: "new, and accepted", after: problems{found(3, "a", "w")}, new: problems{found(3, "a", "w")}},
	} {
		got := CompareFindings(c.before, c.after)
		require.Equal(t, c.unchanged, got.Unchanged, c.what)
		require.Equal(t, c.new, problems(got.New), c.what)
		require.Equal(t, c.fixed, problems(got.Fixed), c.what)
	}
}

// TestFindingsOfRenamedObjects: a digest in a name changes with the content; what was wrong with it stays wrong.
func TestFindingsOfRenamedObjects(t *testing.T) {
	side := func(name, level string) *Side {
		s := &Side{Namespace: "acme-production", Objects: objects(t, "{apiVersion: v1, kind: ConfigMap, metadata: {name: "+name+", namespace: acme-production}, data: {a: "+level+"}}")}
		s.Findings = []manifest.Problem{{Check: "TS-SEC-001", Message: name + " holds a secret", Object: s.Objects[0].Key()}}
		return s
	}
	p := New(Input{Environments: []Environment{{Place: Place{"acme", "production"}, Old: side("web-files-aaaa0000", "x"), New: side("web-files-bbbb0000", "y")}}})
	require.Equal(t, Findings{Unchanged: 1}, p.Findings)
}

func TestProblemsWithoutAPlace(t *testing.T) {
	a := manifest.Problem{Check: "schema", Message: "must be a number", Field: "spec.prices.cpu", Position: manifest.Position{File: "tenantsmith.yaml", Line: 3}}
	b := a
	b.Field = "spec.prices.storageGiB"
	moved := a
	moved.Line = 9
	p := New(Input{Before: []manifest.Problem{a}, After: []manifest.Problem{moved, b}})
	require.Equal(t, Findings{New: []manifest.Problem{b}, Unchanged: 1}, p.Findings)
	a.Field, b.Field, b.Message = "", "", "is not read"
	p = New(Input{Before: []manifest.Problem{a}, After: []manifest.Problem{b}})
	require.Equal(t, Findings{New: []manifest.Problem{b}, Fixed: []manifest.Problem{a}}, p.Findings, "only words tell them apart")
}
