package pipeline

import (
	"context"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/report"
	"github.com/tenantsmith/tenantsmith/policies"
)

// TestControls: every check of ours objects to each of its mutations of the samples, of which it has two
// at least.
func TestControls(t *testing.T) {
	engine, err := policies.Compile(nil)
	require.NoError(t, err)
	proofs, _, err := Controls(context.Background(), os.DirFS("../.."), Options{})
	require.NoError(t, err)
	require.Len(t, proofs.Checks, len(engine.Rules()))
	for _, p := range proofs.Checks {
		require.GreaterOrEqual(t, len(p.Mutations), 2, "%s has too few mutations", p.ID)
		for _, m := range p.Mutations {
			require.Equal(t, report.Caught, m.Verdict, "%s:%d: %s: %q on %s in %s %s", m.File, m.Line, p.ID, m.Name, m.Tenant, m.Environment, m.Why)
		}
	}
	require.False(t, proofs.Failed())
}

// What can be applied to other tenants is caught there too.
func TestControlsElsewhere(t *testing.T) {
	for _, dir := range []string{"testdata/routers", "testdata/small"} {
		proofs, problems, err := Controls(context.Background(), os.DirFS(dir), Options{})
		require.NoError(t, err)
		require.NotZero(t, proofs.Summary.Applicable, "%v", problems)
		for _, p := range proofs.Checks {
			for _, m := range p.Mutations {
				require.NotEqual(t, report.MutantMissed, m.Verdict, "%s: %q on %s in %s", p.ID, m.Name, m.Tenant, m.Environment)
			}
		}
	}
}
