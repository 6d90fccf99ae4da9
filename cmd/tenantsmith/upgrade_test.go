package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// A GitOps repository whose records an older version wrote is taken over: each record changes once, no other file does,
// what a plan showed still holds, and nobody who has no file any more goes.
func TestUpgrade(t *testing.T) {
	f := newFleet(t)
	f.publish(0)
	work := filepath.Join(t.TempDir(), "work")
	f.git("clone", "-q", f.repo, work)
	for _, tenant := range []string{"acme", "shop"} {
		file := filepath.Join(work, manifest.RecordPath(tenant))
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		r, err := manifest.ParseRecord(tenant, data)
		require.NoError(t, err)
		r.Version, r.Source, r.SourceTime, r.Lifecycle, r.Until = "v0", "", "", "", ""
		r.Claims, r.Checks, r.Unasked, r.Accepted = nil, nil, nil, nil
		for i := range r.Findings {
			r.Findings[i].Waiver = ""
		}
		require.NoError(t, os.WriteFile(file, r.Bytes(), 0o644))
	}
	f.git("-C", work, "commit", "-q", "-a", "-m", "as it was")
	f.git("-C", work, "push", "-q")

	shop := filepath.Join(f.dir, "tenants/shop.yaml")
	text, err := os.ReadFile(shop)
	require.NoError(t, err)
	require.NoError(t, os.Remove(shop))
	_, errs := f.publish(1, "--dry-run")
	require.Contains(t, errs, "shop is not removed, though it has no file here: its lifecycle is active, not offboarding")
	require.NoError(t, os.WriteFile(shop, text, 0o644))

	out, _ := f.publish(0)
	require.Equal(t, "acme\t0 added, 1 modified, 0 removed\nshop\t0 added, 1 modified, 0 removed\n", out)
	out, errs = f.publish(0)
	require.Empty(t, out)
	require.Contains(t, errs, "main is up to date")
}
