package kustomize

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// block is a fenced block of a page: the words behind the fence, and the text.
type block struct{ what, text string }

func blocks(t *testing.T, page string) []block {
	data, err := os.ReadFile(page)
	require.NoError(t, err)
	var out []block
	for i, part := range strings.Split("\n"+string(data), "\n```") {
		if i%2 == 1 {
			what, text, _ := strings.Cut(part, "\n")
			out = append(out, block{what, text + "\n"})
		}
	}
	return out
}

// TestPage: the files of the page about functions, and what kustomize and kpt print of them.
func TestPage(t *testing.T) {
	dir := scratch(t, nil)
	shown := 0
	for _, b := range blocks(t, filepath.Join(root, "docs/krm-function.md")) {
		kind, name, _ := strings.Cut(b.what, " ")
		switch {
		case kind == "yaml":
			require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
			require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(b.text), 0o644))
		case kind == "console":
			if _, err := exec.LookPath("kpt"); name == "kpt" && err != nil {
				t.Log("kpt is not installed: its block is not tried")
				continue
			}
			command, want, _ := strings.Cut(b.text, "\n")
			cmd := exec.Command("sh", "-c", strings.TrimPrefix(command, "$ "))
			cmd.Dir, cmd.Env = dir, append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "PWD="+dir)
			got, _ := cmd.CombinedOutput()
			requireLines(t, want, strings.ReplaceAll(string(got), "status 1 \n", "status 1\n"))
			shown++
		}
	}
	require.GreaterOrEqual(t, shown, 3)
	same, err := os.ReadFile(filepath.Join(root, "docs/krm/render/tenant.yaml"))
	require.NoError(t, err)
	first, err := os.ReadFile(filepath.Join(dir, "tenant.yaml"))
	require.NoError(t, err)
	require.Equal(t, string(first), string(same))
}

// requireLines holds that whole has the lines of part in their order; a line … of part stands for any.
func requireLines(t *testing.T, part, whole string) {
	rest := "\n" + whole
	var lines string
	for line := range strings.Lines(part + "…\n") {
		if strings.TrimSpace(line) != "…" {
			lines += line
			continue
		}
		_, after, found := strings.Cut(rest, "\n"+lines)
		require.True(t, found, "not there, or not in this order:\n%s\nin:\n%s", lines, whole)
		rest, lines = "\n"+after, ""
	}
}
