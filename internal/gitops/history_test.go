package gitops_test

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/gitops"
)

func past(t testing.TB, opts gitops.Options) *gitops.History {
	t.Helper()
	h, err := gitops.OpenHistory(context.Background(), opts)
	require.NoError(t, err)
	t.Cleanup(func() { h.Close() })
	return h
}

// TestHistory: what a branch held is read whole, over every way to the repository, and nothing of it is written.
func TestHistory(t *testing.T) {
	transports(t, func(t *testing.T, repo string, opts gitops.Options) {
		opts.Reason = "It was too old."
		publish(t, opts, acme("1"))
		opts.When = opts.When.Add(time.Hour)
		publish(t, opts, acme("2"), update("shop", map[string]string{"platform/base/a.yaml": "a\n"}))
		before := git(t, repo, "rev-parse", "main")

		h := past(t, opts)
		require.Len(t, h.Past, 2)
		require.False(t, h.Cut)
		require.Equal(t, before, h.Past[1].Hash)
		require.Equal(t, "tenantsmith", h.Past[1].Author.Name)
		require.Equal(t, "It was too old.", h.Past[1].Reason)
		require.Equal(t, "1.2.3", h.Past[1].Trailer("tenantsmith-version"))
		require.True(t, h.Past[1].Publishes("shop"))
		require.False(t, h.Past[0].Publishes("shop"))
		require.True(t, opts.When.Equal(h.Past[1].Committer.When))
		require.True(t, h.Holds(h.Past[0].Hash))
		require.False(t, h.Holds(strings.Repeat("1", 40)))

		first, err := h.Tenants(h.Past[0])
		require.NoError(t, err)
		second, err := h.Tenants(h.Past[1])
		require.NoError(t, err)
		require.Len(t, second, 2)
		var seen []string
		require.NoError(t, h.Differences("acme", first["acme"], second["acme"], func(name, old, new string) {
			before, err := h.Read(old)
			require.NoError(t, err)
			after, err := h.Read(new)
			require.NoError(t, err)
			if seen = append(seen, name); name == "tenants/acme/workload/base/rollout-web.yaml" {
				require.Equal(t, "image: 1\nimage: 2\n", string(before)+string(after))
			}
		}))
		require.Equal(t, []string{"tenants/acme/.tenantsmith.json", "tenants/acme/workload/base/rollout-web.yaml"}, seen)
	})
}

// TestHistoryOfMerges: the line is that of the first parents, and a merge knows what it brought.
func TestHistoryOfMerges(t *testing.T) {
	repo := seeded(t, map[string]string{"README.md": "x\n"})
	side := options(repo)
	side.Branch = "side"
	git(t, repo, "branch", "side", "main")
	publish(t, side, acme("1"))
	publish(t, side, acme("2"))
	publish(t, options(repo), update("shop", map[string]string{"platform/base/a.yaml": "a\n"}))
	commit(t, repo, "unused", func(work string) {
		git(t, work, "fetch", "-q", "origin", "side")
		git(t, work, "merge", "-q", "--no-ff", "-m", "Merge pull request #12 from example/side", "FETCH_HEAD")
		put(t, work, map[string]string{"later.md": "y\n"})
	})
	h := past(t, options(repo))
	require.Len(t, h.Past, 4)
	require.Equal(t, "#12", h.Past[2].PullRequest)
	require.Len(t, h.Past[2].Merged, 2)
	require.True(t, h.Past[2].Merged[0].Publishes("acme"))
	require.True(t, h.Holds(h.Past[2].Merged[0].Hash))
	require.Empty(t, h.Past[3].Merged)

	clone := filepath.Join(t.TempDir(), "clone")
	git(t, t.TempDir(), "clone", "-q", "--depth", "2", "file://"+repo, clone)
	h = past(t, options(clone))
	require.True(t, h.Cut)
	require.Len(t, h.Past, 2)
	require.Equal(t, "#12", h.Past[0].PullRequest)
}

// TestHistoryFaults: a repository without the branch has no past, and a damaged one is told.
func TestHistoryFaults(t *testing.T) {
	repo := bare(t)
	h := past(t, options(repo))
	require.Empty(t, h.Past)

	publish(t, options(repo), acme("1"))
	publish(t, options(repo), acme("2"))
	first := git(t, repo, "rev-parse", "main~1")
	loosen(t, repo)
	require.NoError(t, os.Remove(filepath.Join(repo, "objects", first[:2], first[2:])))
	_, err := gitops.OpenHistory(context.Background(), options(repo))
	require.ErrorContains(t, err, "read the history of "+repo)

	_, err = gitops.OpenHistory(context.Background(), options(filepath.Join(t.TempDir(), "nowhere.git")))
	require.ErrorContains(t, err, "there is no such folder")
}

// loosen turns the packs of a repository into loose objects.
func loosen(t testing.TB, repo string) {
	packs, err := filepath.Glob(filepath.Join(repo, "objects", "pack", "*.pack"))
	require.NoError(t, err)
	require.NotEmpty(t, packs)
	away := t.TempDir()
	for _, pack := range packs {
		data, err := os.ReadFile(pack)
		require.NoError(t, err)
		require.NoError(t, os.Rename(pack, filepath.Join(away, filepath.Base(pack))))
		require.NoError(t, os.Remove(strings.TrimSuffix(pack, "pack")+"idx"))
		cmd := exec.Command("git", "-C", repo, "unpack-objects", "-q")
		cmd.Stdin = bytes.NewReader(data)
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, string(out))
	}
}

