package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestDeployResolve pins an image by what a registry says, with the credentials of the environment, which are never
// printed.
func TestDeployResolve(t *testing.T) {
	digest := "sha256:" + strings.Repeat("ab", 32)
	registry := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "ann" || password != "s3cret" {
			w.Header().Set("WWW-Authenticate", `Basic realm="x"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.Header().Set("Docker-Content-Digest", digest)
	}))
	defer registry.Close()
	host := strings.TrimPrefix(registry.URL, "http://")
	t.Chdir(t.TempDir())
	t.Setenv("DOCKER_CONFIG", t.TempDir())
	require.NoError(t, os.Mkdir("tenants", 0o755))
	require.NoError(t, os.WriteFile("tenants/acme.yaml", []byte(`apiVersion: tenantsmith.dev/v1alpha1
kind: Tenant
metadata: {name: acme}
spec:
  tier: premium
  owners: [{group: acme, role: admin}]
  environments: {development: {}}
  services: {web: {image: "ghcr.io/example/web:1.0.0", ports: {http: 8080}}}
`), 0o644))
	deploy := func() (string, int) {
		var out bytes.Buffer
		code := run(t.Context(), []string{"deploy", "acme", "web", "--image", host + "/example/web:2.0.0", "--resolve"}, streams{out: &out, err: &out})
		return out.String(), code
	}

	said, code := deploy()
	require.Equal(t, 2, code)
	require.Contains(t, said, "the registry does not let these credentials, or nobody, read it")
	t.Setenv("TENANTSMITH_REGISTRY_USERNAME", "ann")
	t.Setenv("TENANTSMITH_REGISTRY_PASSWORD", "s3cret")
	said, code = deploy()
	require.Zero(t, code, said)
	require.NotContains(t, said, "s3cret")
	data, err := os.ReadFile("tenants/acme.yaml")
	require.NoError(t, err)
	require.Contains(t, string(data), `services: {web: {image: "`+host+`/example/web:2.0.0@`+digest+`", ports: {http: 8080}}}`)
}
