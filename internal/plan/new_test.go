package plan

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// objects reads YAML documents.
func objects(t testing.TB, text string) []manifest.Object {
	t.Helper()
	docs, problems := manifest.Parse("m.yaml", []byte(text), manifest.ManifestLimits)
	require.Empty(t, problems)
	var all []manifest.Object
	for _, d := range docs {
		o, problems := manifest.Objects(d)
		require.Empty(t, problems)
		all = append(all, o...)
	}
	return all
}

// env is one environment of a tenant whose namespace is tenant-environment, as both sides have it.
func env(t testing.TB, tenant, environment, old, new string) Environment {
	side := func(text string) *Side {
		return &Side{Namespace: tenant + "-" + environment, Tier: "premium", Objects: objects(t, text)}
	}
	return Environment{Place: Place{tenant, environment}, Protected: environment == "production", Old: side(old), New: side(new)}
}

func TestSharedChangesAreToldOnce(t *testing.T) {
	text := `
apiVersion: v1
kind: ResourceQuota
metadata: {name: compute, namespace: %[1]s-%[2]s, labels: {tenantsmith.dev/tenant: %[1]s}}
spec: {hard: {requests.cpu: %[3]s, pods: %[4]q}}
`
	var in Input
	for i := range 41 {
		for _, e := range []string{"development", "staging", "production"} {
			tenant := fmt.Sprintf("t%02d", i)
			in.Environments = append(in.Environments, env(t, tenant, e, fmt.Sprintf(text, tenant, e, "2", "10"), fmt.Sprintf(text, tenant, e, "4", fmt.Sprint(20+i))))
		}
	}
	p := New(in)
	require.Len(t, p.Groups, 2)
	cpu, pods := p.Groups[0], p.Groups[1]
	if cpu.Varies {
		cpu, pods = pods, cpu
	}
	require.Len(t, cpu.Places, 123)
	require.Equal(t, []manifest.Change{{Path: manifest.Path{"spec", "hard", "requests.cpu"}, Old: int64(2), New: int64(4)}}, cpu.Objects[0].Fields)
	require.True(t, pods.Varies)
	require.Len(t, pods.Places, 123)
	require.Equal(t, []manifest.Change{{Path: manifest.Path{"spec", "hard", "pods"}, Old: "10", New: "20"}}, pods.Objects[0].Fields)
	require.Equal(t, Summary{Tenants: 41, Environments: 123, Changed: 123, Groups: 2, Risks: map[Class]int{}}, p.Summary)
	require.Equal(t, manifest.Key{Kind: "ResourceQuota", Namespace: "t00-development", Name: "compute"}, cpu.Objects[0].Object)
}
