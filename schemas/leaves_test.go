package schemas

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

func leafy(t testing.TB) *Tenant {
	fleet := loaded(t, map[string]string{
		"tenantsmith.yaml": platformWith("  defaults: {service: {terminationGracePeriod: 7}}\n  clusters: {main: {operators: [rollouts, prometheus]}}\n"),
		"tenants/acme.yaml": tenantWith("acme", "enterprise", "{production: {services: {web: {replicas: 2}}}}", `  tags: {team: payments}
  resources: {cpu: 4, memory: 8Gi}
  services:
    web:
      image: ghcr.io/acme/web:1.0.0
      args: [serve]
      ports: {http: 8080}
      env: {A: "on", B: {field: metadata.name}}
      files: {/etc/a: "x"}
      volumes: [{mount: /tmp, emptyDir: 1Gi}]
      probes: {ready: {path: /ready, port: http}}
      securityContext: {readOnlyRootFilesystem: false}
      calls: [{cidr: 10.1.0.0/16, port: 5432}]
      release: {strategy: canary, weights: [10, 50], gate: {successRate: 99.5, p99: 500ms}}
`),
		"overrides/acme/production.yaml": "apiVersion: tenantsmith.dev/v1alpha1\nkind: Override\nspec: {displayName: Acme}\n",
	})
	require.Empty(t, fleet.Held, told(fleet.Problems))
	return fleet.Tenants[0]
}

// Leaves are what people wrote, wherever; what the schemas fill in is none.
func TestLeaves(t *testing.T) {
	tenant := leafy(t)
	got := map[string]string{}
	for _, leaf := range tenant.Leaves("production") {
		got[leaf.Path.String()] = fmt.Sprint(leaf.Value, " ", leaf.Position)
	}
	require.Equal(t, "10 tenants/acme.yaml:21:45", got["spec.services.web.release.weights[0]"])
	require.Equal(t, "Acme overrides/acme/production.yaml:3:21", got["spec.displayName"])
	require.Equal(t, "7 tenantsmith.yaml:5:48", got["spec.services.web.terminationGracePeriod"])
	require.Equal(t, "2 tenants/acme.yaml:7:58", got["spec.services.web.replicas"])
	require.NotContains(t, got, "spec.resources.storage")
	require.NotContains(t, got, "spec.services.web.kind")
	require.Less(t, len(tenant.Leaves("")), len(got))
	require.Empty(t, tenant.Leaves("nowhere"))
}

// Every cause can be changed; the likeliest variant of a value is another one that reads as the old one did, and
// nothing else changes.
func TestVary(t *testing.T) {
	tenant := leafy(t)
	before := manifest.Marshal(tenant.Environments[0].layered.Tree())
	want := map[string]any{
		"spec.services.web.image":                                  "ghcr.io/acme/web:1.0.0x",
		"spec.resources.cpu":                                       int64(5),
		"spec.resources.memory":                                    "16Gi",
		"spec.services.web.volumes[0].emptyDir":                    "2Gi",
		"spec.services.web.release.weights[1]":                     int64(49),
		"spec.services.web.release.strategy":                       "blueGreen",
		"spec.services.web.release.gate.successRate":               99.0,
		"spec.services.web.release.gate.p99":                       "501ms",
		"spec.services.web.calls[0].cidr":                          "10.0.0.0/16",
		"spec.services.web.ports.http":                             int64(8079),
		"spec.services.web.env.A":                                  "onx",
		"spec.services.web.env.B.field":                            "metadata.namespace",
		"spec.services.web.securityContext.readOnlyRootFilesystem": true,
		"spec.owners[0].role":                                      "viewer",
		"spec.tier":                                                "free",
	}
	for _, cause := range tenant.Causes("production") {
		variant := cause.Variants()[0]
		varied, changed, ok := tenant.Vary("production", cause, variant)
		require.True(t, ok, cause.Path)
		require.NotEqual(t, cause.Value, variant, cause.Path)
		if w, ok := want[cause.Path.String()]; ok && !cause.Name {
			require.Equal(t, w, variant, cause.Path)
			delete(want, cause.Path.String())
		}
		changes := manifest.Diff(tenant.Environments[0].layered.Tree(), changed.layered.Tree())
		switch {
		case cause.Fact:
			require.Empty(t, changes, cause.Path)
			require.Len(t, manifest.Diff(tenant.Environments[0].Platform.doc.Tree(), changed.Platform.doc.Tree()), 1+one(cause.Name), cause.Path)
		case cause.Path[0] == "metadata":
			require.Equal(t, variant, varied.Name)
			require.NotEqual(t, tenant.Environments[0].Namespace, changed.Namespace)
		case cause.Path[1] == "environments":
			require.Equal(t, variant, changed.Name)
			require.NotEqual(t, tenant.Environments[0].Namespace, changed.Namespace)
		default:
			require.Len(t, changes, 1+one(cause.Name), cause.Path)
			require.Equal(t, tenant.Environments[0].Namespace, changed.Namespace)
			require.Equal(t, changed.Spec.Tier, changed.Tier.Name)
		}
	}
	require.Empty(t, want)
	require.Equal(t, string(before), string(manifest.Marshal(tenant.Environments[0].layered.Tree())))
	for _, path := range []string{"spec", "spec.services", "spec.nope", "spec.owners[7].role"} {
		_, _, ok := tenant.Vary("production", Cause{Path: manifest.ParsePath(path)}, "x")
		require.False(t, ok, path)
	}
}

// one is what a new name adds to the changes: what had the old one is gone.
func one(renamed bool) int {
	if renamed {
		return 1
	}
	return 0
}

// Where no other value can be read, the last variant leaves the value out.
func TestVaryDrops(t *testing.T) {
	tenant := leafy(t)
	e := &tenant.Environments[0]
	replicas := manifest.ParsePath("spec.services.web.replicas")
	doc, ok := replace(e.layered, replicas, func(n *manifest.Node) *manifest.Node {
		c := *n
		c.Value = int64(1 << 40)
		return &c
	})
	require.True(t, ok)
	e.layered = doc
	cause := Cause{Path: replicas, Value: int64(1 << 40)}
	_, _, ok = tenant.Vary("production", cause, cause.Variants()[0])
	require.False(t, ok)
	_, changed, ok := tenant.Vary("production", cause, Dropped{})
	require.True(t, ok)
	require.Nil(t, changed.Spec.Services["web"].Replicas)
}
