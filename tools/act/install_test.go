package act

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

// TestRelease: a released binary runs only with the checksum that the action carries, or the release's list for
// another release. A curl that knows a folder stands in for the download, a script for the program.
func TestRelease(t *testing.T) {
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		t.Skip("the release of this test is for linux/amd64")
	}
	program := filepath.Join(t.TempDir(), "program")
	require.NoError(t, os.WriteFile(program, []byte("#!/bin/sh\nexec "+filepath.Join(built, "tenantsmith")+" \"$@\"\n"), 0o755))
	good, bad := archive(t, program, ""), archive(t, program, "# evil\n")
	for name, c := range map[string]struct {
		served  string
		carried string // the binary that the action's own list names
		listed  string // the archive that the release's list names
		says    string
	}{
		"as the action says":        {served: good, carried: program},
		"tampered with":             {served: bad, carried: program, says: "the binary in tenantsmith_9.9.9_linux_amd64.tar.gz is not the one that this revision of the action tells of"},
		"another release":           {served: good, listed: good},
		"another, tampered with":    {served: bad, listed: good, says: "is not the file that the release's checksums.txt tells of"},
		"another, without its list": {served: good, says: "cannot download"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlatform(t)
			files := t.TempDir()
			copyTree(t, c.served, filepath.Join(files, "tenantsmith_9.9.9_linux_amd64.tar.gz"))
			if c.carried != "" {
				p.carry(fmt.Sprintf("%x v9.9.9 linux amd64\n", sum(t, c.carried)))
			} else {
				p.carry(fmt.Sprintf("%064x v1.0.0 linux amd64\n", 0))
			}
			if c.listed != "" {
				list := fmt.Sprintf("%x  tenantsmith_9.9.9_linux_amd64.tar.gz\n", sum(t, c.listed))
				require.NoError(t, os.WriteFile(filepath.Join(files, "checksums.txt"), []byte(list), 0o644))
			}
			p.curl(files)
			use := []string{"command: check", "tenants: pet-project"}
			if c.carried == "" {
				use = append(use, "version: v9.9.9")
			}
			p.flow(job("push", use...))
			r := p.run("push", map[string]any{"ref": "refs/heads/main", "after": p.base, "deleted": false})
			require.Equal(t, c.says != "", r.failed, r.text())
			if c.says != "" {
				require.Contains(t, strings.Join(r.annotations("error"), "\n"), c.says, r.text())
				return
			}
			require.Equal(t, "clean", r.outputs["result"])
			cache, err := os.ReadFile(filepath.Join(p.record, "cache"))
			require.NoError(t, err)
			require.Contains(t, string(cache), "tenantsmith-release-v9.9.9-Linux-X64 ")
		})
	}
}

// carry is what the action's own list of checksums says.
func (p *platform) carry(lines string) {
	p.t.Helper()
	file := filepath.Join(p.action, ".github/action/checksums.txt")
	require.NoError(p.t, os.WriteFile(file, []byte("# SHA-256\n"+lines), 0o644))
}

// curl puts a program before the real one that answers from a folder.
func (p *platform) curl(files string) {
	p.t.Helper()
	dir := p.t.TempDir()
	script := "#!/bin/sh\nfor last; do :; done\nwhile [ \"$1\" != --output ]; do shift; done\nexec cp \"" + files + "/${last##*/}\" \"$2\"\n"
	require.NoError(p.t, os.WriteFile(filepath.Join(dir, "curl"), []byte(script), 0o755))
	p.env = append(p.env, "PATH="+dir+string(os.PathListSeparator)+os.Getenv("PATH"))
}

// archive is a release's, of a program with something more in it.
func archive(t *testing.T, program, more string) string {
	t.Helper()
	dir := t.TempDir()
	data, err := os.ReadFile(program)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "tenantsmith"), append(data, more...), 0o755))
	out, err := exec.Command("tar", "-C", dir, "-czf", filepath.Join(dir, "a.tar.gz"), "tenantsmith").CombinedOutput()
	require.NoError(t, err, string(out))
	return filepath.Join(dir, "a.tar.gz")
}

func sum(t *testing.T, file string) [32]byte {
	t.Helper()
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	return sha256.Sum256(data)
}

// TestSource: the action builds what stands beside it, wherever it was put.
func TestSource(t *testing.T) {
	p := newPlatform(t)
	p.action = t.TempDir()
	files := exec.Command("sh", "-c", `git ls-files --cached --others --exclude-standard -z -- ':!conformance' ':!tools' ':!docs' | tar -c --null -T - | tar -x -C "$1"`, "sh", p.action)
	files.Dir = "../.."
	out, err := files.CombinedOutput()
	require.NoError(t, err, string(out))
	for _, name := range []string{"GOCACHE", "GOMODCACHE", "GOPROXY", "GOFLAGS"} {
		value, err := exec.Command("go", "env", name).Output()
		require.NoError(t, err)
		p.env = append(p.env, name+"="+string(value[:len(value)-1]))
	}
	p.flow(job("push", "command: check", "install-mode: source", "tenants: pet-project"))
	r := p.run("push", map[string]any{"ref": "refs/heads/main", "after": p.base, "deleted": false})
	require.False(t, r.failed, r.text())
	require.Equal(t, "clean", r.outputs["result"])
	require.Equal(t, "devel", r.outputs["version"])
}
