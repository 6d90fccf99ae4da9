package main

import (
	"fmt"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/pipeline"
)

const atOnce = 8

// TestShardsAtOnce: eight processes publish their shards at the same time to a repository that git itself serves. What
// stands there is what one run publishes, each shard is one commit, and none lost what another wrote.
func TestShardsAtOnce(t *testing.T) {
	t.Setenv("TENANTSMITH_CACHE", "off")
	root := t.TempDir()
	platform, one, many := filepath.Join(root, "platform"), filepath.Join(root, "one.git"), filepath.Join(root, "many.git")
	gitIn(t, root, "init", "-q", "--bare", "-b", "main", one)
	gitIn(t, root, "init", "-q", "--bare", "-b", "main", many)
	gitIn(t, root, "init", "-q", "-b", "main", platform)
	program := filepath.Join(root, "tenantsmith") // the test binary is tenantsmith by this name
	self, err := os.Executable()
	require.NoError(t, err)
	require.NoError(t, os.Symlink(self, program))
	url := served(t, root)
	for round := 1; round <= 2; round++ {
		names := fleetOf(t, platform, round)
		running := make([]*exec.Cmd, atOnce)
		for i := range running {
			running[i] = exec.Command(program, "-C", platform, "publish", "--repo", url+"/many.git", "--shard", fmt.Sprintf("%d/%d", i+1, atOnce))
			running[i].Stdout, running[i].Stderr = t.Output(), t.Output()
			require.NoError(t, running[i].Start())
		}
		for _, cmd := range running {
			require.NoError(t, cmd.Wait(), "%v", cmd.Args)
		}
		out, err := exec.Command(program, "-C", platform, "publish", "--repo", one).CombinedOutput()
		require.NoError(t, err, string(out))
		require.Equal(t, gitIn(t, one, "rev-parse", "main^{tree}"), gitIn(t, many, "rev-parse", "main^{tree}"))
		gitIn(t, many, "fsck", "--strict")
		require.Empty(t, gitIn(t, many, "rev-list", "--merges", "main"))
		require.Equal(t, fmt.Sprint(round*busy(names)), gitIn(t, many, "rev-list", "--count", "main"))
	}
}

// busy is how many shards have a tenant.
func busy(names []string) int {
	n := 0
	for i := 1; i <= atOnce; i++ {
		if slices.ContainsFunc(names, pipeline.Shard{Index: i, Of: atOnce}.Has) {
			n++
		}
	}
	return n
}

// fleetOf commits tenants that all change from round to round, and returns their names.
func fleetOf(t *testing.T, platform string, round int) []string {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Join(platform, "tenants"), 0o755))
	var names []string
	for i := range 20 {
		name := fmt.Sprintf("tenant-%02d", i)
		text := fmt.Sprintf("apiVersion: tenantsmith.dev/v1alpha1\nkind: Tenant\nmetadata: {name: %s}\nspec:\n  displayName: Round %d\n"+
			"  tier: free\n  owners: [{group: %s, role: admin}]\n  environments: {production: {}}\n  tags: {round: r%d}\n", name, round, name, round)
		require.NoError(t, os.WriteFile(filepath.Join(platform, "tenants", name+".yaml"), []byte(text), 0o644))
		names = append(names, name)
	}
	gitIn(t, platform, "add", "-A")
	gitIn(t, platform, "commit", "-q", "-m", fmt.Sprint("round ", round))
	return names
}

func gitIn(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=Ann", "-c", "user.email=ann@example.com"}, args...)...)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "git %v: %s", args, out)
	return strings.TrimSpace(string(out))
}

// served is the URL of the repositories in a folder, by git's own http-backend.
func served(t *testing.T, root string) string {
	t.Helper()
	program, err := exec.LookPath("git")
	require.NoError(t, err)
	backend := &cgi.Handler{
		Path: program, Args: []string{"http-backend"}, Dir: root, Stderr: t.Output(),
		Env: []string{"GIT_PROJECT_ROOT=" + root, "GIT_HTTP_EXPORT_ALL=1", "REMOTE_USER=bot", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null"},
	}
	server := httptest.NewServer(backend)
	t.Cleanup(server.Close)
	return server.URL
}
