package main

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write what the scripts print into them")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"tenantsmith": main})
}

// TestScripts runs every script of testdata/script: one a story, with the whole of what a user sees.
// $REPO is the root of the project, whose tenants/ are the samples.
func TestScripts(t *testing.T) {
	repo, err := filepath.Abs("../..")
	require.NoError(t, err)
	testscript.Run(t, testscript.Params{
		Files:               scripts(t),
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("REPO", repo)
			e.Setenv("GITHUB_WORKSPACE", "")
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("GIT_CONFIG_NOSYSTEM", "1")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"bigfile": bigfile,
		},
	})
}

// scripts are the files of all scripts; -short leaves out those of what has a single tenant or none to work on, and
// another script that does the same with more: messages about one file, formats, help.
func scripts(t *testing.T) []string {
	files, err := filepath.Glob("../../testdata/script/*.txtar")
	require.NoError(t, err)
	require.Greater(t, len(files), 60)
	if testing.Short() {
		files = slices.DeleteFunc(files, func(file string) bool {
			name := strings.TrimSuffix(filepath.Base(file), ".txtar")
			return strings.HasPrefix(name, "bad_") || slices.Contains([]string{"completion", "explain", "formats_everywhere", "init", "named_files", "named_inputs",
				"new", "plain", "policy", "policy_house", "print", "usage"}, name)
		})
	}
	return files
}

// bigfile FILE BYTES writes a file too large to keep in a script.
func bigfile(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: bigfile FILE")
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte("a: "+strings.Repeat("x", 10<<20)+"\n"), 0o644))
}