// TestDifferencesOfKinds: what takes the place of something else of its name is told as both.
func TestDifferencesOfKinds(t *testing.T) {
	repo := seeded(t, map[string]string{"tenants/acme/a": "file\n", "tenants/acme/b": "file\n", "tenants/acme/c/d": "file\n"})
	commit(t, repo, "other kinds", func(work string) {
		dir := filepath.Join(work, "tenants/acme")
		require.NoError(t, os.Remove(filepath.Join(dir, "a")))
		require.NoError(t, os.RemoveAll(filepath.Join(dir, "c")))
		require.NoError(t, os.Remove(filepath.Join(dir, "b")))
		put(t, dir, map[string]string{"a/x": "inside\n", "c": "file\n"})
		require.NoError(t, os.Symlink("/etc/passwd", filepath.Join(dir, "b")))
	})
	h := past(t, options(repo))
	first, err := h.Tenants(h.Past[0])
	require.NoError(t, err)
	second, err := h.Tenants(h.Past[1])
	require.NoError(t, err)
	got := map[string][2]bool{}
	require.NoError(t, h.Differences("acme", first["acme"], second["acme"], func(name, old, new string) {
		got[name] = [2]bool{old != "", new != ""}
		if name == "tenants/acme/b" {
			data, err := h.Read(new)
			require.NoError(t, err)
			require.Equal(t, "link to /etc/passwd", string(data))
		}
	}))
	require.Equal(t, map[string][2]bool{
		"tenants/acme/a": {true, false}, "tenants/acme/a/x": {false, true}, "tenants/acme/b": {true, true},
		"tenants/acme/c": {false, true}, "tenants/acme/c/d": {true, false},
	}, got)
}

func TestParseMessage(t *testing.T) {
	for _, c := range []struct{ text, subject, pull, reason, version string }{
		{"one line", "one line", "", "", ""},
		{"tenants: render acme (#31)\n\nacme: 1 added, 2 changed\nshop: 3 removed\nand 4 more\n\nIt grows,\nand fast.\n\nAgain.\n\nTenantsmith-Version: 1\nTenantsmith-Tenant: acme\n",
			"tenants: render acme (#31)", "#31", "It grows, and fast.\n\nAgain.", "1"},
		{"squashed (#7)\r\n\r\nacme: 1 changed\r\n\r\nTenantsmith-Version: 2\r\n\r\n---------\r\n\r\nCo-authored-by: Ann <ann@example.com>\r\n", "squashed (#7)", "#7", "", "2"},
		{"Merge branch 'a' into 'main'\n\nMore CPU\n\nSee merge request platform/gitops!44", "Merge branch 'a' into 'main'", "!44", "More CPU\n\nSee merge request platform/gitops!44", ""},
		{"fix #3 in passing\n\nnote: this is no counter, and so: no trailer\nat all", "fix #3 in passing", "", "note: this is no counter, and so: no trailer at all", ""},
		{"tenants: render acme\n\nacme: 2 changed, 1 removed, 2 of them by hand before\n\nIt was time.\n\nTenantsmith-Version: 3\n", "tenants: render acme", "", "It was time.", "3"},
		{"a reason is no trailer\n\nacme: 1 changed\n\nTenantsmith-Version: 4\n\nTenantsmith-Version: 5\nTenantsmith-Version: 6\n", "a reason is no trailer", "", "", "5"},
		{"\x1b[31mred\n\n\x07bell", "[31mred", "", "bell", ""},
	} {
		m := gitops.ParseMessage(c.text)
		got := []string{m.Subject, m.PullRequest, m.Reason, m.Trailer("Tenantsmith-Version")}
		require.Equal(t, []string{c.subject, c.pull, c.reason, c.version}, got, c.text)
	}
}

// TestOrigin: a commit of the platform repository is found by its whole name, with its files as the folder has them.
func TestOrigin(t *testing.T) {
	work := t.TempDir()
	git(t, work, "init", "-q", "-b", "main")
	put(t, work, map[string]string{"platform/tenants/acme.yaml": "one\n"})
	git(t, work, "add", "-A")
	git(t, work, "commit", "-q", "-m", "acme (#3)")
	o, err := gitops.OpenOrigin(filepath.Join(work, "platform"))
	require.NoError(t, err)
	defer o.Close()
	source, files, err := o.Commit(git(t, work, "rev-parse", "HEAD"))
	require.NoError(t, err)
	require.Equal(t, "Ann", source.Author.Name)
	require.Equal(t, "#3", source.PullRequest)
	data, err := fs.ReadFile(files, "tenants/acme.yaml")
	require.NoError(t, err)
	require.Equal(t, "one\n", string(data))
	for _, name := range []string{strings.Repeat("2", 40), "HEAD", "", "--all"} {
		missing, _, err := o.Commit(name)
		require.NoError(t, err)
		require.Nil(t, missing)
	}
	_, err = gitops.OpenOrigin(t.TempDir())
	require.ErrorContains(t, err, "in no git repository")
}
