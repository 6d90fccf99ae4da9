package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

func filesOf(files ...string) fstest.MapFS {
	out := fstest.MapFS{}
	for _, name := range files {
		out[name] = &fstest.MapFile{Data: []byte(name)}
	}
	return out
}

// TestLayered: the working tree reaches none of the platform team's paths, by no file, folder or link.
func TestLayered(t *testing.T) {
	dir := t.TempDir()
	work := map[string]string{
		"tenantsmith.yaml": "mine", "tenants/acme.yaml": "mine", "waivers/kept.yaml": "mine", "waivers/new.yaml": "mine",
		"overrides/acme/all.yaml": "mine", "overrides/acme/more.yaml": "mine", "platform/rego/b.rego": "mine", "platform/other": "mine",
	}
	for name, data := range work {
		require.NoError(t, os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(data), 0o644))
	}
	require.NoError(t, os.Symlink("tenants", filepath.Join(dir, "rules")))
	root, err := os.OpenRoot(dir)
	require.NoError(t, err)
	defer root.Close()
	trusted := filesOf("tenantsmith.yaml", "tenants/old.yaml", "waivers/kept.yaml", "waivers/gone.yaml", "overrides/acme/all.yaml",
		"overrides/acme/production.yaml", "overrides/left/all.yaml", "platform/rego/a.rego", "rules/x.rego")
	l, err := newLayered(trusted, root.FS(), []string{"overrides", "platform/rego", "rules", "tenantsmith.yaml", "waivers"})
	require.NoError(t, err)
	require.Equal(t, []string{"waivers/gone.yaml", "overrides/left"}, l.gone)
	for name, want := range map[string]string{
		"tenantsmith.yaml": "tenantsmith.yaml", "tenants/acme.yaml": "mine", "waivers/kept.yaml": "waivers/kept.yaml",
		"overrides/acme/all.yaml": "overrides/acme/all.yaml", "rules/x.rego": "rules/x.rego", "platform/rego/a.rego": "platform/rego/a.rego",
		"overrides/acme/production.yaml": "overrides/acme/production.yaml", "platform/other": "mine",
	} {
		got, err := fs.ReadFile(l, name)
		require.NoError(t, err, name)
		require.Equal(t, want, string(got), name)
	}
	for _, name := range []string{
		"tenants/old.yaml", "waivers/new.yaml", "waivers/gone.yaml", "overrides/left/all.yaml", "overrides/left", "overrides/acme/more.yaml",
		"rules/acme.yaml", "platform/rego/b.rego",
	} {
		_, err := l.Open(name)
		require.ErrorIs(t, err, fs.ErrNotExist, name)
		_, err = fs.Lstat(l, name)
		require.ErrorIs(t, err, fs.ErrNotExist, name)
	}
	info, err := fs.Lstat(l, "rules")
	require.NoError(t, err)
	require.True(t, info.IsDir())
	for dir, want := range map[string][]string{"waivers": {"kept.yaml"}, "overrides": {"acme"}, "tenants": {"acme.yaml"}, "platform/rego": {"a.rego"}} {
		entries, err := fs.ReadDir(l, dir)
		require.NoError(t, err)
		var names []string
		for _, e := range entries {
			names = append(names, e.Name())
		}
		require.Equal(t, want, names, dir)
	}
	_, err = fs.ReadDir(l, "overrides/left")
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = fs.ReadLink(l, "waivers/gone.yaml")
	require.ErrorIs(t, err, fs.ErrNotExist)
}
