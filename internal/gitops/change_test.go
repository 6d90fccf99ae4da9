package gitops_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/gitops"
)

func message(text string) gitops.Message {
	return gitops.Message{
		Text: text, Trailers: []gitops.Trailer{{Key: "Rollback-To", Value: "abc"}}, Author: gitops.Author{Name: "Ann", Email: "ann@example.com"},
		When: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
	}
}

// cloned makes a work tree with files that are committed.
func cloned(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	git(t, dir, "init", "-q", "-b", "main")
	put(t, dir, files)
	git(t, dir, "add", "-A")
	git(t, dir, "commit", "-q", "-m", "seed")
	return dir
}

// A commit holds the files that it is told of and nothing else, as git itself sees it; the work tree of others
// stays as it is.
func TestWorkTreeCommit(t *testing.T) {
	dir := cloned(t, map[string]string{"platform/tenants/acme.yaml": "a: 1\n", "platform/waivers/old.yaml": "x\n", "other.txt": "1\n", "staged.txt": "1\n"})
	require.NoError(t, os.Chmod(filepath.Join(dir, "platform/tenants/acme.yaml"), 0o755))
	git(t, dir, "commit", "-qam", "mode")
	put(t, dir, map[string]string{"other.txt": "2\n", "staged.txt": "2\n"})
	git(t, dir, "add", "staged.txt")

	w, err := gitops.OpenWorkTree(filepath.Join(dir, "platform"))
	require.NoError(t, err)
	defer w.Close()
	require.Equal(t, "main", w.Branch())
	files := []string{"tenants/acme.yaml", "waivers/old.yaml", "overrides/acme/production.yaml"}
	others, err := w.Uncommitted(files)
	require.NoError(t, err)
	require.Empty(t, others)

	put(t, dir, map[string]string{"platform/tenants/acme.yaml": "a: 2\n", "platform/overrides/acme/production.yaml": "b: 1\n"})
	require.NoError(t, os.Remove(filepath.Join(dir, "platform/waivers/old.yaml")))
	others, err = w.Uncommitted(files)
	require.NoError(t, err)
	require.Equal(t, files, others)
	hash, err := w.Commit(context.Background(), files, message("acme: deploy\n\nbecause"))
	require.NoError(t, err)

	require.Equal(t, hash, git(t, dir, "rev-parse", "main"))
	require.Equal(t, "acme: deploy\n\nbecause\n\nRollback-To: abc", git(t, dir, "log", "-1", "--format=%B"))
	require.Equal(t, "M\tplatform/tenants/acme.yaml\nA\tplatform/overrides/acme/production.yaml\nD\tplatform/waivers/old.yaml",
		sorted(git(t, dir, "show", "--format=", "--name-status", "HEAD")))
	require.Contains(t, git(t, dir, "ls-tree", "HEAD", "platform/tenants/acme.yaml"), "100755 blob")
	require.Equal(t, "M other.txt\nM  staged.txt", git(t, dir, "status", "--porcelain"))
	require.Equal(t, "main@{0} acme: deploy", git(t, dir, "reflog", "show", "-1", "--format=%gd %s", "main"))
	git(t, dir, "fsck", "--strict")
	require.NoFileExists(t, filepath.Join(dir, ".git/index.lock"))
}

func sorted(text string) string {
	lines := strings.Split(text, "\n")
	order := map[byte]int{'M': 0, 'A': 1, 'D': 2}
	for i := range lines {
		for j := i; j > 0 && order[lines[j][0]] < order[lines[j-1][0]]; j-- {
			lines[j], lines[j-1] = lines[j-1], lines[j]
		}
	}
	return strings.Join(lines, "\n")
}

