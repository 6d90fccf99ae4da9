package main

import (
	"bytes"
	"fmt"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// Sixteen people push a change of their tenant to their clones of one platform repository and publish at once, all
// tenants each. The clones are of different age and none has the changes of the others; every change is there at the
// end.
func TestSixteenClonesPublishAtOnce(t *testing.T) {
	const people = 16
	dir := t.TempDir()
	t.Setenv("HOME", dir)
	git := func(in string, args ...string) string {
		cmd := exec.Command("git", append([]string{"-C", in, "-c", "user.name=Ann", "-c", "user.email=ann@example.com"}, args...)...)
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", out)
		return strings.TrimSpace(string(out))
	}
	tenant := func(i, image int) string {
		return fmt.Sprintf(`apiVersion: tenantsmith.dev/v1alpha1
kind: Tenant
metadata: {name: team-%02d}
spec:
  tier: basic
  owners: [{group: team-%02d, role: admin}]
  environments: {development: {}}
  services: {web: {image: "ghcr.io/example/web:%d", ports: {http: 8080}}}
`, i, i, image)
	}
	platform := filepath.Join(dir, "platform")
	require.NoError(t, os.MkdirAll(filepath.Join(platform, "tenants"), 0o755))
	for i := range people {
		require.NoError(t, os.WriteFile(filepath.Join(platform, "tenants", fmt.Sprintf("team-%02d.yaml", i)), []byte(tenant(i, 1)), 0o644))
	}
	git(dir, "init", "-q", "-b", "main", platform)
	git(platform, "add", "-A")
	git(platform, "commit", "-q", "-m", "all")
	git(dir, "init", "-q", "--bare", "-b", "main", "gitops.git")
	git(filepath.Join(dir, "gitops.git"), "config", "http.receivepack", "true")
	program, err := exec.LookPath("git")
	require.NoError(t, err)
	server := httptest.NewServer(&cgi.Handler{
		Path: program, Args: []string{"http-backend"}, Dir: dir, Stderr: t.Output(), Env: []string{"GIT_PROJECT_ROOT=" + dir, "GIT_HTTP_EXPORT_ALL=1", "HOME=" + dir},
	})
	defer server.Close()
	publish := func(clone string, names ...string) (string, int) {
		var out bytes.Buffer
		args := append([]string{"-C", clone, "publish", "--repo", server.URL + "/gitops.git", "--cache", filepath.Join(dir, "cache")}, names...)
		code := run(t.Context(), args, streams{in: strings.NewReader(""), out: &out, err: &out})
		return out.String(), code
	}
	_, code := publish(platform)
	require.Zero(t, code)

	t.Setenv("GIT_COMMITTER_DATE", "2030-01-02T03:04:05Z")
	var group sync.WaitGroup
	said, codes := make([]string, people), make([]int, people)
	for i := range people {
		clone, name := filepath.Join(dir, fmt.Sprint("clone-", i)), fmt.Sprintf("team-%02d", i)
		git(dir, "clone", "-q", platform, clone)
		require.NoError(t, os.WriteFile(filepath.Join(clone, "tenants", name+".yaml"), []byte(tenant(i, 2)), 0o644))
		git(clone, "commit", "-q", "-a", "-m", name)
		group.Go(func() { said[i], codes[i] = publish(clone, name) })
	}
	group.Wait()
	repo := filepath.Join(dir, "gitops.git")
	for i := range people {
		require.Zero(t, codes[i], said[i])
		rollout := fmt.Sprintf("main:tenants/team-%02d/workload/base/rollout-web.yaml", i)
		require.Contains(t, git(repo, "show", rollout), "ghcr.io/example/web:2")
	}
	require.Equal(t, fmt.Sprint(1+people), git(repo, "rev-list", "--count", "main"))
	require.Empty(t, git(repo, "rev-list", "--min-parents=2", "main"))
	require.Empty(t, git(repo, "fsck", "--strict", "--full", "--no-dangling", "--no-progress"))

	// The platform repository as it was is an ancestor of what they published: nothing of it comes back.
	_, code = publish(platform)
	require.Equal(t, exitProblems, code)
	require.Equal(t, fmt.Sprint(1+people), git(repo, "rev-list", "--count", "main"))
}
