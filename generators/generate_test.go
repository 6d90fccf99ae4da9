package generators

import (
	"bytes"
	"cmp"
	"flag"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

var update = flag.Bool("update", false, "write the golden files")

// TestGuardRails holds the guard rails of a tenant of each tier: without services and without
// Argo Rollouts, in open and protected environments, with each kind of DNS, and as base.
func TestGuardRails(t *testing.T) {
	for _, c := range []struct{ tier, env string }{
		{"free", "development"}, {"basic", "production"}, {"premium", "development"},
		{"enterprise", ""}, {"enterprise", "development"}, {"enterprise", "production"},
	} {
		tenant := sample(c.tier)
		for _, env := range environments(tenant) {
			if env.Name == c.env {
				golden(t, "guardrails-"+c.tier+"-"+cmp.Or(c.env, "base"), guardRails(tenant, env))
			}
		}
	}
}

// environments are the tenant's, the base first.
func environments(t *schemas.Tenant) []*schemas.Environment {
	out := []*schemas.Environment{&t.Base}
	for i := range t.Environments {
		out = append(out, &t.Environments[i])
	}
	return out
}

func guardRails(t *schemas.Tenant, e *schemas.Environment) []manifest.Object {
	var out []manifest.Object
	for _, o := range Generate(t, e) {
		if o.Owner == manifest.OwnerPlatform {
			out = append(out, o)
		}
	}
	return out
}

// golden compares the objects with testdata/<name>.golden.yaml.
func golden(t *testing.T, name string, objects []manifest.Object) {
	t.Helper()
	var got bytes.Buffer
	for i, o := range objects {
		if i > 0 {
			got.WriteString("---\n")
		}
		got.Write(manifest.Marshal(o.Tree))
	}
	file := filepath.Join("testdata", name+".golden.yaml")
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(file, got.Bytes(), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), got.String())
}

func TestGenerateIsSortedAndUnique(t *testing.T) {
	tenant := sample("enterprise")
	for _, env := range environments(tenant) {
		objects, seen := Generate(tenant, env), map[manifest.Key]bool{}
		for i, o := range objects {
			require.False(t, seen[o.Key()], "%s is there twice", o.Key())
			seen[o.Key()] = true
			require.NotEmpty(t, o.Subject, o.Key().String())
			require.Equal(t, o.Subject, manifest.ParsePath(o.Subject).String())
			if !o.Outer {
				require.Empty(t, o.Namespace(), "%s is placed", o.Key())
				_, placed := manifest.Path{"metadata", "labels", labelEnvironment}.Lookup(o.Tree)
				require.False(t, placed, "%s is labelled with its environment", o.Key())
			}
			if i > 0 && objects[i-1].Owner == o.Owner {
				require.LessOrEqual(t, objects[i-1].Kind(), o.Kind())
			}
		}
	}
}

// The base stands in no namespace, and holds nothing that an overlay does not have as well.
func TestBaseHasNoNamespace(t *testing.T) {
	tenant := sample("enterprise")
	for _, o := range Generate(tenant, &tenant.Base) {
		require.False(t, o.Outer, "%s", o.Key())
		require.NotEqual(t, "Namespace", o.Kind())
	}
	for i := range tenant.Environments {
		var namespaces []string
		for _, o := range Generate(tenant, &tenant.Environments[i]) {
			if o.Kind() == "Namespace" {
				require.True(t, o.Outer)
				namespaces = append(namespaces, o.Name())
			}
		}
		require.Equal(t, []string{tenant.Environments[i].Namespace}, namespaces)
	}
}

// Generating reads the tenant, which many share, and changes nothing in it: the race detector looks
// on, and every result is the same.
func TestGenerateInParallel(t *testing.T) {
	tenant := sample("enterprise")
	want := Generate(tenant, &tenant.Environments[0])
	var all sync.WaitGroup
	results := make([][]manifest.Object, 8)
	for i := range results {
		all.Go(func() { results[i] = Generate(tenant, &tenant.Environments[0]) })
	}
	all.Wait()
	for _, got := range results {
		require.Equal(t, want, got)
	}
}

// A tag is for people and bills: changing one must not start a release, nor loosen a selector.
func TestTagsStayOnMetadata(t *testing.T) {
	for _, o := range Generate(sample("enterprise"), &sample("enterprise").Environments[0]) {
		delete(o.Tree, "metadata")
		require.NotContains(t, string(manifest.Marshal(o.Tree)), labelTag, "%s", o.Key())
		require.NotContains(t, string(manifest.Marshal(o.Tree)), labelTier, "%s", o.Key())
	}
}

func BenchmarkGenerate(b *testing.B) {
	tenant := sample("enterprise")
	b.ReportAllocs()
	for b.Loop() {
		Generate(tenant, &tenant.Environments[1])
	}
	b.ReportMetric(float64(len(Generate(tenant, &tenant.Environments[1]))), "objects")
}
