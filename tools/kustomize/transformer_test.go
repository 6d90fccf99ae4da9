package kustomize

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const settings = `apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  namespace: shop-production
  annotations: {note: stays}
data:
  log: info
`

const rooted = `apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: shop-production
spec:
  hostNetwork: true
  containers:
  - name: web
    image: ghcr.io/example/shop:1.0.0
`

// TestTransformer: what passes comes out as it does without the function, byte for byte.
func TestTransformer(t *testing.T) {
	dir := scratch(t, map[string]string{
		"kustomization.yaml": "resources: [settings.yaml]\n", "settings.yaml": settings, "check.yaml": config("TenantCheck", "  failOn: medium\n"),
	})
	want := build(t, dir)
	require.Zero(t, want.code, want.err)
	add(t, dir, "transformers: [check.yaml]\n")
	got := build(t, dir)
	require.Zero(t, got.code, got.err)
	require.Equal(t, want.out, got.out)
}

// TestBadObject: kustomize fails, and stderr says which file, which object and which field, if kustomize knows the file.
func TestBadObject(t *testing.T) {
	dir := scratch(t, map[string]string{
		"kustomization.yaml": "resources: [base]\ntransformers: [check.yaml]\n", "base/pod.yaml": rooted,
		"base/kustomization.yaml": "resources: [pod.yaml]\n", "check.yaml": config("TenantCheck", "  failOn: high\n"),
	})
	got := build(t, dir)
	require.NotZero(t, got.code)
	require.Contains(t, got.err, "items[0]: critical TS-POD-002: ")
	require.Contains(t, got.err, "object: Pod shop-production/web")
	require.Contains(t, got.err, "couldn't execute function: exit status 1")
	add(t, dir, "buildMetadata: [originAnnotations]\n")
	require.Contains(t, build(t, dir).err, "base/pod.yaml: critical TS-POD-002: ")
}

// TestAsTenant: what the generator makes passes the check as the tenant's, and what somebody adds does not.
func TestAsTenant(t *testing.T) {
	spec := "  environment: production\n  tenant:" + text(4, shop)
	dir := scratch(t, map[string]string{
		"kustomization.yaml": "generators: [tenant.yaml]\ntransformers: [check.yaml]\n",
		"tenant.yaml":        config("TenantRender", spec),
		"check.yaml":         strings.Replace(config("TenantCheck", spec), "name: tenantsmith", "name: check", 1),
		"pod.yaml":           strings.Replace(rooted, "hostNetwork: true", "hostPID: true", 1),
	})
	got := build(t, dir)
	require.Zero(t, got.code, got.err)
	require.NotEmpty(t, objects(t, got.out))
	add(t, dir, "resources: [pod.yaml]\n")
	got = build(t, dir)
	require.NotZero(t, got.code)
	require.Contains(t, got.err, "hostPID")
}

// TestValidators: kustomize refuses every exec function under validators, since it adds an annotation itself. The page about
// functions says so; when this test fails, the page is wrong.
func TestValidators(t *testing.T) {
	dir := scratch(t, map[string]string{
		"kustomization.yaml": "resources: [settings.yaml]\nvalidators: [check.yaml]\n", "settings.yaml": settings, "check.yaml": config("TenantCheck", "  failOn: high\n"),
	})
	got := build(t, dir)
	require.NotZero(t, got.code)
	require.Contains(t, got.err, "validator shouldn't modify the resource map")
}

// TestSilence: without its flag kustomize leaves the function out and exits 0. The page warns of that.
func TestSilence(t *testing.T) {
	dir := scratch(t, map[string]string{
		"kustomization.yaml": "resources: [pod.yaml]\ntransformers: [check.yaml]\n", "pod.yaml": rooted, "check.yaml": config("TenantCheck", "  failOn: high\n"),
	})
	require.NotZero(t, build(t, dir).code)
	got := execute(t, dir, filepath.Join(bin, "kustomize"), "build", "--enable-alpha-plugins", ".")
	require.Zero(t, got.code)
	require.Empty(t, got.err)
}

// TestExamples: the packages beside the page build, and the catalogue names them.
func TestExamples(t *testing.T) {
	metadata, err := os.ReadFile(filepath.Join(root, "docs/krm/metadata.yaml"))
	require.NoError(t, err)
	for _, name := range []string{"render", "check"} {
		require.Contains(t, string(metadata), "docs/krm/"+name)
		dir := scratch(t, nil)
		require.NoError(t, os.CopyFS(filepath.Join(dir, name), os.DirFS(filepath.Join(root, "docs/krm", name))))
		require.NoError(t, os.Symlink("../tenantsmith", filepath.Join(dir, name, "tenantsmith")))
		got := build(t, filepath.Join(dir, name))
		require.Zero(t, got.code, got.err)
		require.NotEmpty(t, objects(t, got.out))
	}
}

func add(t *testing.T, dir, lines string) {
	f, err := os.OpenFile(filepath.Join(dir, "kustomization.yaml"), os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = f.WriteString(lines)
	require.NoError(t, err)
	require.NoError(t, f.Close())
}
