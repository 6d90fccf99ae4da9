package overlay

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// withRecord adds the record that owns the files.
func withRecord(tenant string, files map[string]string) map[string][]byte {
	record := manifest.Record{Tenant: tenant, Files: map[string]string{}}
	out := map[string][]byte{}
	for name, text := range files {
		out["tenants/"+tenant+"/"+name] = []byte(text)
		record.Files["tenants/"+tenant+"/"+name] = manifest.Digest([]byte(text))
	}
	out[manifest.RecordPath(tenant)] = record.Bytes()
	return out
}

func openOutput(t *testing.T) (*os.Root, string) {
	dir := t.TempDir()
	root, err := os.OpenRoot(dir)
	require.NoError(t, err)
	t.Cleanup(func() { root.Close() })
	return root, dir
}

func list(t *testing.T, root *os.Root) []string {
	var out []string
	require.NoError(t, fs.WalkDir(root.FS(), ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			out = append(out, path)
		}
		return err
	}))
	return out
}

func TestWriteKeepsTheFolderInStep(t *testing.T) {
	root, dir := openOutput(t)
	first := withRecord("acme", map[string]string{"workload/base/a.yaml": "a", "workload/base/b.yaml": "b", "platform/base/c.yaml": "c"})
	counts, problems, err := Write(root, "acme", first)
	require.NoError(t, err)
	require.Empty(t, problems)
	require.Equal(t, Counts{Written: 4}, counts)
	require.Equal(t, []string{"tenants/acme/.tenantsmith.json", "tenants/acme/platform/base/c.yaml",
		"tenants/acme/workload/base/a.yaml", "tenants/acme/workload/base/b.yaml"}, list(t, root))

	counts, _, err = Write(root, "acme", first)
	require.NoError(t, err)
	require.Equal(t, Counts{Unchanged: 4}, counts)

	require.NoError(t, os.WriteFile(filepath.Join(dir, "tenants/acme/workload/notes.md"), []byte("mine"), 0o666))
	second := withRecord("acme", map[string]string{"workload/base/a.yaml": "A", "workload/overlays/x/d.yaml": "d"})
	stale, problems, err := Stale(root, "acme", second)
	require.NoError(t, err)
	require.Empty(t, problems)
	require.Equal(t, []string{"tenants/acme/.tenantsmith.json", "tenants/acme/platform/base/c.yaml", "tenants/acme/workload/base/a.yaml",
		"tenants/acme/workload/base/b.yaml", "tenants/acme/workload/overlays/x/d.yaml"}, stale)

	counts, problems, err = Write(root, "acme", second)
	require.NoError(t, err)
	require.Empty(t, problems)
	require.Equal(t, Counts{Written: 3, Removed: 2}, counts)
	require.Equal(t, []string{"tenants/acme/.tenantsmith.json", "tenants/acme/workload/base/a.yaml",
		"tenants/acme/workload/notes.md", "tenants/acme/workload/overlays/x/d.yaml"}, list(t, root))
	_, err = os.Stat(filepath.Join(dir, "tenants/acme/platform"))
	require.ErrorIs(t, err, fs.ErrNotExist, "a folder that only we filled goes with its last file")

	stale, _, err = Stale(root, "acme", second)
	require.NoError(t, err)
	require.Empty(t, stale)
}

func TestRemoveTakesOwnedFilesOnly(t *testing.T) {
	root, dir := openOutput(t)
	for _, tenant := range []string{"acme", "shop"} {
		_, _, err := Write(root, tenant, withRecord(tenant, map[string]string{"workload/base/a.yaml": "a"}))
		require.NoError(t, err)
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "tenants/shop/README.md"), []byte("mine"), 0o666))
	for _, tenant := range []string{"acme", "shop"} {
		counts, problems, err := Remove(root, tenant)
		require.NoError(t, err)
		require.Empty(t, problems)
		require.Equal(t, Counts{Removed: 2}, counts)
	}
	require.Equal(t, []string{"tenants/shop/README.md"}, list(t, root))
}

