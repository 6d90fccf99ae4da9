package pipeline

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

// BenchmarkRun takes 100 tenants of three services through the chain, without disk and git. Its
// allocations are the figure to compare: they are stable where times are not.
func BenchmarkRun(b *testing.B) {
	fsys := fleet(b, 100)
	b.ReportAllocs()
	for b.Loop() {
		res, err := Run(context.Background(), fsys, Options{})
		require.NoError(b, err)
		require.Empty(b, res.Held)
	}
}

// BenchmarkPlan compares 100 tenants with what they were before one line of their tier changed.
func BenchmarkPlan(b *testing.B) {
	base, head := fleet(b, 100), fleet(b, 100)
	tier := "  tiers: {premium: {defaults: {monitoring: {logLevel: debug}}}, enterprise: {defaults: {monitoring: {logLevel: debug}}}}\n"
	head["tenantsmith.yaml"] = &fstest.MapFile{Data: append(bytes.Clone(base["tenantsmith.yaml"].Data), tier...)}
	b.ReportAllocs()
	for b.Loop() {
		planned, err := Plan(context.Background(), base, head, PlanOptions{})
		require.NoError(b, err)
		require.Empty(b, planned.Result.Held)
	}
}

// fleet is a platform repository of many tenants after the sample acme-corp.
func fleet(tb testing.TB, n int) fstest.MapFS {
	fsys := fstest.MapFS{}
	platform, err := os.ReadFile("../../tenantsmith.yaml")
	require.NoError(tb, err)
	fsys["tenantsmith.yaml"] = &fstest.MapFile{Data: platform}
	for _, file := range []string{"tenant.yaml", "services.yaml", "versions.yaml"} {
		data, err := os.ReadFile("../../tenants/acme-corp/" + file)
		require.NoError(tb, err)
		data = bytes.ReplaceAll(data, []byte("accepts:\n    - {tenant: enterprise-client, service: api}"), []byte("accepts: []"))
		for i := range n {
			name := fmt.Sprintf("tenant-%04d", i)
			fsys["tenants/"+name+"/"+file] = &fstest.MapFile{Data: bytes.ReplaceAll(bytes.ReplaceAll(data, []byte("acme-corp"), []byte(name)), []byte("group: acme-"), []byte("group: "+name+"-"))}
		}
	}
	return fsys
}

// BenchmarkIsolation judges 100 tenants in three environments; most of it is rendering them.
func BenchmarkIsolation(b *testing.B) {
	fsys := fleet(b, 100)
	b.ReportAllocs()
	for b.Loop() {
		res, err := Isolation(context.Background(), fsys, Options{})
		require.NoError(b, err)
		require.Empty(b, res.Breaches)
		require.Equal(b, 300, res.Places)
	}
}
