package gitops_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/gitops"
)

// worked makes a repository with a work tree whose main holds the files.
func worked(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	git(t, dir, "init", "-q", "-b", "main")
	put(t, dir, files)
	git(t, dir, "add", "-A")
	git(t, dir, "commit", "-q", "-m", "one")
	return dir
}

func opened(t testing.TB, dir, rev string) *gitops.Commit {
	t.Helper()
	c, err := gitops.OpenCommit(dir, rev)
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	return c
}

var some = map[string]string{
	"a.yaml": "a: 1\n", "empty": "", "deep/er/b.rego": "package b\n", "deep/c.yaml": strings.Repeat("c: 1\n", 1000), "deeper.yaml": "x", ".hidden": "h",
}

// A commit reads like any file system, loose or packed.
func TestCommitIsFileSystem(t *testing.T) {
	dir := worked(t, some)
	for range 2 {
		c := opened(t, dir, "main")
		require.Equal(t, git(t, dir, "rev-parse", "HEAD"), c.Hash)
		require.NoError(t, fstest.TestFS(c, "a.yaml", "empty", "deep/er/b.rego", "deep/c.yaml", "deeper.yaml", ".hidden"))
		for name, want := range some {
			got, err := fs.ReadFile(c, name)
			require.NoError(t, err)
			require.Equal(t, want, string(got))
			info, err := fs.Stat(c, name)
			require.NoError(t, err)
			require.Equal(t, int64(len(want)), info.Size())
		}
		git(t, dir, "gc", "-q")
	}
}

// What is asked of a folder is answered from that folder.
func TestCommitBelowFolder(t *testing.T) {
	dir := worked(t, some)
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "new"), 0o755))
	c := opened(t, filepath.Join(dir, "deep"), "HEAD")
	require.NoError(t, fstest.TestFS(c, "er/b.rego", "c.yaml"))
	_, err := fs.Stat(c, "a.yaml")
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = c.Open("../a.yaml")
	require.ErrorIs(t, err, fs.ErrInvalid)
	empty, err := fs.ReadDir(opened(t, filepath.Join(dir, "new"), "HEAD"), ".")
	require.NoError(t, err)
	require.Empty(t, empty)

	require.NoError(t, os.Remove(filepath.Join(dir, "a.yaml")))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "a.yaml"), 0o755))
	_, err = gitops.OpenCommit(filepath.Join(dir, "a.yaml"), "HEAD")
	require.ErrorContains(t, err, "a.yaml is no folder in ")
}

// Links and submodules are told as what they are, and never followed.
func TestCommitLinks(t *testing.T) {
	dir := worked(t, some)
	require.NoError(t, os.Symlink("a.yaml", filepath.Join(dir, "link")))
	require.NoError(t, os.Symlink("deep", filepath.Join(dir, "folder")))
	git(t, dir, "add", "-A")
	git(t, dir, "update-index", "--add", "--cacheinfo", "160000,"+git(t, dir, "rev-parse", "HEAD")+",module")
	git(t, dir, "commit", "-q", "-m", "links")
	c := opened(t, dir, "HEAD")
	for name, want := range map[string]fs.FileMode{"link": fs.ModeSymlink, "folder": fs.ModeSymlink, "module": fs.ModeIrregular} {
		info, err := fs.Lstat(c, name)
		require.NoError(t, err)
		require.Equal(t, want, info.Mode().Type(), name)
		_, err = c.Open(name)
		require.ErrorContains(t, err, "is no regular file")
	}
	to, err := fs.ReadLink(c, "link")
	require.NoError(t, err)
	require.Equal(t, "a.yaml", to)
	_, err = c.Open("folder/c.yaml")
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = c.ReadDir("folder")
	require.ErrorContains(t, err, "is no folder")
}

