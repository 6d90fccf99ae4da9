package schemas

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// onDisk writes a repository to a folder of the test.
func onDisk(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, data := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte(data), 0o644))
	}
	return dir
}

// Every kind of link among the inputs is refused, also where it stays inside of the repository, and
// with both file systems that the commands may use.
func TestLinks(t *testing.T) {
	plain := tenantWith("acme", "free", "{production: {}}", "")
	links := []struct{ name, target, want string }{
		{"tenants/link.yaml", "acme.yaml", "tenants/link.yaml: is a symbolic link, and only regular files are read"},
		{"tenants/out.yaml", "/etc/passwd", "tenants/out.yaml: is a symbolic link, and only regular files are read"},
		{"tenants/dir", "../overrides", "tenants/dir: is a symbolic link, and only regular files are read"},
		{"tenants/acme2/patches/all", "../../..", "tenants/acme2/patches/all: is a symbolic link, and only regular files are read"},
		{"overrides/acme/all.yaml", "../../tenants/acme.yaml", "overrides/acme/all.yaml: is a symbolic link, and only regular files are read"},
		{"overrides/acme", "../tenants", "overrides/acme: is a symbolic link, and only regular files are read"},
		{"waivers", "tenants", "waivers: is a symbolic link, and should be a folder"},
		{"tenantsmith.yaml", "tenants/acme.yaml", "tenantsmith.yaml: is a symbolic link, and should be a file"},
	}
	for _, link := range links {
		t.Run(link.name, func(t *testing.T) {
			dir := onDisk(t, map[string]string{"tenants/acme.yaml": plain, "overrides/.keep": "", "tenants/acme2/a.yaml": tenantWith("acme2", "free", "{production: {}}", "")})
			name := filepath.Join(dir, filepath.FromSlash(link.name))
			require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
			require.NoError(t, os.Symlink(filepath.FromSlash(link.target), name))
			root, err := os.OpenRoot(dir)
			require.NoError(t, err)
			defer root.Close()
			for _, fsys := range []fs.FS{os.DirFS(dir), root.FS()} {
				fleet, err := Load(fsys, Options{})
				require.NoError(t, err)
				require.Contains(t, told(fleet.Problems), link.want+"\n")
			}
		})
	}
}

// A folder that spec.extend names is not followed over a link either.
func TestLinkedExtension(t *testing.T) {
	dir := onDisk(t, map[string]string{"tenantsmith.yaml": platformWith("  extend: {schemas: [a/rules]}\n"), "b/rules/x.cue": "package tenantsmith\n"})
	require.NoError(t, os.Symlink("b", filepath.Join(dir, "a")))
	fleet, err := Load(os.DirFS(dir), Options{})
	require.NoError(t, err)
	require.Equal(t, "tenantsmith.yaml:5:22: spec.extend.schemas[0]: a/rules leads over a symbolic link\n", told(fleet.Problems))
}

// sizeFS fails the test when a file that is too large is read.
type sizeFS struct {
	fs.FS
	t *testing.T
}

func (s sizeFS) Open(name string) (fs.File, error) {
	f, err := s.FS.Open(name)
	if dir, ok := f.(fs.ReadDirFile); ok {
		return dir, err
	}
	return sizeFile{f, s.t}, err
}

type sizeFile struct {
	fs.File
	t *testing.T
}

func (s sizeFile) Read(p []byte) (int, error) {
	info, err := s.File.Stat()
	require.NoError(s.t, err)
	require.Less(s.t, info.Size(), int64(5<<20), "a file that is too large was read")
	return s.File.Read(p)
}

func TestLargeFiles(t *testing.T) {
	large := strings.Repeat("# large\n", 10<<20/8)
	files := repository(map[string]string{
		"tenants/acme.yaml":             large,
		"tenants/b/b.yaml":              tenantWith("b", "free", "{production: {}}", ""),
		"tenants/b/patches/all/a.yaml":  large,
		"overrides/b/production.yaml":   large,
		"waivers/w.yaml":                large,
		"tenants/c.yaml":                tenantWith("c", "free", "{production: {}}", ""),
		"overrides/c/patches/all/.a.md": large,
	})
	fleet, err := Load(sizeFS{files, t}, Options{})
	require.NoError(t, err)
	require.Equal(t, `overrides/b/production.yaml: is 10240 KiB large, and at most 256 KiB are read
tenants/acme.yaml: is 10240 KiB large, and at most 256 KiB are read
tenants/b/patches/all/a.yaml: is 10240 KiB large, and at most 4096 KiB are read
waivers/w.yaml: is 10240 KiB large, and at most 256 KiB are read
tenants: c
held: acme b
`, summary(fleet))
}

