package pipeline

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// careless is a tenant that breaks what a tenant's file can break, and nothing by hand.
const careless = `apiVersion: tenantsmith.dev/v1alpha1
kind: Tenant
metadata: {name: com1}
spec:
  tier: enterprise
  owners: [{group: "system:masters", role: admin}, {group: careless, role: developer}]
  environments: {development: {}, staging: {services: {web: {expose: []}, api: {expose: []}}}, production: {}}
  compliance: {dataClassification: personal, residency: [us-east-1], frameworks: [gdpr, cis]}
  domains: [careless.example.com]
  secrets: {db: {path: other/production/db, refresh: 90d}, own: {path: careless/own}}
  databases: {main: {engine: postgres, instances: 1, storage: 1Gi, backup: {schedule: "0 2 * * 0", retention: 30d}}}
  monitoring: {level: none, logLevel: debug}
  notifications: {slack: {channels: ["#x"], urlFrom: {secret: own, key: url}}}
  services:
    web:
      image: docker.io/somebody/web:latest
      ports: {http: 8080}
      env: {API_TOKEN: "` + "ghp_" + `0123456789abcdefghijABCDEFGHIJ012345", DB: {secret: db, key: uri}}
      kubernetesApi: true
      replicas: 1
      volumes: [{mount: /data, claim: 1Gi, class: fast}, {mount: /proc/more, emptyDir: 1Gi}]
      securityContext: {readOnlyRootFilesystem: false, runAsNonRoot: false, runAsUser: 0, runAsGroup: 0, addCapabilities: [SYS_ADMIN]}
      expose: [{host: shop.careless.example.com, path: /, port: http, waf: off}]
      calls: [{cidr: 10.0.0.0/8, port: 80}, {cidr: 0.0.0.0/0, port: 443}, {host: api.stripe.com, port: 443}]
      release: {strategy: rolling}
    api:
      image: ghcr.io/example/api:1.0.0
      critical: true
      ports: {http: 8080}
      expose: [{host: api.careless.example.com, path: /, port: http}]
      release: {strategy: canary, gate: {successRate: 99}}
    old:
      image: ghcr.io/example/old:1.0.0
      ports: {http: 8080}
      release: {strategy: blueGreen}
`

// unbroken are checks of which something is asked of generated objects that no tenant's file breaks, and why.
var unbroken = map[string]string{
	"TS-GEN-001":  "what is rendered is of known kinds, and policies of Cilium open names alone",
	"TS-NET-003":  "a range of all addresses is rendered without those that are forbidden, and is none any more",
	"TS-NET-004":  "ranges are rendered without the addresses of the cluster",
	"TS-NET-005":  "and without those that are forbidden",
	"TS-NET-007":  "loading refuses hosts of others, and a host and path that two services have",
	"TS-RBAC-012": "rights go to owners and to accounts of the tenant, and loading refuses identities that are not assigned",
}

// TestAskedAlike: a run that leaves out what generated objects hold by construction finds what one finds
// that asks everything of everything.
func TestAskedAlike(t *testing.T) {
	platform, err := os.ReadFile("../../tenantsmith.yaml")
	require.NoError(t, err)
	platform = bytes.ReplaceAll(platform, []byte("fast: {encrypted: true}"), []byte("fast: {}"))
	platform = bytes.ReplaceAll(platform, []byte("ingressClass: shared"), []byte("ingressClass: shared\n      tls: tenant\n      waf: gateway"))
	platform = bytes.ReplaceAll(platform, []byte("cert-manager, "), nil) // the tenant brings its own certificates, or none
	platform = append(platform, `  network: {cluster: [10.244.0.0/16], forbidden: [10.0.0.0/16]}
  analysis: {providers: [job]}
`...)
	for name, router := range map[string]string{"gateway": "router: gateway-api", "mesh": "router: istio\n      mesh: istio"} {
		t.Run(name, func(t *testing.T) {
			routed := bytes.ReplaceAll(platform, []byte("router: gateway-api"), []byte(router))
			askedAlike(t, fstest.MapFS{"tenantsmith.yaml": {Data: routed}, "tenants/com1.yaml": {Data: []byte(careless)}})
		})
	}
}

func askedAlike(t *testing.T, fsys fstest.MapFS) {
	o := Options{Now: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)}
	quick, err := Run(context.Background(), fsys, o)
	require.NoError(t, err)
	o.thorough = true
	whole, err := Run(context.Background(), fsys, o)
	require.NoError(t, err)
	require.Equal(t, whole.Problems, quick.Problems)
	found := map[string]bool{}
	for _, p := range quick.Problems {
		found[p.Check] = p.Severity != manifest.Warning || found[p.Check]
	}
	require.Greater(t, len(found), 25, "%v", found)
	files, err := filepath.Glob("../../policies/checks/*/*_brought.rego")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		id := strings.ToUpper(strings.ReplaceAll(filepath.Base(filepath.Dir(file)), "_", "-"))
		require.Equal(t, unbroken[id] == "", found[id], "%s: %s", id, unbroken[id])
	}
}
