package function

import (
	"bytes"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// corpus are the platform repositories of the samples, the goldens and the scripts, by name.
func corpus(t testing.TB) map[string]fs.FS {
	out := map[string]fs.FS{
		"samples": only(t, os.DirFS("../..")),
		"routers": only(t, os.DirFS("../pipeline/testdata/routers")),
	}
	for _, pattern := range []string{"../../testdata/script/*.txtar", "../../schemas/testdata/load/*.txtar"} {
		files, err := filepath.Glob(pattern)
		require.NoError(t, err)
		require.NotEmpty(t, files)
		for _, file := range files {
			archive, err := txtar.ParseFile(file)
			require.NoError(t, err)
			files := fstest.MapFS{}
			for _, f := range archive.Files {
				if fs.ValidPath(f.Name) {
					files[f.Name] = &fstest.MapFile{Data: f.Data}
				}
			}
			out[filepath.Base(filepath.Dir(file))+"/"+filepath.Base(file)] = only(t, files)
		}
	}
	for _, page := range []string{"abtest", "ab-test", "blue-green", "canary", "rolling"} {
		if files := pageFiles(t, page); len(files) > 0 {
			out["page/"+page] = files
		}
	}
	return out
}

// pageFiles are the files that a page about releases shows, on the platform of the first page.
func pageFiles(t testing.TB, page string) fstest.MapFS {
	out := fstest.MapFS{}
	for _, name := range []string{"README", page} {
		data, err := os.ReadFile("../../docs/releases/" + name + ".md")
		if err != nil {
			return nil
		}
		for _, part := range strings.Split(string(data), "\n```yaml ")[1:] {
			file, rest, _ := strings.Cut(part, "\n")
			text, _, _ := strings.Cut(rest, "```")
			if strings.HasSuffix(file, ".yaml") && (name == page || file == platformFile) {
				out[file] = &fstest.MapFile{Data: []byte(text)}
			}
		}
	}
	return out
}

// only are the files of a repository that a functionConfig can hold.
func only(t testing.TB, fsys fs.FS) fstest.MapFS {
	out := fstest.MapFS{}
	require.NoError(t, fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		top, _, _ := strings.Cut(name, "/")
		if err != nil || d.IsDir() && name != "." && !slices.Contains([]string{"tenants", "overrides", "waivers"}, top) {
			return fs.SkipDir
		}
		if !d.Type().IsRegular() || name != platformFile && (top == name || path.Ext(name) != ".yaml") {
			return nil
		}
		data, err := fs.ReadFile(fsys, name)
		out[name] = &fstest.MapFile{Data: data}
		return err
	}))
	return out
}

// inlineRender is the functionConfig that stands for a repository: each document as a map, or as text.
func inlineRender(files fstest.MapFS, environment string, text bool) []byte {
	var b bytes.Buffer
	b.WriteString("apiVersion: tenantsmith.dev/v1alpha1\nkind: TenantRender\nmetadata:\n  name: test\nspec:\n")
	if environment != "" {
		b.WriteString("  environment: " + environment + "\n")
	}
	names := slices.Sorted(func(yield func(string) bool) {
		for name := range files {
			if !yield(name) {
				return
			}
		}
	})
	if f, ok := files[platformFile]; ok {
		b.WriteString("  platform:")
		inlineDocument(&b, f.Data, 4, text)
	}
	lists := map[string][]string{}
	for _, name := range names {
		parts := strings.Split(name, "/")
		switch {
		case len(parts) > 3:
			lists[parts[2]] = append(lists[parts[2]], name)
		case len(parts) > 1:
			lists[parts[0]] = append(lists[parts[0]], name)
		}
	}
	b.WriteString("  tenant:\n")
	for _, name := range lists["tenants"] {
		b.WriteString("  -")
		inlineDocument(&b, files[name].Data, 4, text)
	}
	for _, list := range []string{"overrides", "patches", "resources"} {
		if len(lists[list]) == 0 {
			continue
		}
		b.WriteString("  " + list + ":\n")
		for _, name := range lists[list] {
			parts := strings.Split(name, "/")
			place := path.Base(path.Dir(name))
			if list == "overrides" {
				place = strings.TrimSuffix(path.Base(name), ".yaml")
			}
			b.WriteString("  - tenant: " + parts[1] + "\n    environment: " + place + "\n")
			if list != "overrides" && parts[0] == "overrides" {
				b.WriteString("    by: platform\n")
			}
			b.WriteString("    document:")
			inlineDocument(&b, files[name].Data, 6, text)
		}
	}
	return b.Bytes()
}

// inlineDocument writes a file as the value of a key.
func inlineDocument(b *bytes.Buffer, data []byte, indent int, text bool) {
	if text {
		b.WriteString(" |")
	}
	b.WriteString("\n")
	b.Write(indented(data, indent))
}

func indented(data []byte, indent int) []byte {
	var b bytes.Buffer
	for line := range bytes.Lines(data) {
		if line = bytes.TrimRight(line, "\r\n"); len(line) > 0 {
			b.Write(bytes.Repeat([]byte(" "), indent))
		}
		b.Write(append(line, '\n'))
	}
	return b.Bytes()
}

// listOf is a ResourceList with a functionConfig, and with items in block style.
func listOf(config []byte, items ...string) string {
	var b bytes.Buffer
	b.WriteString("apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:")
	if len(items) == 0 {
		b.WriteString(" []")
	}
	b.WriteString("\n")
	for _, item := range items {
		text := indented([]byte(item), 2)
		text[0] = '-'
		b.Write(text)
	}
	if config != nil {
		b.WriteString("functionConfig:\n")
		b.Write(indented(config, 2))
	}
	return b.String()
}

// itemsOf are the items of what the function wrote, each as it is printed.
func itemsOf(t testing.TB, text []byte) []string {
	docs, problems := manifest.Parse("out", text, limits)
	require.Empty(t, problems, "%s", text)
	var out []string
	for _, item := range docs[0].Get("items").Items {
		out = append(out, string(manifest.Marshal(item.Tree())))
	}
	return out
}
