package pipeline

import (
	"context"
	"os"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// careless is a tenant that breaks what a tenant's file can break, and nothing by hand.
const careless = `apiVersion: tenantsmith.dev/v1alpha1
kind: Tenant
metadata: {name: careless}
spec:
  tier: enterprise
  owners: [{group: "system:masters", role: admin}, {group: careless, role: developer}]
  environments: {development: {}, staging: {}, production: {}}
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
      volumes: [{mount: /data, claim: 1Gi, class: fast}]
      securityContext: {readOnlyRootFilesystem: false, runAsNonRoot: false, runAsUser: 0, runAsGroup: 0, addCapabilities: [SYS_ADMIN]}
      expose: [{host: shop.careless.example.com, path: /, port: http, waf: off}]
      calls: [{cidr: 10.0.0.0/8, port: 80}, {cidr: 0.0.0.0/0, port: 443}, {cidr: 10.244.1.0/24, port: 80}, {host: api.stripe.com, port: 443}]
      release: {strategy: rolling}
`

// TestAskedAlike: a run that leaves out what generated objects hold by construction finds what one finds
// that asks everything of everything.
func TestAskedAlike(t *testing.T) {
	platform, err := os.ReadFile("../../tenantsmith.yaml")
	require.NoError(t, err)
	fsys := fstest.MapFS{
		"tenantsmith.yaml":      {Data: append(platform, "  network: {cluster: [10.244.0.0/16], forbidden: [10.0.0.0/16]}\n"...)},
		"tenants/careless.yaml": {Data: []byte(careless)},
	}
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
}
