package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
)

// TestPublishPage and TestStatusPage: the pages show what the commands print, one after the other, with real git.
// Commits and times are those of the run.
func TestPublishPage(t *testing.T) {
	session(t, "../../docs/publish.md", 8)
}

func TestStatusPage(t *testing.T) {
	session(t, "../../docs/status.md", 3)
	var out bytes.Buffer
	require.Zero(t, run(t.Context(), []string{"status", "--repo", "../gitops.git", "--format", "json"}, streams{out: &out, err: &out}), out.String())
	doc, err := jsonschema.UnmarshalJSON(&out)
	require.NoError(t, err)
	require.NoError(t, compiled(t, []byte(printed(t, "tenantsmith schema status"))).Validate(doc))
	require.Len(t, doc.(map[string]any)["tenants"], 3)
}

// session writes the files of a page where they stand in it, runs its commands in their order, and holds that it
// shows what they print. Beside the platform repository are an empty GitOps repository and, once that has a commit,
// a clone of it.
func session(t *testing.T, page string, shown int) {
	blocks := blocksOf(t, page)
	dir := filepath.Join(t.TempDir(), "platform")
	require.NoError(t, os.Mkdir(dir, 0o755))
	t.Chdir(dir)
	t.Setenv("HOME", filepath.Dir(dir))
	t.Setenv("XDG_CONFIG_HOME", filepath.Dir(dir))
	t.Setenv("TENANTSMITH_CACHE", "off")
	for _, command := range []string{
		"git config --global user.name Ann", "git config --global user.email ann@example.com",
		"git init -q -b main", "git init -q --bare -b main ../gitops.git",
	} {
		execute(t, command)
	}
	shows := 0
	for _, b := range blocks {
		b.write(t)
		if b.what != "console" {
			continue
		}
		var got strings.Builder
		for line := range strings.Lines(b.text) {
			if command, ok := strings.CutPrefix(line, "$ "); ok {
				got.WriteString(line + execute(t, strings.TrimSpace(command)))
			}
		}
		requireLines(t, masked(b.text), masked(got.String()))
		if shows++; shows == 1 && page != "../../docs/status.md" {
			execute(t, "git clone -q ../gitops.git ../hands")
		}
	}
	require.Equal(t, shown, shows)
}

var (
	counts  = regexp.MustCompile(`\b[0-9]+ (added|modified|removed)\b`)
	commits = regexp.MustCompile(`\b[0-9a-f]{12}\b`)
	moments = regexp.MustCompile(`\b20[0-9]{2}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2} UTC\b`)
)

// masked is a text without what differs from run to run.
func masked(text string) string {
	return counts.ReplaceAllString(moments.ReplaceAllString(commits.ReplaceAllString(text, "COMMIT"), "TIME"), "N $1")
}

// execute is what a command of ours, or of the system, prints. One of ours may find problems, which it prints.
func execute(t *testing.T, command string) string {
	words := strings.Fields(command)
	if words[0] != "tenantsmith" {
		out, err := exec.Command(words[0], words[1:]...).CombinedOutput()
		require.NoError(t, err, "%s: %s", command, out)
		return string(out)
	}
	var out bytes.Buffer
	code := run(t.Context(), words[1:], streams{in: strings.NewReader(""), out: &out, err: &out})
	require.NotEqual(t, exitFault, code, "%s: %s", command, out.String())
	return out.String()
}