func TestWorkTreeRefuses(t *testing.T) {
	dir := cloned(t, map[string]string{"a.yaml": "1\n", "b.yaml": "1\n", "c.yaml": "1\n"})
	put(t, dir, map[string]string{"a.yaml": "2\n", "b.yaml": "2\n"})
	git(t, dir, "add", "b.yaml")
	put(t, dir, map[string]string{"b.yaml": "1\n"})
	w, err := gitops.OpenWorkTree(dir)
	require.NoError(t, err)
	others, err := w.Uncommitted([]string{"a.yaml", "b.yaml", "c.yaml", "d.yaml"})
	require.NoError(t, err)
	require.Equal(t, []string{"a.yaml", "b.yaml"}, others)

	// Somebody else's commit in between is not lost.
	git(t, dir, "commit", "-q", "--allow-empty", "-m", "between")
	_, err = w.Commit(context.Background(), []string{"c.yaml"}, message("x"))
	require.ErrorIs(t, err, gitops.ErrMoved)
	require.Equal(t, "between", git(t, dir, "log", "-1", "--format=%s"))
	require.NoError(t, w.Close())

	put(t, dir, map[string]string{".git/MERGE_HEAD": git(t, dir, "rev-parse", "HEAD") + "\n"})
	_, err = gitops.OpenWorkTree(dir)
	require.EqualError(t, err, "a merge is not finished; finish or abort it first")
	require.NoError(t, os.Remove(filepath.Join(dir, ".git/MERGE_HEAD")))
	git(t, dir, "checkout", "-q", "--detach")
	_, err = gitops.OpenWorkTree(dir)
	require.EqualError(t, err, "no branch is checked out; check one out first, by git switch")
	empty := t.TempDir()
	git(t, empty, "init", "-q")
	_, err = gitops.OpenWorkTree(empty)
	require.EqualError(t, err, "the repository has no commit yet; git commit makes the first")
	_, err = gitops.OpenWorkTree(t.TempDir())
	require.EqualError(t, err, "the folder is in no git repository")
}

// Indexes in every version that git writes are written again; one with a part that we do not know is refused while
// nothing has changed yet.
func TestWorkTreeIndexes(t *testing.T) {
	for _, version := range []string{"2", "3", "4"} {
		dir := cloned(t, map[string]string{"deep/a.yaml": "1\n", "deep/b.yaml": "1\n", "skip.yaml": "1\n"})
		git(t, dir, "update-index", "--index-version", version, "--skip-worktree", "skip.yaml")
		put(t, dir, map[string]string{"deep/a.yaml": "2\n"})
		w, err := gitops.OpenWorkTree(dir)
		require.NoError(t, err)
		_, err = w.Commit(context.Background(), []string{"deep/a.yaml"}, message("x"))
		require.NoError(t, err)
		require.NoError(t, w.Close())
		require.Empty(t, git(t, dir, "status", "--porcelain"))
		require.Equal(t, "S skip.yaml", git(t, dir, "ls-files", "-v", "skip.yaml"))
	}
	dir := cloned(t, map[string]string{"a.yaml": "1\n"})
	git(t, dir, "update-index", "--split-index")
	put(t, dir, map[string]string{"a.yaml": "2\n"})
	w, err := gitops.OpenWorkTree(dir)
	require.NoError(t, err)
	defer w.Close()
	_, err = w.Commit(context.Background(), []string{"a.yaml"}, message("x"))
	require.ErrorContains(t, err, "the index of git has a form that tenantsmith cannot write")
	require.Equal(t, "seed", git(t, dir, "log", "-1", "--format=%s"))
	require.NoFileExists(t, filepath.Join(dir, ".git/index.lock"))
}

func TestWorkTreePush(t *testing.T) {
	remote := seeded(t, map[string]string{"a.yaml": "1\n"})
	dir := filepath.Join(t.TempDir(), "clone")
	git(t, t.TempDir(), "clone", "-q", remote, dir)
	put(t, dir, map[string]string{"a.yaml": "2\n"})
	w, err := gitops.OpenWorkTree(dir)
	require.NoError(t, err)
	defer w.Close()
	hash, err := w.Commit(context.Background(), []string{"a.yaml"}, message("x"))
	require.NoError(t, err)
	where, err := w.Push(context.Background(), hash)
	require.NoError(t, err)
	require.Equal(t, "origin/main", where)
	require.Equal(t, hash, git(t, remote, "rev-parse", "main"))

	commit(t, remote, "between", func(work string) { put(t, work, map[string]string{"b.yaml": "1\n"}) })
	put(t, dir, map[string]string{"a.yaml": "3\n"})
	again, err := gitops.OpenWorkTree(dir)
	require.NoError(t, err)
	defer again.Close()
	hash, err = again.Commit(context.Background(), []string{"a.yaml"}, message("x"))
	require.NoError(t, err)
	_, err = again.Push(context.Background(), hash)
	require.EqualError(t, err, "somebody else has pushed to origin/main: git pull --rebase, and push again")

	git(t, dir, "remote", "set-url", "origin", "https://ann:secret@127.0.0.1:1/x.git")
	third, err := gitops.OpenWorkTree(dir)
	require.NoError(t, err)
	defer third.Close()
	_, err = third.Push(context.Background(), hash)
	require.Error(t, err)
	require.NotContains(t, err.Error(), "secret")
}