// What people add beside fields comes in the order of its application.
func TestExtras(t *testing.T) {
	files := map[string]string{"tenants/acme/tenant.yaml": tenantWith("acme", "free", "{development: {}, production: {}}", "")}
	for _, top := range []string{"overrides", "tenants"} {
		for _, sort := range []string{"patches", "resources"} {
			for _, place := range []string{"all", "development", "production"} {
				files[fmt.Sprintf("%s/acme/%s/%s/x.yaml", top, sort, place)] = "kind: X\n---\nkind: Y\n"
			}
		}
	}
	tenant := loaded(t, files).Tenants[0]
	var got []string
	for _, e := range tenant.Extras {
		require.Len(t, e.Documents, 2)
		require.NotEmpty(t, e.Bytes)
		got = append(got, fmt.Sprintf("%s %s %q %v", e.File, e.Owner, e.Environment, e.Patch))
	}
	require.Equal(t, []string{
		`tenants/acme/resources/all/x.yaml workload "" false`,
		`tenants/acme/resources/development/x.yaml workload "development" false`,
		`tenants/acme/resources/production/x.yaml workload "production" false`,
		`overrides/acme/resources/all/x.yaml platform "" false`,
		`overrides/acme/resources/development/x.yaml platform "development" false`,
		`overrides/acme/resources/production/x.yaml platform "production" false`,
		`tenants/acme/patches/all/x.yaml workload "" true`,
		`tenants/acme/patches/development/x.yaml workload "development" true`,
		`tenants/acme/patches/production/x.yaml workload "production" true`,
		`overrides/acme/patches/all/x.yaml platform "" true`,
		`overrides/acme/patches/development/x.yaml platform "development" true`,
		`overrides/acme/patches/production/x.yaml platform "production" true`,
	}, got)
	require.Equal(t, "tenants/acme/tenant.yaml", tenant.Files[0])
	require.Len(t, tenant.Files, 13)
}

// The digest of a file changes with its bytes alone, the fleet's with the platform file.
func TestDigests(t *testing.T) {
	base := map[string]string{
		"tenants/acme/a.yaml":             tenantWith("acme", "free", "{production: {}}", ""),
		"tenants/acme/patches/all/p.yaml": "kind: X\n",
		"overrides/acme/all.yaml":         "apiVersion: tenantsmith.dev/v1alpha1\nkind: Override\n",
		"tenants/b.yaml":                  tenantWith("b", "free", "{production: {}}", ""),
	}
	digests := func(name, more string) (map[string]string, string) {
		files := maps.Clone(base)
		if name != "" {
			files[name] += more
		}
		fleet := loaded(t, files)
		require.Len(t, fleet.Tenants, 2, told(fleet.Problems))
		require.ElementsMatch(t, fleet.Tenants[0].Files, slices.Collect(maps.Keys(fleet.Tenants[0].Inputs)))
		return fleet.Tenants[0].Inputs, fleet.Digest
	}
	inputs, fleet := digests("", "")
	again, same := digests("tenants/b.yaml", "# x\n")
	require.Equal(t, inputs, again)
	require.Equal(t, fleet, same)
	for name := range inputs {
		changed, _ := digests(name, "# x\n")
		for file := range inputs {
			require.Equal(t, file != name, inputs[file] == changed[file], "%s after a change of %s", file, name)
		}
	}
	_, other := digests("tenantsmith.yaml", platformWith("  frameworks: [soc2]\n"))
	require.NotEqual(t, fleet, other)
}

// What is no proper file in tenants/ holds the tenant that it would be: it must not look like one that
// is gone.
func TestSlipsHold(t *testing.T) {
	dir := onDisk(t, map[string]string{
		"tenants/good.yaml":  tenantWith("good", "free", "{production: {}}", ""),
		"tenants/upper.YAML": tenantWith("upper", "free", "{production: {}}", ""),
		"tenants/json.json":  "{}",
		"tenants/bare/notes": "",
	})
	for name, target := range map[string]string{"tenants/linked.yaml": "good.yaml", "tenants/folder": "bare", "overrides": "tenants"} {
		require.NoError(t, os.Symlink(target, filepath.Join(dir, name)))
	}
	fleet, err := Load(os.DirFS(dir), Options{})
	require.NoError(t, err)
	require.Equal(t, []string{"bare", "folder", "good", "json", "linked", "upper"}, fleet.Held)
	held := map[string]string{}
	for _, p := range fleet.Problems {
		if p.Severity == manifest.Error {
			held[p.File] += p.Tenant + " "
		}
	}
	require.Equal(t, map[string]string{
		"tenants/upper.YAML": "upper ", "tenants/json.json": "json ", "tenants/bare": "bare ",
		"tenants/linked.yaml": "linked ", "tenants/folder": "folder ",
		"overrides": "bare folder good json linked upper ",
	}, held)

	require.NoError(t, os.RemoveAll(filepath.Join(dir, "tenants")))
	require.NoError(t, os.Symlink("elsewhere", filepath.Join(dir, "tenants")))
	require.NoError(t, os.Remove(filepath.Join(dir, "overrides")))
	fleet, err = Load(os.DirFS(dir), Options{})
	require.NoError(t, err)
	require.Equal(t, "tenants: is a symbolic link, and should be a folder\ntenants:\nheld:\n", summary(fleet))
}

// Nothing in the folders of spec.extend is read over a link, however deep it lies.
func TestLinksInExtensions(t *testing.T) {
	dir := onDisk(t, map[string]string{
		"tenantsmith.yaml": platformWith("  extend: {schemas: [rules], policies: [checks]}\n"),
		"rules/a.cue":      "package tenantsmith\n", "checks/deep/.keep": "",
	})
	for _, name := range []string{"rules/b.cue", "checks/c.rego", "checks/deep/d.rego"} {
		require.NoError(t, os.Symlink("/nowhere", filepath.Join(dir, filepath.FromSlash(name))))
	}
	fleet, err := Load(os.DirFS(dir), Options{})
	require.NoError(t, err)
	require.Equal(t, `checks/c.rego: is a symbolic link, and only regular files are read
checks/deep/d.rego: is a symbolic link, and only regular files are read
rules/b.cue: is a symbolic link, and only regular files are read
`, told(fleet.Problems))
}
