package schemas

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

var update = flag.Bool("update", false, "write what is into what is wanted")

// repository makes a file system out of names and contents.
func repository(files map[string]string) fstest.MapFS {
	out := fstest.MapFS{}
	for name, data := range files {
		out[name] = &fstest.MapFile{Data: []byte(data)}
	}
	return out
}

func loaded(t testing.TB, files map[string]string, tenants ...string) *Fleet {
	t.Helper()
	fleet, err := Load(repository(files), Options{Tenants: tenants})
	require.NoError(t, err)
	return fleet
}

// told is what problems say, a line each.
func told(problems []manifest.Problem) string {
	var out strings.Builder
	for _, p := range problems {
		out.WriteString(p.Position.String() + ": ")
		if p.Severity == manifest.Warning {
			out.WriteString("warning: ")
		}
		if p.Field != "" {
			out.WriteString(p.Field + ": ")
		}
		out.WriteString(p.Message)
		if p.Environment != "" {
			out.WriteString(" [" + p.Environment + "]")
		}
		out.WriteString("\n")
		if p.Rule.File != "" {
			out.WriteString("    rule: " + p.Rule.File + "\n")
		}
		if p.Remedy != "" {
			out.WriteString("    fix: " + p.Remedy + "\n")
		}
	}
	return out.String()
}

// summary is what a run of Load comes to.
func summary(f *Fleet) string {
	var names []string
	for _, t := range f.Tenants {
		names = append(names, t.Name)
	}
	return told(f.Problems) + strings.TrimSpace("tenants: "+strings.Join(names, " ")) + "\n" + strings.TrimSpace("held: "+strings.Join(f.Held, " ")) + "\n"
}

// A case is an archive: the repository, and in the section "want" all problems with what became of
// the tenants.
func TestLoad(t *testing.T) {
	cases, err := filepath.Glob("testdata/load/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, cases)
	for _, file := range cases {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			require.NoError(t, err)
			files, want := map[string]string{}, ""
			for _, f := range archive.Files {
				if f.Name == "want" {
					want = string(f.Data)
					continue
				}
				files[f.Name] = string(f.Data)
			}
			fleet := loaded(t, files)
			if *update {
				archive.Files = append(slices.DeleteFunc(archive.Files, func(f txtar.File) bool { return f.Name == "want" }), txtar.File{Name: "want", Data: []byte(summary(fleet))})
				require.NoError(t, os.WriteFile(file, txtar.Format(archive), 0o644))
				return
			}
			require.Equal(t, want, summary(fleet))
			for _, p := range fleet.Problems {
				require.Equal(t, "schema", p.Check)
				require.Equal(t, p.Rule.File != "", p.Rule.Line > 0, p.Message)
			}
		})
	}
}
