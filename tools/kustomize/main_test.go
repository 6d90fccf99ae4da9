package kustomize

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// root is the repository.
const root = "../.."

// bin holds the programs that all tests run: tenantsmith as the Dockerfile builds it, and kustomize.
var bin string

func TestMain(m *testing.M) {
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 2
	}
	os.Exit(code)
}

func run(m *testing.M) (int, error) {
	dir, err := os.MkdirTemp("", "kustomize")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	bin = dir
	command, err := dockerBuild(filepath.Join(dir, "tenantsmith"))
	if err != nil {
		return 0, err
	}
	for _, build := range []string{
		"cd " + root + " && " + command,
		"go build -o " + filepath.Join(dir, "kustomize") + " sigs.k8s.io/kustomize/kustomize/v5",
	} {
		if out, err := exec.Command("sh", "-c", build).CombinedOutput(); err != nil {
			return 0, fmt.Errorf("%s: %w\n%s", build, err, out)
		}
	}
	return m.Run(), nil
}

var buildLine = regexp.MustCompile(`(?m)^RUN (.* go build .*) -o /tenantsmith (\./cmd/tenantsmith)$`)

// dockerBuild is the command by which the Dockerfile builds the binary, with another place for it.
func dockerBuild(output string) (string, error) {
	text, err := os.ReadFile(filepath.Join(root, "Dockerfile"))
	if err != nil {
		return "", err
	}
	found := buildLine.FindSubmatch(text)
	if found == nil {
		return "", errors.New("the Dockerfile has no RUN line that builds /tenantsmith")
	}
	return fmt.Sprintf("%s -o %s %s", found[1], output, found[2]), nil
}

// result is what a program printed.
type result struct {
	out, err string
	code     int
}

// execute runs a program in a directory; that it fails is a result.
func execute(t *testing.T, dir string, name string, args ...string) result {
	cmd := exec.Command(name, args...)
	var out, stderr bytes.Buffer
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &out, &stderr
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		require.NoError(t, err)
	}
	return result{out: out.String(), err: stderr.String(), code: cmd.ProcessState.ExitCode()}
}

// build runs kustomize build with functions allowed.
func build(t *testing.T, dir string) result {
	return execute(t, dir, filepath.Join(bin, "kustomize"), "build", "--enable-alpha-plugins", "--enable-exec", ".")
}

func tenantsmith(t *testing.T, dir string, args ...string) result {
	return execute(t, dir, filepath.Join(bin, "tenantsmith"), args...)
}

// scratch is a new directory with files, and the binary beside them as a function has to be.
func scratch(t *testing.T, files map[string]string) string {
	dir := t.TempDir()
	for name, text := range files {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	require.NoError(t, os.Symlink(filepath.Join(bin, "tenantsmith"), filepath.Join(dir, "tenantsmith")))
	return dir
}

// text is a file as the value of a key, in a block.
func text(indent int, data string) string {
	var b strings.Builder
	b.WriteString(" |\n")
	for line := range strings.Lines(data) {
		b.WriteString(strings.Repeat(" ", indent) + line)
	}
	return b.String()
}

// config is a functionConfig whose function is the binary.
func config(kind, spec string) string {
	return "apiVersion: tenantsmith.dev/v1alpha1\nkind: " + kind + `
metadata:
  name: tenantsmith
  annotations:
    config.kubernetes.io/function: |
      exec: {path: ./tenantsmith, args: [fn]}
spec:
` + spec
}
