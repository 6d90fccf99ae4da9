package gitops_test

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/gitops"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

const writers = 16

// Sixteen writers at once, each with a clone of the platform repository and a commit of its own, lose nothing, also
// where all share one cache, as the jobs of one machine do.
func TestManyWriters(t *testing.T) {
	transports(t, func(t *testing.T, repo string, opts gitops.Options) {
		rounds := 1
		if !testing.Short() && opts.Auth.Password != "" {
			rounds = 2
		}
		dir, _ := platformCommits(t, 1)
		commit(t, repo, "seed", func(work string) { put(t, work, map[string]string{"README.md": "x\n"}) })
		want := map[string]string{"README.md": "x\n"}
		shared := t.TempDir()
		var group sync.WaitGroup
		errs := make([]error, writers)
		for i := range writers {
			tenant := fmt.Sprintf("tenant-%02d", i)
			mine := from(opts, dir, "")
			mine.SourceDir = filepath.Join(t.TempDir(), "clone")
			git(t, dir, "clone", "-q", dir, mine.SourceDir)
			mine.SourceCommit = dated(t, mine.SourceDir, i+1)
			if i%2 == 0 {
				mine.Cache = shared
			}
			last := update(tenant, map[string]string{"workload/base/x.yaml": fmt.Sprint(rounds - 1)})
			for file, data := range last.Files {
				want[file] = string(data)
			}
			group.Go(func() { errs[i] = write(t.Context(), mine, tenant, rounds) })
		}
		group.Wait()
		for _, err := range errs {
			require.NoError(t, err)
		}
		require.Equal(t, want, tree(t, repo, "main"))
		require.Equal(t, fmt.Sprint(1+writers*rounds), git(t, repo, "rev-list", "--count", "main"))
		for line := range strings.Lines(git(t, repo, "log", "--format=%(trailers:key=Tenantsmith-Tenant,valueonly,separator=%x2C)", "main", "--not", "main~"+fmt.Sprint(writers*rounds))) {
			require.NotContains(t, line, ",", "a commit holds the change of one writer")
		}
		sound(t, repo)
	})
}

// write publishes a tenant a number of times. Each attempt is made for the head that it is pushed on: what the
// writer saw there is in the file that it keeps.
func write(ctx context.Context, opts gitops.Options, tenant string, rounds int) error {
	for round := range rounds {
		res, err := gitops.Publish(ctx, opts, func(_ context.Context, head *gitops.Commit) ([]gitops.Update, error) {
			if _, err := head.ReadDir("tenants"); err != nil && head.Hash == "" {
				return nil, fmt.Errorf("an empty head: %w", err)
			}
			return []gitops.Update{update(tenant, map[string]string{"workload/base/x.yaml": fmt.Sprint(round)})}, nil
		})
		if err != nil || len(res.Changed) != 1 {
			return fmt.Errorf("%s, round %d: %v %w", tenant, round, res.Problems, err)
		}
	}
	return nil
}

// What changes is judged with what others put there meanwhile: of two writers that claim one host at once, the
// second one is held back, whoever that is.
func TestWritersThatClaimTheSame(t *testing.T) {
	transports(t, func(t *testing.T, repo string, opts gitops.Options) {
		var group sync.WaitGroup
		results, errs := make([]gitops.Result, 4), make([]error, 4)
		for i := range results {
			mine := opts
			mine.Together = func(_ context.Context, head *gitops.Commit, changing []gitops.Update) ([]manifest.Problem, error) {
				all, err := head.ReadDir("tenants")
				if err != nil || len(all) == 0 {
					return nil, nil
				}
				return []manifest.Problem{{Check: "host", Tenant: changing[0].Tenant, Message: "belongs to " + all[0].Name()}}, nil
			}
			group.Go(func() {
				results[i], errs[i] = gitops.Publish(t.Context(), mine, gitops.Always(update(fmt.Sprintf("tenant-%d", i), map[string]string{"a.yaml": "x\n"})))
			})
		}
		group.Wait()
		skipped := 0
		for i, res := range results {
			require.NoError(t, errs[i])
			if skipped += len(res.Skipped); len(res.Skipped) > 0 {
				require.Equal(t, "host", res.Problems[0].Check)
				require.Empty(t, res.Commit)
			}
		}
		require.Equal(t, 3, skipped)
		require.Equal(t, "1", git(t, repo, "rev-list", "--count", "main"))
		sound(t, repo)
	})
}

// A tenant that is left out because of a clash takes its part of the commit with it, and the rest is judged again.
func TestClashOfOneOfMany(t *testing.T) {
	repo := bare(t)
	opts := options(repo)
	var asked []string
	opts.Together = func(_ context.Context, _ *gitops.Commit, changing []gitops.Update) ([]manifest.Problem, error) {
		var names []string
		for _, u := range changing {
			names = append(names, u.Tenant)
		}
		asked = append(asked, strings.Join(names, " "))
		if len(names) == 1 {
			return nil, nil
		}
		return []manifest.Problem{{Check: "host", Tenant: names[0], Message: "is taken"}}, nil
	}
	res := publish(t, opts, acme("a:1"), update("shop", map[string]string{"a.yaml": "x\n"}), update("zoo", map[string]string{"a.yaml": "x\n"}))
	require.Equal(t, []string{"acme shop zoo", "shop zoo", "zoo"}, asked)
	require.Equal(t, []string{"acme", "shop"}, res.Skipped)
	require.Len(t, res.Problems, 2)
	require.Equal(t, "zoo", res.Changed[0].Tenant)
	require.NotContains(t, tree(t, repo, "main"), "tenants/acme/.tenantsmith.json")
	sound(t, repo)
}

// A server that has too much to do is asked again, and has the last word.
func TestServerThatTurnsUsAway(t *testing.T) {
	repo := bare(t)
	left := 3
	opts := options(httpServer(t, filepath.Dir(repo), func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if left--; left >= 0 {
				http.Error(w, "later", []int{http.StatusServiceUnavailable, http.StatusTooManyRequests}[left%2])
				return
			}
			next.ServeHTTP(w, r)
		})
	}) + "/gitops.git")
	opts.Auth = gitops.Auth{Username: "bot", Password: password}
	res := publish(t, opts, acme("a:1"))
	require.Equal(t, git(t, repo, "rev-parse", "main"), res.Commit)

	left, opts.Retries = 1000, 2
	_, err := gitops.Publish(t.Context(), opts, gitops.Always(acme("a:2")))
	require.EqualError(t, err, "publish to "+opts.URL+": the server turns us away: it has too many connections, or too many requests")
	require.Equal(t, 997, left)
}

func TestNoKnownHosts(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	t.Setenv("SSH_KNOWN_HOSTS", filepath.Join(t.TempDir(), "none"))
	opts := options("git@git.example.com:x.git")
	_, err := gitops.Publish(t.Context(), opts, gitops.Always(acme("a:1")))
	require.ErrorContains(t, err, "there is no known_hosts file to know the server by: ssh-keyscan git.example.com prints the key")
}
