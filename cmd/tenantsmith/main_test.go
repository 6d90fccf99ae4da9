package main

import (
	"flag"
	"os"
	"path/filepath"
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
		Dir:                 "../../testdata/script",
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

// bigfile FILE BYTES writes a file too large to keep in a script.
func bigfile(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: bigfile FILE")
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte("a: "+strings.Repeat("x", 10<<20)+"\n"), 0o644))
}
