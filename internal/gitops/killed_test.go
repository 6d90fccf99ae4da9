package gitops_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/gitops"
)

// victim is set for a process that publishes until it is killed.
const victim = "TENANTSMITH_TEST_VICTIM"

// reach is how a victim reaches the repository.
type reach struct {
	URL, SSHKey, KnownHosts, Cache, Password string
	From                                     int
}

func (r reach) options() gitops.Options {
	opts := options(r.URL)
	opts.SSHKey, opts.KnownHosts, opts.Cache, opts.Auth.Password = r.SSHKey, r.KnownHosts, r.Cache, r.Password
	if r.Password != "" {
		opts.Auth.Username = "bot"
	}
	return opts
}

// A writer that is killed, at whatever moment, leaves the repository as it was before or after a commit, and a cache
// that the next one can use.
func TestKilledWriter(t *testing.T) {
	if text := os.Getenv(victim); text != "" {
		var r reach
		require.NoError(t, json.Unmarshal([]byte(text), &r))
		for n := r.From; ; n++ {
			_, err := gitops.Publish(t.Context(), r.options(), gitops.Always(acme(fmt.Sprint("a:", n))))
			require.NoError(t, err)
			fmt.Println(n)
		}
	}
	kills := 5
	if testing.Short() {
		kills = 2
	}
	transports(t, func(t *testing.T, repo string, opts gitops.Options) { killWriters(t, repo, opts, kills) })
	t.Run("local", func(t *testing.T) {
		repo := bare(t)
		git(t, repo, "config", "gc.autoDetach", "false")
		killWriters(t, repo, options(repo), kills)
	})
}

func killWriters(t *testing.T, repo string, opts gitops.Options, kills int) {
	r := reach{opts.URL, opts.SSHKey, opts.KnownHosts, t.TempDir(), opts.Auth.Password, 0}
	publish(t, r.options(), acme("a:0"))
	for range kills {
		r.From = 1000 * (1 + imageAt(t, repo, "main")/1000)
		kill(t, r)
		unlock(t, repo, r)
		head := git(t, repo, "rev-parse", "main") // a server may still be at work for the dead
		require.Equal(t, strs(acme(fmt.Sprint("a:", imageAt(t, repo, head))).Files), tree(t, repo, head), "all of a commit or nothing")
		res := publish(t, r.options(), acme("a:"+fmt.Sprint(r.From+999)))
		require.Equal(t, res.Commit, git(t, repo, "rev-parse", "main"))
	}
	require.Empty(t, git(t, repo, "fsck", "--strict", "--full", "--no-dangling", "--no-progress"))
	require.Empty(t, git(t, repo, "rev-list", "--min-parents=2", "main"))
}

// kill lets a writer run, and kills it at a random moment: some while it starts, most within its second or third
// publish.
func kill(t *testing.T, r reach) {
	t.Helper()
	text, err := json.Marshal(r)
	require.NoError(t, err)
	cmd := exec.Command(os.Args[0], "-test.run=^TestKilledWriter$")
	cmd.Env = append(os.Environ(), victim+"="+string(text))
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	if rand.N(4) > 0 { // it has published once
		_, err := out.Read(make([]byte, 8))
		require.NoError(t, err)
	}
	time.Sleep(rand.N(150 * time.Millisecond))
	require.NoError(t, cmd.Process.Kill())
	_ = cmd.Wait()
}

// unlock removes the lock that a writer to a local repository may leave. Git asks its users for the same.
func unlock(t *testing.T, repo string, r reach) {
	t.Helper()
	lock := filepath.Join(repo, "refs/heads/main.lock")
	if _, err := os.Stat(lock); err != nil || r.URL != repo {
		return
	}
	_, err := gitops.Publish(t.Context(), r.options(), gitops.Always(acme("a:locked")))
	require.ErrorContains(t, err, "branch main is locked by another process; if none runs, delete refs/heads/main.lock")
	require.NoError(t, os.Remove(lock))
}

func imageAt(t *testing.T, repo, rev string) int {
	t.Helper()
	var n int
	_, err := fmt.Sscanf(strings.TrimSpace(git(t, repo, "show", rev+":tenants/acme/workload/base/rollout-web.yaml")), "image: a:%d", &n)
	require.NoError(t, err)
	return n
}
