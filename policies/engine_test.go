package policies

import (
	"context"
	"os"
	"path"
	"runtime/debug"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// engine is that of our rules, one for all tests, which must not change it.
func engine(t testing.TB) *Engine {
	t.Helper()
	e, err := compiled()
	require.NoError(t, err)
	return e
}

// TestMain: a fourth of the time would be the collector's otherwise.
func TestMain(m *testing.M) {
	debug.SetGCPercent(400)
	m.Run()
}

var compiled = sync.OnceValues(func() (*Engine, error) { return Compile(nil) })

// read parses a file of testdata; its objects belong to the workload, except guard rails.
func read(t testing.TB, name string) []manifest.Object {
	t.Helper()
	file := path.Join("testdata", name)
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	nodes, problems := manifest.Parse(file, data, manifest.ManifestLimits)
	require.Empty(t, problems)
	var objects []manifest.Object
	for _, n := range nodes {
		o := manifest.Object{Tree: n.Tree().(map[string]any), Source: n, Owner: manifest.OwnerWorkload}
		if o.Kind() == "Namespace" {
			o.Owner = manifest.OwnerPlatform
		}
		objects = append(objects, o)
	}
	return objects
}

// acme is a tenant in production.
func acme() Context {
	return Context{
		Tenant: "acme", Environment: "production", Namespace: "acme-production", Tier: "premium",
		Namespaces: []string{"acme-production"},
		Platform: Platform{
			ClusterVersion: "v1.34.2", ReservedNamespaces: []string{"argocd", "monitoring"},
			Spec: NewDocument(map[string]any{"namespaces": map[string]any{"gateway": "gateway"}}),
		},
	}
}

func TestCleanTenant(t *testing.T) {
	problems, err := engine(t).Check(context.Background(), Input{Context: acme(), Objects: read(t, "tenant.yaml")})
	require.NoError(t, err)
	require.Empty(t, problems)
}
