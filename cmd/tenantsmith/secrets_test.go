package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/report"
)

// TestFindingsAboutSecretsDoNotTellThem plants secrets wherever a tenant can put them: every format names the
// check, and none the secret. They are put together of parts, so that nobody's scanner takes this file for a leak.
func TestFindingsAboutSecretsDoNotTellThem(t *testing.T) {
	planted := []string{
		"AKI" + "AQYLPMN5HHHFPZAM2", "ghp" + "_" + strings.Repeat("aB3d", 9), "hunt" + "er2-of-acme", "xox" + "b-123456789012-" + strings.Repeat("aB3d", 6),
	}
	tenant := strings.NewReplacer("<key>", planted[0], "<git>", planted[1], "<word>", planted[2], "<chat>", planted[3]).Replace(`
apiVersion: tenantsmith.dev/v1alpha1
kind: Tenant
metadata: {name: acme}
spec:
  tier: premium
  owners: [{group: g, role: admin}]
  environments: {development: {}, production: {}}
  services:
    web:
      image: ghcr.io/example/web:1.0.0
      ports: {http: 8080}
      command: [app, --token, "<word>"]
      args: ["--key=<key>"]
      env: {DB_PASSWORD: "<word>", CHAT: "<chat>"}
      files: {/etc/app/app.properties: "db.password=<word>\ngit=<git>\n"}
  extensions: {pager: {apiKey: "<word>", url: "https://ada:<word>@example.com"}}
  delivery: {repository: "https://ada:<word>@git.example.com/shop.git"}
`)
	const secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {password: <word>}\n"
	const misspelt = "apiVersion: tenantsmith.dev/v1alpha1\nkind: Tenant\nmetadata: {name: globex}\n" +
		"spec: {tier: free, owners: [{group: g, role: admin}], environments: {development: {}}, delivery: {repository: \"http://ada:<word>@git.example.com\"}}\n"
	dir := t.TempDir()
	for file, text := range map[string]string{
		"tenants/globex.yaml":                            strings.ReplaceAll(misspelt, "<word>", planted[2]),
		"tenants/acme/tenant.yaml":                       tenant,
		"tenants/acme/resources/all/secret.yaml":         strings.ReplaceAll(secret, "<word>", planted[2]),
		"tenants/acme/patches/production/annotated.yaml": "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: web, annotations: {example.com/key: " + planted[0] + "}}\n",
	} {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, file)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, file), []byte(text), 0o644))
	}
	var told bytes.Buffer
	require.Equal(t, exitProblems, run(t.Context(), []string{"-C", dir, "check"}, streams{in: strings.NewReader(""), out: &told, err: &bytes.Buffer{}}))
	for _, at := range []string{
		"15:26: critical TS-SEC-002: DB_PASSWORD holds what looks like a password",
		"16:40: critical TS-SEC-003: etc-app-app.properties holds what looks like a GitHub token",
		"17:32: critical TS-SEC-004: spec.extensions.pager.apiKey: apiKey holds what looks like an API key",
	} {
		require.Contains(t, told.String(), "tenants/acme/tenant.yaml:"+at)
	}
	for _, format := range report.Formats {
		var out, errs bytes.Buffer
		code := run(t.Context(), []string{"-C", dir, "check", "--format", format}, streams{in: strings.NewReader(""), out: &out, err: &errs})
		require.Equal(t, exitProblems, code, errs.String())
		for _, check := range []string{"TS-SEC-001", "TS-SEC-002", "TS-SEC-003", "TS-SEC-004"} {
			require.Contains(t, out.String(), check, format)
		}
		require.Contains(t, out.String(), "is no repository", format)
		for _, text := range planted {
			require.NotContains(t, out.String()+errs.String(), text, format)
		}
	}
}
