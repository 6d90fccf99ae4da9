package schemas

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// A memo changes nothing that a load finds: neither in what is as it was, nor in what changed since.
func TestMemo(t *testing.T) {
	const good = "apiVersion: tenantsmith.dev/v1alpha1\nkind: Tenant\nmetadata: {name: acme}\nspec:\n  tier: premium\n  owners: [{group: a, role: admin}]\n" +
		"  environments: {development: {}, production: {}}\n  services: {web: {image: ghcr.io/example/web:1, ports: {http: 8080}, replicas: 2}}\n"
	load := func(text string, memo *Memo) *Fleet {
		fleet, err := Load(fstest.MapFS{"tenants/acme.yaml": {Data: []byte(text)}}, Options{Memo: memo})
		require.NoError(t, err)
		return fleet
	}
	memo := NewMemo()
	require.Len(t, load(good, memo).Tenants, 1)
	known := len(memo.good)
	require.Positive(t, known)
	require.Equal(t, load(good, nil).Tenants[0].Inputs, load(good, memo).Tenants[0].Inputs)
	require.Len(t, memo.good, known, "what it knows is not judged again")
	for _, bad := range []string{
		strings.Replace(good, "replicas: 2", "replicas: 2.0", 1), // a float is no whole number, though JSON writes both alike
		strings.Replace(good, "replicas: 2", `replicas: "2"`, 1),
		strings.Replace(good, "role: admin", "role: king", 1),
		strings.Replace(good, "premium", "premum", 1),
	} {
		require.Equal(t, load(bad, nil).Problems, load(bad, memo).Problems)
		require.Equal(t, load(bad, nil).Held, load(bad, memo).Held)
	}
}

// No two documents that differ have one verdict, whatever stands where.
func TestVerdictTellsDocumentsApart(t *testing.T) {
	seen := map[verdict]string{}
	for _, text := range []string{`a: 1`, `a: 1.0`, `a: "1"`, `a: null`, `a: true`, `a: "true"`, `a: [1]`, `a: [[1]]`, `a: [1, 2]`, `a: {b: 1}`, `a: []`, `a: {}`, `ab: 1`, `a: b`, "a: \"\"", "\"\": a"} {
		docs, problems := manifest.Parse("x.yaml", []byte(text), manifest.TenantLimits)
		require.Empty(t, problems)
		v := verdictOf("s", "l", docs[0])
		require.NotContains(t, seen, v, text)
		seen[v] = text
	}
	docs, _ := manifest.Parse("x.yaml", []byte("\n\n# moved\n\na: 1"), manifest.TenantLimits)
	require.Equal(t, "a: 1", seen[verdictOf("s", "l", docs[0])], "lines do not count")
	require.NotContains(t, seen, verdictOf("s", "m", docs[0]))
	require.NotContains(t, seen, verdictOf("t", "l", docs[0]))
}
