package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestDemo: what the demonstration proposes is the one change that makes everything green.
func TestDemo(t *testing.T) {
	t.Chdir(t.TempDir())
	printed(t, "tenantsmith init --demo .")

	var out bytes.Buffer
	require.Equal(t, exitProblems, run(t.Context(), []string{"check", "--format", "json"}, streams{out: &out, err: &out}))
	var found struct {
		Findings []struct {
			File, Remedy string
			Line, Column int
		}
	}
	require.NoError(t, json.NewDecoder(&out).Decode(&found))
	require.Len(t, found.Findings, 1)
	finding := found.Findings[0]
	value := regexp.MustCompile(`^set \S+\.replicas to (\d+)$`).FindStringSubmatch(finding.Remedy)
	require.Len(t, value, 2, finding.Remedy)

	data, err := os.ReadFile(finding.File)
	require.NoError(t, err)
	lines := strings.Split(string(data), "\n")
	lines[finding.Line-1] = lines[finding.Line-1][:finding.Column-1] + value[1]
	require.NoError(t, os.WriteFile(finding.File, []byte(strings.Join(lines, "\n")), 0o644))
	printed(t, "tenantsmith check --fail-on low")
}

// TestPlantNothing: where one file cannot be written, and where somebody interrupts, none is, and no
// folder that was made stays.
func TestPlantNothing(t *testing.T) {
	dir := t.TempDir()
	at := filepath.Join(dir, "a", "b")
	files := map[string][]byte{"a.yaml": nil, "b/c.yaml": nil, "b/d": nil, "b/d/e.yaml": nil} // b/d is a file and a folder
	require.ErrorContains(t, plant(t.Context(), at, files), "b/d/e.yaml: there is a file where a folder should be")
	require.NoDirExists(t, filepath.Join(dir, "a"))

	interrupted, stop := context.WithCancel(t.Context())
	stop()
	require.ErrorIs(t, plant(interrupted, at, map[string][]byte{"a.yaml": nil}), context.Canceled)
	require.NoDirExists(t, filepath.Join(dir, "a"))

	require.NoError(t, plant(t.Context(), at, map[string][]byte{"a.yaml": []byte("a")}))
	require.FileExists(t, filepath.Join(at, "a.yaml"))
}

// TestStarterWorkflows: what init writes for GitHub are the examples of the documentation.
func TestStarterWorkflows(t *testing.T) {
	const dir = "starter/platform/.github/workflows"
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 3)
	for _, e := range entries {
		ours, err := os.ReadFile(filepath.Join(dir, e.Name()))
		require.NoError(t, err)
		example, err := os.ReadFile(filepath.Join("../../docs/ci", e.Name()))
		require.NoError(t, err)
		require.Equal(t, string(example), string(ours))
	}
}
