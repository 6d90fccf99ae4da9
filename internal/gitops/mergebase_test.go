package gitops_test

import (
	"fmt"
	"math/rand"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/gitops"
)

// Over histories with merges, HEAD leaves the upstream where git says that it does.
func TestDefaultBaseIsThatOfGit(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	for round := range 15 {
		dir := t.TempDir()
		git(t, dir, "init", "-q", "-b", "main")
		tree := git(t, dir, "hash-object", "-t", "tree", "-w", "/dev/null")
		commits := []string{history(t, r, dir, tree, nil, 0)}
		for i := range 14 {
			var parents []string
			for range 1 + r.Intn(2) {
				parents = append(parents, commits[max(0, len(commits)-1-r.Intn(5))])
			}
			commits = append(commits, history(t, r, dir, tree, parents, i+1))
		}
		for range 4 {
			ours, theirs := commits[r.Intn(len(commits))], commits[r.Intn(len(commits))]
			git(t, dir, "update-ref", "refs/remotes/origin/main", theirs)
			git(t, dir, "update-ref", "refs/heads/main", ours)
			got, of, err := gitops.DefaultBase(dir)
			require.NoError(t, err)
			require.Equal(t, "origin/main", of)
			require.Contains(t, strings.Fields(git(t, dir, "merge-base", "--all", ours, theirs)), got, "round %d", round)
		}
	}
}

// history makes a commit by itself, at a time that is mostly after that of its parents.
func history(t *testing.T, r *rand.Rand, dir, tree string, parents []string, i int) string {
	args := []string{"commit-tree", tree, "-m", fmt.Sprint(i)}
	for _, p := range parents {
		args = append(args, "-p", p)
	}
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	at := fmt.Sprintf("%d +0000", 1_900_000_000+10*i+r.Intn(25))
	cmd.Env = append(cmd.Environ(), "GIT_AUTHOR_NAME=Ann", "GIT_AUTHOR_EMAIL=ann@example.com", "GIT_COMMITTER_NAME=Ann", "GIT_COMMITTER_EMAIL=ann@example.com",
		"GIT_AUTHOR_DATE="+at, "GIT_COMMITTER_DATE="+at)
	out, err := cmd.Output()
	require.NoError(t, err)
	return strings.TrimSpace(string(out))
}

// Which branch it is that changes are merged to, and what is said where that is not known.
func TestDefaultBase(t *testing.T) {
	dir := t.TempDir()
	git(t, dir, "init", "-q", "-b", "main")
	_, _, err := gitops.DefaultBase(dir)
	require.ErrorContains(t, err, "the repository has no commit yet")
	git(t, dir, "commit", "-q", "--allow-empty", "-m", "one")
	head := git(t, dir, "rev-parse", "HEAD")
	base, of, err := gitops.DefaultBase(dir)
	require.NoError(t, err)
	require.Equal(t, []string{head, "HEAD"}, []string{base, of})

	git(t, dir, "update-ref", "refs/remotes/origin/master", head)
	_, of, err = gitops.DefaultBase(dir)
	require.NoError(t, err)
	require.Equal(t, "origin/master", of)
	git(t, dir, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/gone")
	_, of, err = gitops.DefaultBase(dir)
	require.NoError(t, err)
	require.Equal(t, "origin/master", of)
	git(t, dir, "update-ref", "refs/remotes/origin/trunk", head)
	git(t, dir, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk")
	_, of, err = gitops.DefaultBase(dir)
	require.NoError(t, err)
	require.Equal(t, "origin/HEAD", of)

	git(t, dir, "checkout", "-q", "--orphan", "other")
	git(t, dir, "commit", "-q", "--allow-empty", "-m", "another history")
	_, _, err = gitops.DefaultBase(dir)
	require.ErrorContains(t, err, "they have no commit in common; name a revision")
	_, _, err = gitops.DefaultBase(t.TempDir())
	require.ErrorContains(t, err, "in no git repository")
}

// An answer is asked for each time, and nothing is written against it.
func TestApprove(t *testing.T) {
	repo := bare(t)
	o := gitops.Options{URL: repo, Branch: "main", Author: gitops.Author{Name: "Bot", Email: "bot@example.com"}, When: time.Unix(1_900_000_000, 0)}
	var asked [][]gitops.Change
	o.Approve = func(changed []gitops.Change) error {
		asked = append(asked, changed)
		if len(asked) == 1 {
			return fmt.Errorf("not this")
		}
		return nil
	}
	updates := []gitops.Update{update("acme", map[string]string{"a.yaml": "a: 1\n"})}
	_, err := gitops.Publish(t.Context(), o, gitops.Always(updates...))
	require.ErrorContains(t, err, "not this")
	_, err = gitErr(repo, "rev-parse", "-q", "--verify", "refs/heads/main")
	require.Error(t, err)
	done, err := gitops.Publish(t.Context(), o, gitops.Always(updates...))
	require.NoError(t, err)
	require.NotEmpty(t, done.Commit)
	require.Len(t, asked, 2)
	require.Equal(t, "acme", asked[1][0].Tenant)
}
