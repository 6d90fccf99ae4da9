package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestServiceWorkflow: docs/ci/service.yml is the workflow of a sample. The tests of tools/act hold it against
// actionlint, and its actions against all others.
func TestServiceWorkflow(t *testing.T) {
	const page = "../../docs/ci/service.yml"
	var out, errs bytes.Buffer
	args := []string{"workflow", "acme-corp", "--platform", "example/platform", "-C", "../.."}
	require.Zero(t, run(t.Context(), args, streams{out: &out, err: &errs}), errs.String())
	if *update {
		require.NoError(t, os.WriteFile(page, out.Bytes(), 0o644))
	}
	want, err := os.ReadFile(page)
	require.NoError(t, err)
	require.Equal(t, string(want), out.String(), "run go test ./cmd/tenantsmith -update")
}

// TestChecksWorkflow: docs/ci/workloads.yml is the workflow that judges a tenant's own YAML, held against actionlint as well.
func TestChecksWorkflow(t *testing.T) {
	const page = "../../docs/ci/workloads.yml"
	dir := t.TempDir()
	write := func(name, text string) {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte("apiVersion: tenantsmith.dev/v1alpha1\n"+text), 0o644))
	}
	write("tenantsmith.yaml", `kind: Platform
metadata: {name: example}
spec:
  gitops: {repository: https://git.example.com/gitops.git}
  clusters: {main: {server: "https://main.example.com"}}
  environments: [{name: development, cluster: main}, {name: staging, cluster: main}, {name: production, cluster: main}]
`)
	tenant := `kind: Tenant
metadata: {name: shop}
spec:
  tier: basic
  owners: [{group: shop-admins, role: admin}]
  environments: {development: {}, staging: {}, production: {delivery: {changes: {shop: {path: envs/production, revision: v1.2.3}}}}}
`
	write("tenants/shop.yaml", tenant+`  delivery:
    repository: https://github.com/example/shop.git
    sources:
    - {name: shop, path: envs/development}
    - {name: tools, path: tools, repository: "https://github.com/example/tools.git"}
    - {name: chart, path: chart, kind: helm}
    - {name: cache, chart: redis, repository: "https://charts.example.com", revision: 1.2.3}
`)
	write("tenants/other.yaml", "kind: Tenant\nmetadata: {name: other}\nspec: {tier: free, owners: [{group: a, role: admin}], environments: {development: {}}}\n")
	call := func(args ...string) (string, string, int) {
		var out, errs bytes.Buffer
		code := run(t.Context(), append([]string{"-C", dir, "workflow", "--check"}, args...), streams{out: &out, err: &errs})
		return out.String(), errs.String(), code
	}
	out, errs, code := call("shop", "--platform", "example/platform")
	require.Zero(t, code, errs)
	if *update {
		require.NoError(t, os.WriteFile(page, []byte(out), 0o644))
	}
	want, err := os.ReadFile(page)
	require.NoError(t, err)
	require.Equal(t, string(want), out, "run go test ./cmd/tenantsmith -update")
	to := t.TempDir()
	_, errs, code = call("shop", "--platform", "example/platform", "-o", to)
	require.Zero(t, code, errs)
	written, err := os.ReadFile(filepath.Join(to, ".github/workflows/tenantsmith-check.yml"))
	require.NoError(t, err)
	require.Equal(t, out, string(written))
	// One quota is for all folders of an environment: a job judges them together.
	write("tenants/shop.yaml", tenant+`  delivery:
    repository: https://github.com/example/shop.git
    sources: [{name: shop, path: envs/development}, {name: jobs, path: jobs}]
`)
	out, errs, code = call("shop", "--platform", "example/platform")
	require.Zero(t, code, errs)
	require.Contains(t, out, "  check-shop-jobs:\n")
	require.Contains(t, out, `path: "envs/development\njobs"`)
	require.Contains(t, out, `path: "envs/production\njobs"`)
	// Charts are judged with them, in a job for each environment, whose namespace they have.
	write("tenants/shop.yaml", strings.Replace(tenant, "delivery: {changes: {shop: {path: envs/production, revision: v1.2.3}}}", "", 1)+`  delivery:
    repository: https://github.com/example/shop.git
    sources: [{name: site, path: chart, kind: helm, helm: {release: web, valueFiles: [eu.yaml], values: {text: "it's ${{ x }}"}}}, {name: cache, chart: redis, repository: "oci://charts.example.com/all", revision: 1.2.3}]
`)
	out, errs, code = call("shop", "--platform", "example/platform")
	require.Zero(t, code, errs)
	require.Contains(t, out, `["development"]'
      path: ""
      charts: '[{"name":"site","template":["web","chart","--namespace","shop-development","--kube-version","1.34","--values","chart/eu.yaml"],"values":{"text":"it''s $\u007b{ x }}"}},`+
		`{"name":"cache","pull":["oci://charts.example.com/all/redis","--version","1.2.3"],"template":["cache",".tenantsmith/pulled/cache/redis","--namespace","shop-development","--kube-version","1.34"]}]'
`)
	require.Contains(t, out, "  check-site-cache-production:\n")
	_, errs, code = call("other", "--platform", "example/platform")
	require.Equal(t, 1, code)
	require.Contains(t, errs, "tenant other brings no folder of spec.delivery.repository")
	for _, args := range [][]string{{"--platform", "example"}, {"--platform", "example/platform", "--branch", "a b"}} {
		_, _, code = call(append([]string{"shop"}, args...)...)
		require.Equal(t, 2, code)
	}
}
