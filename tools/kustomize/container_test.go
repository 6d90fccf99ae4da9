package kustomize

import (
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// list is what an orchestrator writes to the container.
func list() string {
	spec := "  environment: production\n  tenant:" + text(4, shop)
	var b strings.Builder
	b.WriteString("apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems: []\nfunctionConfig:\n")
	for line := range strings.Lines(config("TenantRender", spec)) {
		b.WriteString("  " + line)
	}
	return b.String()
}

// TestDockerfile: the image is empty but for the binary and the certificates of authorities, and nobody runs it.
func TestDockerfile(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(root, "Dockerfile"))
	require.NoError(t, err)
	_, last, found := strings.Cut(string(data), "\nFROM scratch\n")
	require.True(t, found)
	require.Regexp(t, `(?m)^USER 65534:65534$`, last)
	require.Regexp(t, `(?m)^ENTRYPOINT \["/tenantsmith", "fn"\]$`, last)
	require.Equal(t, []string{
		"COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt", "COPY --from=build /tenantsmith /tenantsmith",
	}, regexp.MustCompile(`(?m)^(?:COPY|ADD) .*`).FindAllString(last, -1))
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	require.NoError(t, err)
	need := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindSubmatch(mod)
	require.Contains(t, string(data), "ARG GO_VERSION="+string(need[1])+".")
}

// TestStatic: the binary of the Dockerfile needs no loader and no library.
func TestStatic(t *testing.T) {
	f, err := elf.Open(filepath.Join(bin, "tenantsmith"))
	require.NoError(t, err)
	defer f.Close()
	libraries, err := f.ImportedLibraries()
	require.NoError(t, err)
	require.Empty(t, libraries)
	for _, p := range f.Progs {
		require.NotEqual(t, elf.PT_INTERP, p.Type)
	}
}

// TestSealed: the binary does its work as nobody, in an empty root, without network and without environment, as the
// container does.
func TestSealed(t *testing.T) {
	if os.Getuid() != 0 || exec.Command("unshare", "-n", "chroot", "/", "true").Run() != nil {
		t.Skip("needs root, unshare and chroot: not tried")
	}
	empty := t.TempDir()
	data, err := os.ReadFile(filepath.Join(bin, "tenantsmith"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(empty, "tenantsmith"), data, 0o755))
	for dir := empty; dir != os.TempDir() && dir != "/"; dir = filepath.Dir(dir) {
		require.NoError(t, os.Chmod(dir, 0o755))
	}
	cmd := exec.Command("unshare", "-n", "chroot", "--userspec=65534:65534", empty, "/tenantsmith", "fn")
	cmd.Env, cmd.Stdin = []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin"}, strings.NewReader(list())
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, stderr.String())
	require.Contains(t, string(out), "kind: Rollout")
	plain := exec.Command(filepath.Join(bin, "tenantsmith"))
	plain.Stdin = strings.NewReader(list())
	want, err := plain.Output()
	require.NoError(t, err)
	require.Equal(t, string(want), string(out))
}

// TestDocker: the image builds, and runs without network.
func TestDocker(t *testing.T) {
	if err := exec.Command("docker", "info").Run(); err != nil {
		t.Skip("no Docker daemon: the image is not built here")
	}
	built := execute(t, root, "docker", "build", "--quiet", ".")
	require.Zero(t, built.code, built.err)
	cmd := exec.Command("docker", "run", "--rm", "--interactive", "--network=none", "--read-only", strings.TrimSpace(built.out))
	cmd.Stdin = strings.NewReader(list())
	out, err := cmd.Output()
	require.NoError(t, err)
	require.Contains(t, string(out), "kind: Rollout")
}
