package gitops_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/gitops"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// platformCommits makes a platform repository and returns its folder and its commits, one a minute, oldest first.
func platformCommits(t *testing.T, commits int) (string, []string) {
	t.Helper()
	dir := t.TempDir()
	git(t, dir, "init", "-q", "-b", "main")
	var out []string
	for i := range commits {
		out = append(out, dated(t, dir, i))
	}
	return dir, out
}

// dated makes a commit at a minute.
func dated(t *testing.T, dir string, minute int) string {
	t.Helper()
	date := fmt.Sprintf("2026-01-02T03:%02d:00Z", minute)
	run(t, dir, "env", "GIT_AUTHOR_DATE="+date, "GIT_COMMITTER_DATE="+date, "git", "-c", "user.name=Ann", "-c", "user.email=ann@example.com",
		"commit", "-q", "--allow-empty", "-m", date)
	return git(t, dir, "rev-parse", "HEAD")
}

func from(opts gitops.Options, dir, commit string) gitops.Options {
	opts.SourceDir, opts.SourceCommit = dir, commit
	return opts
}

func recordOf(t *testing.T, repo, tenant string) *manifest.Record {
	t.Helper()
	r, err := manifest.ParseRecord(tenant, []byte(git(t, repo, "show", "main:"+manifest.RecordPath(tenant))))
	require.NoError(t, err)
	return r
}

// The record names the commit at which something last changed: a later one that changes nothing writes nothing.
func TestSourceOfTheRecord(t *testing.T) {
	dir, commits := platformCommits(t, 3)
	repo := bare(t)
	first := publish(t, from(options(repo), dir, commits[0]), acme("a:1"))
	require.Equal(t, commits[0], recordOf(t, repo, "acme").Source)
	require.Equal(t, "2026-01-02T03:00:00Z", recordOf(t, repo, "acme").SourceTime)
	before := objects(t, repo)

	second := publish(t, from(options(repo), dir, commits[1]), acme("a:1"))
	require.Empty(t, second.Commit)
	require.Equal(t, first.Commit, second.Head)
	require.Equal(t, before, objects(t, repo))
	require.Equal(t, commits[0], recordOf(t, repo, "acme").Source)

	third := publish(t, from(options(repo), dir, commits[2]), acme("a:2"))
	require.Equal(t, []string{"tenants/acme/.tenantsmith.json", "tenants/acme/workload/base/rollout-web.yaml"}, third.Changed[0].Modified)
	require.Equal(t, commits[2], recordOf(t, repo, "acme").Source)
	sound(t, repo)
}

// A run that was late does not put back what it knows, and the other tenants go on.
func TestLateWriter(t *testing.T) {
	dir, commits := platformCommits(t, 4)
	shop := func(image string) gitops.Update {
		return update("shop", map[string]string{"workload/base/x.yaml": image})
	}
	transports(t, func(t *testing.T, repo string, opts gitops.Options) {
		publish(t, from(opts, dir, commits[2]), acme("a:3"))
		publish(t, from(opts, dir, commits[0]), shop("s:1"))

		res := publish(t, from(opts, dir, commits[1]), acme("a:2"), shop("s:2"))
		require.Equal(t, []string{"acme"}, res.Skipped)
		require.Equal(t, "shop", res.Changed[0].Tenant)
		require.Equal(t, "comes from commit "+commits[2][:12]+" of the platform repository, which is younger than "+commits[1][:12]+" at hand", res.Problems[0].Message)
		require.Equal(t, "tenants/acme/.tenantsmith.json", res.Problems[0].File)
		require.Equal(t, string(acme("a:3").Files["tenants/acme/workload/base/rollout-web.yaml"]), tree(t, repo, "main")["tenants/acme/workload/base/rollout-web.yaml"])

		require.Empty(t, publish(t, from(opts, dir, commits[0]), acme("a:3")).Skipped, "nothing would be put back")
		require.Equal(t, []string{"acme"}, publish(t, from(opts, dir, commits[0]), gitops.Update{Tenant: "acme"}).Skipped, "nor removed")

		rewind := from(opts, dir, commits[1])
		rewind.Rewind = true
		require.Empty(t, publish(t, rewind, acme("a:2")).Skipped)
		require.Empty(t, publish(t, from(opts, dir, commits[3]), acme("a:4")).Skipped)
		sound(t, repo)
	})
}

// A clone as deep as CI makes it knows one commit: then the time decides.
func TestLateWriterOfAShallowClone(t *testing.T) {
	dir, commits := platformCommits(t, 3)
	shallow := func(commit string) string {
		clone := filepath.Join(t.TempDir(), "clone")
		git(t, dir, "branch", "-f", "at", commit)
		git(t, dir, "clone", "-q", "--depth", "1", "-b", "at", "file://"+dir, clone)
		return clone
	}
	repo := bare(t)
	publish(t, from(options(repo), shallow(commits[1]), commits[1]), acme("a:2"))
	require.Equal(t, []string{"acme"}, publish(t, from(options(repo), shallow(commits[0]), commits[0]), acme("a:1")).Skipped)
	require.Empty(t, publish(t, from(options(repo), shallow(commits[2]), commits[2]), acme("a:3")).Skipped)
}

// Neither of two branches is older than the other, and what was merged is in the merge.
func TestWritersOfTwoBranches(t *testing.T) {
	dir, commits := platformCommits(t, 2)
	git(t, dir, "checkout", "-q", "-b", "side", commits[0])
	side := dated(t, dir, 5)
	repo := bare(t)
	publish(t, from(options(repo), dir, side), acme("a:side"))
	require.Empty(t, publish(t, from(options(repo), dir, commits[1]), acme("a:main")).Skipped)
	require.Empty(t, publish(t, from(options(repo), dir, side), acme("a:side")).Skipped)
	require.Equal(t, []string{"acme"}, publish(t, from(options(repo), dir, commits[0]), acme("a:0")).Skipped)
}

// A clock that was wrong does not make an ancestor younger.
func TestLineageWithAWrongClock(t *testing.T) {
	dir, _ := platformCommits(t, 1)
	old, young := dated(t, dir, 50), dated(t, dir, 10)
	repo := bare(t)
	publish(t, from(options(repo), dir, old), acme("a:1"))
	require.Empty(t, publish(t, from(options(repo), dir, young), acme("a:2")).Skipped)
	require.Equal(t, []string{"acme"}, publish(t, from(options(repo), dir, old), acme("a:1")).Skipped)
}

func TestSourceThatIsNotThere(t *testing.T) {
	dir, _ := platformCommits(t, 1)
	opts := from(options(bare(t)), dir, "0123456789abcdef0123456789abcdef01234567")
	_, err := gitops.Publish(t.Context(), opts, gitops.Always(acme("a:1")))
	require.ErrorContains(t, err, "the platform repository: read commit 0123456789abcdef0123456789abcdef01234567")
	require.NoError(t, os.RemoveAll(filepath.Join(dir, ".git")))
	_, err = gitops.Publish(t.Context(), opts, gitops.Always(acme("a:1")))
	require.ErrorContains(t, err, "the folder is in no git repository")
}
