package admission

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/generators"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/policies"
	"github.com/tenantsmith/tenantsmith/schemas"
)

func TestC(t *testing.T) {
	b := newBench(t)
	guards, err := b.engine.Guards(policies.Context{Protected: true, Platform: policies.Platform{Spec: policies.NewDocument(map[string]any{"registries": []any{"x"}})}})
	require.NoError(t, err)
	p := &schemas.Platform{
		Clusters: map[string]*schemas.Cluster{"main": {Name: "main"}},
	}
	for _, g := range guards {
		objects := generators.Platform(p, schemas.PlatformEnvironment{Name: "production", Cluster: "main"}, []manifest.Guard{g})
		_, err := compile(37, objects[0], objects[1])
		assert.NoError(t, err)
	}
	t.Log(len(guards))
}
