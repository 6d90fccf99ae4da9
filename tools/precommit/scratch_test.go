package precommit

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const root = "../.."

// tenantsmith is the folder of the binary that the hooks of installed binaries find.
var tenantsmith string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "tenantsmith-")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(dir)
		build := exec.Command("go", "build", "-o", dir, "./cmd/tenantsmith")
		build.Dir, build.Stderr = root, os.Stderr
		if err := build.Run(); err != nil {
			panic(err)
		}
		tenantsmith = dir
		return m.Run()
	}())
}

// scratch is a git repository that knows nothing of whoever runs the test.
type scratch struct {
	t   *testing.T
	dir string
	env []string
}

func newScratch(t *testing.T) *scratch {
	if _, err := exec.LookPath("pre-commit"); err != nil {
		require.Empty(t, os.Getenv("CI"), "pre-commit is not installed")
		t.Skip("pre-commit is not installed")
	}
	s := &scratch{t: t, dir: t.TempDir(), env: []string{
		"PATH=" + tenantsmith + string(filepath.ListSeparator) + os.Getenv("PATH"), "HOME=" + t.TempDir(), "PRE_COMMIT_HOME=" + t.TempDir(),
		"GIT_CONFIG_NOSYSTEM=1", "GIT_AUTHOR_NAME=Ann", "GIT_AUTHOR_EMAIL=ann@example.com", "GIT_COMMITTER_NAME=Ann", "GIT_COMMITTER_EMAIL=ann@example.com",
	}}
	s.run("git", "init", "-q", "-b", "main")
	return s
}

// repository makes another repository, whose only commit has the files, and returns where it is and its commit.
func (s *scratch) repository(name string, files map[string]string) [2]string {
	other := &scratch{t: s.t, dir: filepath.Join(s.t.TempDir(), name), env: s.env}
	require.NoError(s.t, os.MkdirAll(other.dir, 0o755))
	other.run("git", "init", "-q", "-b", "main")
	for file, text := range files {
		other.write(file, text)
	}
	other.run("git", "add", "-A", "-f")
	other.run("git", "commit", "-q", "-m", "all")
	return [2]string{other.dir, strings.TrimSpace(other.run("git", "rev-parse", "HEAD"))}
}

func (s *scratch) write(file, text string) {
	name := filepath.Join(s.dir, file)
	require.NoError(s.t, os.MkdirAll(filepath.Dir(name), 0o755))
	require.NoError(s.t, os.WriteFile(name, []byte(text), 0o644))
}

// edit replaces what stands in a file exactly once.
func (s *scratch) edit(file, old, text string) {
	data, err := os.ReadFile(filepath.Join(s.dir, file))
	require.NoError(s.t, err)
	require.Equal(s.t, 1, strings.Count(string(data), old), "%s: %s", file, old)
	s.write(file, strings.Replace(string(data), old, text, 1))
}

func (s *scratch) command(args ...string) (string, error) {
	cmd := exec.Command(args[0], args[1:]...)
	// exec looks a command up in our PATH, and ours has no tenantsmith.
	if args[0] == "tenantsmith" {
		cmd = exec.Command(filepath.Join(tenantsmith, "tenantsmith"), args[1:]...)
	}
	cmd.Dir, cmd.Env = s.dir, s.env
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func (s *scratch) run(args ...string) string {
	out, err := s.command(args...)
	require.NoError(s.t, err, "%v: %s", args, out)
	return out
}

func (s *scratch) fails(args ...string) string {
	out, err := s.command(args...)
	require.Error(s.t, err, "%v: %s", args, out)
	return out
}

// commits makes a commit of everything, which as many hooks let pass.
func (s *scratch) commits(message string, passed int) string {
	s.run("git", "add", "-A")
	out := s.run("git", "commit", "-m", message)
	require.Equal(s.t, passed, strings.Count(out, "Passed"), out)
	return out
}

// refused is what git prints of a commit that a hook stopped.
func (s *scratch) refused(message string) string {
	s.run("git", "add", "-A")
	before := s.run("git", "rev-parse", "HEAD")
	out := s.fails("git", "commit", "-m", message)
	require.Equal(s.t, before, s.run("git", "rev-parse", "HEAD"))
	return out
}

// project is a file of this project.
func project(t *testing.T, name string) string {
	data, err := os.ReadFile(filepath.Join(root, name))
	require.NoError(t, err)
	return string(data)
}

// source is this project as it stands, committed or not.
func source(t *testing.T) map[string]string {
	list := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	list.Dir = root
	out, err := list.Output()
	require.NoError(t, err)
	files := map[string]string{}
	for name := range strings.SplitSeq(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		if data, err := os.ReadFile(filepath.Join(root, name)); err == nil { // one that is removed is still listed
			files[name] = string(data)
		}
	}
	return files
}

// config is a .pre-commit-config.yaml with hooks that show what they print when they pass, too.
func config(repository [2]string, ids ...string) string {
	text := "repos:\n- repo: " + repository[0] + "\n  rev: " + repository[1] + "\n  hooks:\n"
	for _, id := range ids {
		text += "  - {id: " + id + ", verbose: true}\n"
	}
	return text
}
