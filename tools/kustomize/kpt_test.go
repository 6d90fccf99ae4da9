package kustomize

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// kpt runs kpt, or skips the test where there is none.
func kpt(t *testing.T, dir string, args ...string) result {
	path, err := exec.LookPath("kpt")
	if err != nil {
		t.Skip("kpt is not installed: not tried")
	}
	return execute(t, dir, path, args...)
}

// tree are the files of a package by name.
func tree(t *testing.T, dir string) map[string]string {
	out := map[string]string{}
	require.NoError(t, filepath.WalkDir(dir, func(name string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(name)
		rel, _ := filepath.Rel(dir, name)
		out[rel] = string(data)
		return err
	}))
	return out
}

// TestKptGenerator: kpt writes the objects that render prints, and a second run changes nothing.
func TestKptGenerator(t *testing.T) {
	dir := scratch(t, map[string]string{
		"tenants/shop.yaml": shop, "tenant.yaml": config("TenantRender", "  environment: production\n  tenant:"+text(4, shop)),
	})
	pkg := filepath.Join(dir, "package")
	require.NoError(t, os.Mkdir(pkg, 0o755))
	eval := func() map[string]string {
		got := kpt(t, dir, "fn", "eval", pkg, "--exec", filepath.Join(bin, "tenantsmith")+" fn", "--fn-config", "tenant.yaml")
		require.Zero(t, got.code, got.err)
		return tree(t, pkg)
	}
	first := eval()
	require.Equal(t, first, eval())
	want := tenantsmith(t, dir, "render", "shop", "--env", "production", "--output", "-")
	require.Zero(t, want.code)
	require.Len(t, first, len(objects(t, want.out)))
	var all strings.Builder
	for _, text := range first {
		all.WriteString(text + "---\n")
	}
	require.Equal(t, objects(t, want.out), objects(t, all.String()))
}

// TestKptCheck: kpt fails on a finding, with the file and the line, keeps the results, and leaves the files alone.
func TestKptCheck(t *testing.T) {
	dir := scratch(t, map[string]string{
		"package/pod.yaml":      strings.Replace(rooted, "metadata:", "metadata: # the pod", 1),
		"package/settings.yaml": settings,
	})
	pkg := filepath.Join(dir, "package")
	before := tree(t, pkg)
	got := kpt(t, dir, "fn", "eval", pkg, "--exec", filepath.Join(bin, "tenantsmith"), "--results-dir", "results", "--truncate-output=false")
	require.NotZero(t, got.code)
	require.Contains(t, got.err, "pod.yaml:7:16: critical TS-POD-002: ")
	require.Equal(t, before, tree(t, pkg))
	results, err := os.ReadFile(filepath.Join(dir, "results/results.yaml"))
	require.NoError(t, err)
	require.Contains(t, string(results), "path: spec.hostNetwork")
	require.Contains(t, string(results), "rule: TS-POD-002")
}

// TestKptPipeline: the functions run in a pipeline of a Kptfile.
func TestKptPipeline(t *testing.T) {
	function := filepath.Join(bin, "tenantsmith")
	dir := scratch(t, map[string]string{
		"package/Kptfile":     "apiVersion: kpt.dev/v1\nkind: Kptfile\nmetadata: {name: shop}\npipeline:\n  mutators:\n  - exec: " + function + " fn\n    configPath: tenant.yaml\n  validators:\n  - exec: " + function + " fn\n    configPath: check.yaml\n",
		"package/tenant.yaml": config("TenantRender", "  environment: production\n  tenant:"+text(4, shop)),
		"package/check.yaml":  strings.Replace(config("TenantCheck", "  environment: production\n  tenant:"+text(4, shop)), "name: tenantsmith", "name: check", 1),
	})
	got := kpt(t, dir, "fn", "render", "package", "--allow-exec", "--truncate-output=false")
	require.Zero(t, got.code, got.err+got.out)
	require.Greater(t, len(tree(t, filepath.Join(dir, "package"))), 10)
}
