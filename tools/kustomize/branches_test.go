package kustomize

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestBranches: the branch of an environment holds all that kustomize needs for it, and builds what the one branch of all
// environments builds.
func TestBranches(t *testing.T) {
	dir := t.TempDir()
	repo, all := filepath.Join(dir, "gitops.git"), filepath.Join(dir, "all")
	must := func(name string, args ...string) string {
		r := execute(t, dir, name, args...)
		require.Zero(t, r.code, "%s %v: %s%s", name, args, r.out, r.err)
		return r.out
	}
	platform, err := filepath.Abs(root)
	require.NoError(t, err)
	ours, theirs := filepath.Join(bin, "tenantsmith"), filepath.Join(bin, "kustomize")
	must("git", "init", "-q", "--bare", repo)
	must(ours, "-C", platform, "publish", "--repo", repo)
	must(ours, "-C", platform, "publish", "--repo", repo, "--branch", "environments/{env}")
	must("git", "clone", "-q", "--branch", "main", repo, all)
	built := 0
	for _, env := range []string{"development", "staging", "production"} {
		one := filepath.Join(dir, env)
		must("git", "clone", "-q", "--branch", "environments/"+env, repo, one)
		found, err := filepath.Glob(filepath.Join(all, "tenants/*/*/overlays", env))
		require.NoError(t, err)
		for _, overlay := range found {
			rel, err := filepath.Rel(all, overlay)
			require.NoError(t, err)
			require.Equal(t, must(theirs, "build", overlay), must(theirs, "build", filepath.Join(one, rel)), fmt.Sprint(env, " ", rel))
			built++
		}
		here, err := filepath.Glob(filepath.Join(one, "tenants/*/*/overlays/*"))
		require.NoError(t, err)
		require.Len(t, here, len(found))
	}
	require.Greater(t, built, 10)
}
