package plan

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// TestWaivedIsNotFixed: a waiver mends nothing.
func TestWaivedIsNotFixed(t *testing.T) {
	finding := func(check, waiver string) manifest.Problem {
		return manifest.Problem{Check: check, Waiver: waiver, Tenant: "acme", Environment: "production", Severity: manifest.High,
			Object: manifest.Key{Kind: "Service", Namespace: "acme-production", Name: "web"}, Message: "is open"}
	}
	plan := func(before, after []manifest.Problem) (Plan, Effect) {
		e := env(t, "acme", "production", "", "")
		e.Old.Findings, e.New.Findings = before, after
		p := New(Input{Environments: []Environment{e}})
		return p, p.Tenants[0].Environments[0]
	}
	p, e := plan([]manifest.Problem{finding("A", ""), finding("B", ""), finding("C", "w")}, []manifest.Problem{finding("A", "w"), finding("C", "w")})
	require.Equal(t, []manifest.Problem{finding("B", "")}, p.Findings.Fixed)
	require.Equal(t, 1, p.Findings.Waived)
	require.Equal(t, 1, p.Findings.Unchanged)
	require.Equal(t, [2]int{1, 1}, [2]int{e.Fixed, e.Waived})

	p, _ = plan([]manifest.Problem{finding("A", ""), finding("A", "w")}, []manifest.Problem{finding("A", "w")})
	require.Equal(t, 1, len(p.Findings.Fixed), "the waived one was so before")
	require.Zero(t, p.Findings.Waived)

	p, e = plan([]manifest.Problem{finding("A", "")}, []manifest.Problem{finding("A", "w")})
	require.Empty(t, p.Findings.Fixed)
	require.Equal(t, 1, e.Waived, "a change of waivers alone is told of")
	require.Equal(t, 1, p.Summary.Environments)

	p, _ = plan([]manifest.Problem{finding("A", "w")}, []manifest.Problem{finding("A", "")})
	require.Len(t, p.Findings.New, 1)
	require.Zero(t, p.Findings.Waived)
}
