// Package goreleaser holds the configuration of releases to the real goreleaser, and the builds to giving the same
// bytes wherever they are made. Nothing is signed, uploaded or attested here: that needs GitHub.
package goreleaser

import (
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// program is goreleaser itself.
var program string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "goreleaser")
	if err != nil {
		panic(err)
	}
	program = filepath.Join(dir, "goreleaser")
	if out, err := exec.Command("go", "build", "-o", program, "github.com/goreleaser/goreleaser/v2").CombinedOutput(); err != nil {
		panic(string(out))
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// goreleaser runs it in a folder.
func goreleaser(t *testing.T, dir string, args ...string) string {
	t.Helper()
	return command(t, dir, []string{"COMPLETIONS=" + t.TempDir(), "TAP_TOKEN=none"}, program, args...)
}

func command(t *testing.T, dir string, env []string, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s %s: %s", name, args, out)
	return string(out)
}

// copied is the project in another folder, with a history of its own.
func copied(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "elsewhere")
	require.NoError(t, os.Mkdir(dir, 0o755))
	command(t, "../..", nil, "sh", "-c", `git ls-files --cached --others --exclude-standard -z | tar -c --null -T - | tar -x -C "$1"`, "sh", dir)
	command(t, dir, nil, "git", "init", "--quiet")
	command(t, dir, nil, "git", "add", "--all")
	command(t, dir, nil, "git", "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "-m", "another history")
	command(t, dir, nil, "git", "remote", "add", "origin", "https://github.com/tenantsmith/tenantsmith.git")
	command(t, dir, nil, "git", "tag", "v1.2.3")
	return dir
}

func TestConfiguration(t *testing.T) {
	require.Contains(t, goreleaser(t, "../..", "check"), "1 configuration file(s) validated")
}

// TestReproducible: what goreleaser builds in one folder is what checksums.sh builds in another, byte for byte. The
// second shares the first one's compiled packages; the release workflow builds both without any.
func TestReproducible(t *testing.T) {
	dir := copied(t)
	goreleaser(t, dir, "build", "--snapshot", "--single-target", "--clean")
	programs, err := filepath.Glob(filepath.Join(dir, "dist/tenantsmith_*/tenantsmith*"))
	require.NoError(t, err)
	require.Len(t, programs, 1)
	data, err := os.ReadFile(programs[0])
	require.NoError(t, err)
	require.Contains(t, command(t, dir, nil, programs[0], "version"), "tenantsmith v1.2.3 ")

	target := runtime.GOOS + "/" + runtime.GOARCH
	lines := strings.Split(command(t, "../..", nil, ".github/action/checksums.sh", "v1.2.3", target), "\n")
	require.Equal(t, fmt.Sprintf("%x v1.2.3 %s %s", sha256.Sum256(data), runtime.GOOS, runtime.GOARCH), lines[1])
}