// A commit is found by each of its names, as git finds it.
func TestRevisions(t *testing.T) {
	dir := worked(t, some)
	git(t, dir, "commit", "-q", "--allow-empty", "-m", "two")
	git(t, dir, "checkout", "-q", "-b", "side/way", "HEAD~1")
	git(t, dir, "commit", "-q", "--allow-empty", "-m", "three")
	git(t, dir, "checkout", "-q", "main")
	git(t, dir, "merge", "-q", "--no-ff", "-m", "four", "side/way")
	git(t, dir, "tag", "light")
	git(t, dir, "tag", "-a", "-m", "v", "v1.0")
	git(t, dir, "tag", "-a", "-m", "tag of a tag", "v1", "v1.0")
	git(t, dir, "update-ref", "refs/remotes/origin/main", "HEAD~1")
	git(t, dir, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
	// A branch that reads like a short hash is a branch.
	first := git(t, dir, "rev-parse", "HEAD~2")
	git(t, dir, "branch", first[:7], "HEAD")
	for range 2 {
		for _, rev := range []string{
			"HEAD", "main", "side/way", "heads/main", "refs/heads/main", "light", "v1.0", "v1", "tags/v1", "origin/main", "origin", "remotes/origin/main",
			"HEAD~1", "HEAD~", "HEAD^", "HEAD^2", "HEAD^2~1", "HEAD~~", "main^0", "v1^2", first, first[:8], first[:13], first[:7],
		} {
			require.Equal(t, git(t, dir, "rev-parse", "-q", rev+"^{commit}"), opened(t, dir, rev).Hash, rev)
		}
		git(t, dir, "pack-refs", "--all")
		git(t, dir, "gc", "-q")
	}
	for rev, want := range map[string]string{
		"nope":                                  `the repository holds no commit "nope"; fetch it first, by git fetch, or with actions/checkout by fetch-depth: 0`,
		"HEAD~9":                                `the repository holds no commit "HEAD~9"`,
		"HEAD^3":                                `the repository holds no commit "HEAD^3"`,
		strings.Repeat("ab", 20):                `holds no commit`,
		"config":                                `holds no commit "config"`,
		"refs/heads/../../config":               "is no revision",
		"-x":                                    `"-x" is no revision: use a commit, branch or tag`,
		"--upload-pack=touch x":                 "is no revision",
		"main..side/way":                        "is no revision",
		"@{-1}":                                 "is no revision",
		":/two":                                 "is no revision",
		"main:a.yaml":                           "is no revision",
		"HEAD~99999":                            "is no revision",
		"a\x1b[31m":                             `"a[31m" is no revision`,
		"":                                      "is no revision",
		git(t, dir, "rev-parse", "HEAD^{tree}"): "is no commit",
	} {
		_, err := gitops.OpenCommit(dir, rev)
		require.ErrorContains(t, err, want, rev)
	}
}

// A short hash that stands for several commits stands for none.
func TestAmbiguousHash(t *testing.T) {
	dir := worked(t, some)
	seen := map[string]int{}
	tree := git(t, dir, "rev-parse", "HEAD^{tree}")
	for i := 0; i < 4000; i++ {
		short := git(t, dir, "commit-tree", "-m", strings.Repeat("x", i), tree)[:4]
		if seen[short]++; seen[short] == 2 {
			_, err := gitops.OpenCommit(dir, short)
			require.EqualError(t, err, "2 commits begin with "+short+"; write more of the hash")
			return
		}
	}
	t.Fatal("no two commits begin alike")
}

// Many read at once.
func TestCommitConcurrently(t *testing.T) {
	dir := worked(t, some)
	git(t, dir, "gc", "-q")
	c := opened(t, dir, "HEAD")
	var readers sync.WaitGroup
	for range 8 {
		readers.Go(func() {
			for name, want := range some {
				got, err := fs.ReadFile(c, name)
				if err != nil || string(got) != want {
					t.Errorf("%s: %v", name, err)
				}
			}
		})
	}
	readers.Wait()
}

// Differences are what a person changed at or below the paths, in whatever way.
func TestDifferences(t *testing.T) {
	dir := worked(t, map[string]string{
		"p.yaml": "a", "w/same": "s", "w/changed": "c", "w/gone": "g", "w/linked": "l", "w/.hidden": "h", "other/x": "x", "dir/a/b": "b", "t/x": "x",
	})
	root, err := os.OpenRoot(dir)
	require.NoError(t, err)
	defer root.Close()
	c := opened(t, dir, "HEAD")
	paths := []string{"dir", "nothing", "p.yaml", "w"}
	same, err := c.Differences(root.FS(), paths)
	require.NoError(t, err)
	require.Empty(t, same)

	put(t, dir, map[string]string{"p.yaml": "b", "w/changed": "d", "w/new/x": "n", "w/.more": "m", "other/x": "y", "w/same": "s", "nothing/new": ""})
	for _, name := range []string{"w/gone", "w/linked"} {
		require.NoError(t, os.Remove(filepath.Join(dir, name)))
	}
	require.NoError(t, os.Symlink("same", filepath.Join(dir, "w/linked")))
	require.NoError(t, os.RemoveAll(filepath.Join(dir, "dir")))
	require.NoError(t, os.Symlink("t", filepath.Join(dir, "dir")))
	found, err := c.Differences(root.FS(), paths)
	require.NoError(t, err)
	require.Equal(t, []string{"dir", "dir/a/b", "nothing/new", "p.yaml", "w/changed", "w/gone", "w/linked", "w/new/x"}, found)
}

// A clone that left contents out says so.
func TestPartialClone(t *testing.T) {
	from := worked(t, some)
	git(t, from, "config", "uploadpack.allowFilter", "true")
	dir := filepath.Join(t.TempDir(), "clone")
	git(t, from, "clone", "-q", "--no-checkout", "--filter=blob:none", "file://"+from, dir)
	c := opened(t, dir, "HEAD")
	_, err := fs.ReadFile(c, "a.yaml")
	require.ErrorContains(t, err, "the clone leaves it out: fetch without a filter")
}

// A clone that borrows the objects of another repository reads them there.
func TestSharedClone(t *testing.T) {
	from := worked(t, some)
	dir := filepath.Join(t.TempDir(), "clone")
	git(t, from, "clone", "-q", "--shared", from, dir)
	for range 2 {
		c := opened(t, dir, "HEAD")
		require.NoError(t, fstest.TestFS(c, "a.yaml", "empty", "deep/er/b.rego", "deep/c.yaml"))
		info, err := fs.Stat(c, "a.yaml")
		require.NoError(t, err)
		require.Equal(t, int64(len(some["a.yaml"])), info.Size())
		git(t, from, "gc", "-q")
	}
}

// Names that lead out of a folder are no names, whoever made the tree.
func TestHostileTree(t *testing.T) {
	dir := worked(t, some)
	blob := git(t, dir, "rev-parse", "HEAD:a.yaml")
	for _, name := range []string{"..", "a\\b"} {
		raw, err := exec.Command("git", "-C", dir, "rev-parse", blob).Output()
		require.NoError(t, err)
		hash := make([]byte, 20)
		for i := range hash {
			hash[i] = unhex(raw[2*i])<<4 | unhex(raw[2*i+1])
		}
		cmd := exec.Command("git", "-C", dir, "hash-object", "-t", "tree", "-w", "--literally", "--stdin")
		cmd.Stdin = strings.NewReader("100644 " + name + "\x00" + string(hash))
		tree, err := cmd.Output()
		require.NoError(t, err)
		commit := git(t, dir, "commit-tree", "-m", "bad", strings.TrimSpace(string(tree)))
		_, err = opened(t, dir, commit).ReadDir(".")
		require.ErrorContains(t, err, "which is no name of a file")
	}
}

func unhex(c byte) byte {
	return byte(slices.Index([]byte("0123456789abcdef"), c))
}

// Neither a link nor a submodule of the work tree chooses what is read.
func TestCommitOfAnotherFolder(t *testing.T) {
	dir := worked(t, some)
	require.NoError(t, os.Symlink("deep", filepath.Join(dir, "platform")))
	_, err := gitops.OpenCommit(filepath.Join(dir, "platform"), "HEAD")
	require.EqualError(t, err, "platform is a symbolic link; name the folder itself")
	_, err = gitops.OpenCommit(filepath.Join(dir, "platform", "er"), "HEAD")
	require.EqualError(t, err, "platform is a symbolic link; name the folder itself")
	outer := filepath.Join(t.TempDir(), "outer")
	require.NoError(t, os.Symlink(dir, outer))
	require.NoError(t, fstest.TestFS(opened(t, filepath.Join(outer, "deep"), "HEAD"), "c.yaml"))

	git(t, dir, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", worked(t, some), "module")
	_, err = gitops.OpenCommit(filepath.Join(dir, "module"), "HEAD")
	require.EqualError(t, err, "the folder is a submodule; use a clone of its repository")
}

func TestNoRepositoryAround(t *testing.T) {
	_, err := gitops.OpenCommit(t.TempDir(), "HEAD")
	require.EqualError(t, err, "the folder is in no git repository")
	_, err = gitops.OpenCommit(filepath.Join(t.TempDir(), "nope"), "HEAD")
	require.True(t, errors.Is(err, fs.ErrNotExist))
}
