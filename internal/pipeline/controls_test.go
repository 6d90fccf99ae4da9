package pipeline

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/report"
	"github.com/tenantsmith/tenantsmith/policies"
)

// day is one on which the attestations of mutations have or have not expired.
var day = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)

// TestControls: every check of ours objects to each of its mutations of the samples, of which it has two
// at least.
func TestControls(t *testing.T) {
	engine, err := policies.Compile(nil)
	require.NoError(t, err)
	proofs, problems, err := Controls(context.Background(), os.DirFS("../.."), Options{Now: day})
	require.NoError(t, err)
	require.NotNil(t, proofs, "%v", problems)
	require.Len(t, proofs.Checks, len(engine.Rules()))
	for _, p := range proofs.Checks {
		require.GreaterOrEqual(t, len(p.Mutations), 2, "%s has too few mutations", p.ID)
		for _, m := range p.Mutations {
			require.Equal(t, report.Caught, m.Verdict, "%s:%d: %s: %q on %s in %s %s", m.File, m.Line, p.ID, m.Name, m.Tenant, m.Environment, m.Why)
		}
	}
	require.False(t, proofs.Failed())
}

// What can be applied to tenants behind other routers is caught there too.
func TestControlsAcrossRouters(t *testing.T) {
	proofs, problems, err := Controls(context.Background(), os.DirFS("testdata/routers"), Options{Now: day})
	require.NoError(t, err)
	require.NotNil(t, proofs, "%v", problems)
	require.NotZero(t, proofs.Summary.Applicable)
	for _, p := range proofs.Checks {
		for _, m := range p.Mutations {
			require.NotEqual(t, report.MutantMissed, m.Verdict, "%s: %q on %s in %s", p.ID, m.Name, m.Tenant, m.Environment)
		}
	}
}
