package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/require"
)

// TestGettingStarted: whoever does what the page says sees what it shows. Commands follow one another; a block
// diff FILE is what one changes in a file.
func TestGettingStarted(t *testing.T) {
	blocks := blocksOf(t, "../../docs/getting-started.md")
	t.Chdir(t.TempDir())
	t.Setenv("TENANTSMITH_CACHE", "off")
	shown := 0
	for _, b := range blocks {
		if file, ok := strings.CutPrefix(b.what, "diff "); ok {
			change(t, file, b.text)
			continue
		}
		require.Equal(t, "console", b.what)
		for _, command := range strings.Split("\n"+b.text, "\n$ ")[1:] {
			line, want, _ := strings.Cut(command, "\n")
			if dir, ok := strings.CutPrefix(line, "cd "); ok {
				t.Chdir(dir)
				continue
			}
			if shown++; !strings.HasPrefix(line, "tenantsmith ") {
				execute(t, line)
				continue
			}
			requireLines(t, strings.TrimSuffix(want, "\n")+"\n", printed(t, line))
		}
	}
	require.Equal(t, 10, shown)
}

// change replaces the line of a file that begins with - by the one that begins with +.
func change(t *testing.T, file, diff string) {
	old, text, ok := strings.Cut(strings.TrimPrefix(diff, "-"), "\n+")
	require.True(t, ok, diff)
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, 1, strings.Count(string(data), old+"\n"), old)
	require.NoError(t, os.WriteFile(file, []byte(strings.Replace(string(data), old+"\n", text, 1)), 0o644))
}

// TestTroubleshooting: every text that the page explains is one that tenantsmith prints, as its source or a
// script has it. What stands for something else lies between parts of one line.
func TestTroubleshooting(t *testing.T) {
	page, err := os.ReadFile("../../docs/troubleshooting.md")
	require.NoError(t, err)
	headings := regexp.MustCompile("(?m)^### `(.+)`$").FindAllStringSubmatch(string(page), -1)
	require.Equal(t, strings.Count(string(page), "\n### "), len(headings))
	require.GreaterOrEqual(t, len(headings), 25)
	said := saidLines(t)
	for _, h := range headings {
		parts := strings.Split(h[1], "…")
		for i := range parts {
			parts[i] = regexp.QuoteMeta(parts[i])
		}
		require.True(t, regexp.MustCompile(strings.Join(parts, ".+")).MatchString(said), "nothing says %s", h[1])
	}
}

// saidLines are the lines in which what tenantsmith says is written down: source, texts, rules, and what scripts saw.
func saidLines(t *testing.T) string {
	var b bytes.Buffer
	for _, pattern := range []string{
		"*.go", "../../schemas/*.go", "../../internal/*/*.go", "../../internal/report/texts/*.json", "../../policies/checks/*/*.rego",
	} {
		files, err := filepath.Glob(pattern)
		require.NoError(t, err)
		require.NotEmpty(t, files, pattern)
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") || strings.HasSuffix(file, "_test.rego") {
				continue
			}
			data, err := os.ReadFile(file)
			require.NoError(t, err)
			b.Write(data)
		}
	}
	scripts, err := filepath.Glob("../../testdata/script/*.txtar")
	require.NoError(t, err)
	for _, file := range scripts {
		script, err := txtar.ParseFile(file)
		require.NoError(t, err)
		b.Write(script.Comment)
		for _, f := range script.Files {
			b.Write(f.Data)
		}
	}
	return b.String()
}
