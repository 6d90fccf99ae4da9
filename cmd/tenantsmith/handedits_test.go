package main

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/gitops"
	"github.com/tenantsmith/tenantsmith/internal/pipeline"
)

// TestAdoptionIsMadeAnew: when the branch moved, the patches of the attempt before are taken away, and those for the
// new head come in their place.
func TestAdoptionIsMadeAnew(t *testing.T) {
	blocks := blocksOf(t, "../../docs/publish.md")
	dir := t.TempDir()
	t.Setenv("HOME", dir)
	t.Setenv("TENANTSMITH_CACHE", "off")
	t.Chdir(dir)
	for _, b := range blocks {
		b.write(t)
	}
	for _, command := range []string{
		"git config --global user.name Ann", "git config --global user.email ann@example.com", "git init -q --bare -b main gitops.git",
		"tenantsmith publish --repo gitops.git", "git clone -q gitops.git hands",
	} {
		execute(t, command)
	}
	const file = "hands/tenants/acme/workload/base/rollout-web.yaml"
	edit := func(from, to string) {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Contains(t, string(data), from)
		require.NoError(t, os.WriteFile(file, []byte(strings.ReplaceAll(string(data), from, to)), 0o644))
		execute(t, "git -C hands commit -qam edit")
		execute(t, "git -C hands push -q")
	}

	w := &workspace{streams: streams{out: io.Discard, err: io.Discard}, dir: "."}
	options := pipeline.Options{Trees: true}
	res, err := w.run(t.Context(), options)
	require.NoError(t, err)
	a := adoption{w: w, own: owning{adopt: []string{"acme"}}, run: options, res: res, updates: updatesOf(res)}
	attempt := func() []string {
		to, err := w.remote(target{repo: "gitops.git", branch: "main"})
		require.NoError(t, err)
		require.NoError(t, gitops.Read(t.Context(), to, func(head *gitops.Commit) error {
			updates, err := a.prepare(t.Context(), head)
			require.True(t, updates[0].Overwrite)
			return err
		}))
		require.Empty(t, a.problems)
		names, err := fs.Glob(os.DirFS("."), "overrides/*/*/*/*")
		require.NoError(t, err)
		return names
	}
	const rollout = "overrides/acme/patches/all/adopted-001-rollout-web.yaml"
	edit("web:1.4.2", "web:1.4.3")
	require.Equal(t, []string{rollout}, attempt())
	edit("replicas: 3", "replicas: 4")
	require.Equal(t, []string{rollout}, attempt())
	data, err := os.ReadFile(rollout)
	require.NoError(t, err)
	require.Contains(t, string(data), "path: /spec/replicas")
	a.undo(gitops.Result{})
	names, err := fs.Glob(os.DirFS("."), "overrides/*/*/*/*")
	require.NoError(t, err)
	require.Empty(t, names)
}

// What --atomic stops is not told as done, and leaves nothing behind; a name that comes twice is one.
func TestAdoptionThatIsStopped(t *testing.T) {
	f := newFleet(t)
	f.publish(0)
	for _, name := range []string{"acme", "shop"} {
		file := "tenants/" + name + "/workload/base/rollout-web.yaml"
		f.edits("main", file, strings.Replace(f.show("main", file), "web:1.0.0", "web:1.0.1", 1)+"\n")
	}
	_, errs := f.publish(1, "--adopt", "acme", "--atomic")
	require.Contains(t, errs, "nothing published: --atomic, and shop skipped")
	require.NotContains(t, errs, "adopted what was changed")
	require.NoDirExists(t, filepath.Join(f.dir, "overrides"))
	_, errs = f.publish(1, "--adopt", "acme,acme", "--dry-run")
	require.Equal(t, 1, strings.Count(errs, "acme: would adopt what was changed by hand"), errs)
	_, errs = f.publish(1, "--adopt", "acme,acme")
	require.Equal(t, 1, strings.Count(errs, "acme: adopted what was changed by hand"), errs)
	require.DirExists(t, filepath.Join(f.dir, "overrides", "acme", "patches"))
}