func TestWriteRefuses(t *testing.T) {
	next := withRecord("acme", map[string]string{"workload/base/a.yaml": "new", "workload/base/b.yaml": "new"})
	for _, c := range []struct {
		name string
		harm func(t *testing.T, dir string)
		want string
	}{
		{"a file edited by hand", func(t *testing.T, dir string) {
			require.NoError(t, os.WriteFile(filepath.Join(dir, "tenants/acme/workload/base/a.yaml"), []byte("edited"), 0o666))
		}, "tenants/acme/workload/base/a.yaml: changed by hand since tenantsmith wrote it"},
		{"a symbolic link for a file", func(t *testing.T, dir string) {
			require.NoError(t, os.Remove(filepath.Join(dir, "tenants/acme/workload/base/a.yaml")))
			require.NoError(t, os.Symlink("../../../../victim", filepath.Join(dir, "tenants/acme/workload/base/a.yaml")))
		}, "tenants/acme/workload/base/a.yaml: a symbolic link is in the way"},
		{"a symbolic link for a folder", func(t *testing.T, dir string) {
			require.NoError(t, os.RemoveAll(filepath.Join(dir, "tenants/acme/workload")))
			require.NoError(t, os.Symlink("../../elsewhere", filepath.Join(dir, "tenants/acme/workload")))
		}, "tenants/acme/workload: a symbolic link is in the way"},
		{"a symbolic link for the tenant", func(t *testing.T, dir string) {
			require.NoError(t, os.RemoveAll(filepath.Join(dir, "tenants/acme")))
			require.NoError(t, os.Symlink("../elsewhere", filepath.Join(dir, "tenants/acme")))
		}, "tenants/acme: a symbolic link is in the way"},
		{"a symbolic link for the record", func(t *testing.T, dir string) {
			require.NoError(t, os.Remove(filepath.Join(dir, "tenants/acme/.tenantsmith.json")))
			require.NoError(t, os.Symlink("../../victim", filepath.Join(dir, "tenants/acme/.tenantsmith.json")))
		}, "tenants/acme/.tenantsmith.json: a symbolic link is in the way"},
		{"a file for a folder", func(t *testing.T, dir string) {
			require.NoError(t, os.RemoveAll(filepath.Join(dir, "tenants/acme/workload")))
			require.NoError(t, os.WriteFile(filepath.Join(dir, "tenants/acme/workload"), nil, 0o666))
		}, "tenants/acme/workload: is in the way of a folder"},
		{"a folder for a file", func(t *testing.T, dir string) {
			require.NoError(t, os.Remove(filepath.Join(dir, "tenants/acme/workload/base/a.yaml")))
			require.NoError(t, os.MkdirAll(filepath.Join(dir, "tenants/acme/workload/base/a.yaml"), 0o777))
		}, "tenants/acme/workload/base/a.yaml: is in the way of a file"},
		{"somebody else's file", func(t *testing.T, dir string) {
			require.NoError(t, os.WriteFile(filepath.Join(dir, "tenants/acme/workload/base/b.yaml"), []byte("mine"), 0o666))
		}, "tenants/acme/workload/base/b.yaml: a file that tenantsmith did not write is in the way"},
		{"a record that is none", func(t *testing.T, dir string) {
			require.NoError(t, os.WriteFile(filepath.Join(dir, "tenants/acme/.tenantsmith.json"), []byte("{}"), 0o666))
		}, "tenants/acme/.tenantsmith.json: read record: \"\" \"\" is not"},
		{"the record of another", func(t *testing.T, dir string) {
			data := withRecord("shop", nil)[manifest.RecordPath("shop")]
			require.NoError(t, os.WriteFile(filepath.Join(dir, "tenants/acme/.tenantsmith.json"), data, 0o666))
		}, "tenants/acme/.tenantsmith.json: read record: it is that of tenant shop"},
	} {
		t.Run(c.name, func(t *testing.T) {
			root, dir := openOutput(t)
			_, _, err := Write(root, "acme", withRecord("acme", map[string]string{"workload/base/a.yaml": "a"}))
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(filepath.Join(dir, "victim"), []byte("a"), 0o666))
			require.NoError(t, os.Mkdir(filepath.Join(dir, "elsewhere"), 0o777))
			c.harm(t, dir)
			before := list(t, root)
			_, problems, err := Write(root, "acme", next)
			require.NoError(t, err)
			require.NotEmpty(t, problems)
			require.Contains(t, messages(problems)[0], c.want)
			require.Equal(t, "acme", problems[0].Tenant)
			require.Equal(t, before, list(t, root), "nothing is written")
			victim, err := os.ReadFile(filepath.Join(dir, "victim"))
			require.NoError(t, err)
			require.Equal(t, "a", string(victim))
			entries, err := os.ReadDir(filepath.Join(dir, "elsewhere"))
			require.NoError(t, err)
			require.Empty(t, entries)
		})
	}
}

func TestWriteStaysInTheTenantsFolder(t *testing.T) {
	for _, name := range []string{"tenants/shop/x.yaml", "../x", "tenants/acme/../shop/x", "/x", "tenants/acmex/y"} {
		root, _ := openOutput(t)
		_, _, err := Write(root, "acme", map[string][]byte{name: nil})
		require.ErrorContains(t, err, "not a file of tenant acme")
		require.Empty(t, list(t, root))
	}
}
