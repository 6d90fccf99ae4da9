package pipeline

import (
	"maps"
	"os"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

const promotable = `apiVersion: tenantsmith.dev/v1alpha1
kind: Tenant
metadata: {name: acme}
spec:
  tier: premium
  owners: [{group: g, role: admin}]
  services:
    web: {image: ghcr.io/example/web:1.0.0, ports: {http: 8080}, env: {LOG: info, DB: main, OLD: "1"}, files: {/etc/a: "x\n"}}
    job: {kind: worker, image: ghcr.io/example/job:1.0.0}
`

// In a folder the field goes to the file that says the most about the environment.
func promotableFS() fstest.MapFS {
	return fstest.MapFS{
		"tenants/acme/tenant.yaml": {Data: []byte(promotable)},
		"tenants/acme/environments.yaml": {Data: []byte(`apiVersion: tenantsmith.dev/v1alpha1
kind: Tenant
metadata: {name: acme}
spec:
  environments:
    development: {services: {web: {env: {LOG: debug, DB: "none", OLD: null}, command: [a, b], replicas: 1}, job: {image: ghcr.io/example/job:2.0.0}}}
    production: {services: {web: {replicas: 2}}} # two
`)},
	}
}

func TestPromote(t *testing.T) {
	fsys := promotableFS()
	p, problems, err := Promote(fsys, "acme", "development", "production", nil, Promotable)
	require.NoError(t, err)
	require.Empty(t, problems)
	require.Equal(t, []Move{
		{"job", manifest.Path{"image"}, "ghcr.io/example/job:1.0.0", "ghcr.io/example/job:2.0.0"},
		{"web", manifest.Path{"command"}, nil, []any{"a", "b"}},
		{"web", manifest.Path{"env", "DB"}, "main", "none"},
		{"web", manifest.Path{"env", "LOG"}, "info", "debug"},
		{"web", manifest.Path{"env", "OLD"}, "1", nil},
	}, p.Moves)
	for _, m := range p.Moves {
		file, data, err := p.SetIn(fsys, "production", m)
		require.NoError(t, err)
		require.Equal(t, "tenants/acme/environments.yaml", file)
		fsys[file] = &fstest.MapFile{Data: data}
	}
	require.NoError(t, p.Check(loaded(t, fsys), "production"))
	again, _, err := Promote(fsys, "acme", "development", "production", nil, Promotable)
	require.NoError(t, err)
	require.Empty(t, again.Moves)

	// What is edited otherwise is found: too little, too much, elsewhere.
	require.ErrorContains(t, p.Check(loaded(t, promotableFS()), "production"), "would not bring production to what was asked for")
	for _, wrong := range []struct {
		path  manifest.Path
		value any
		say   string
	}{
		{manifest.Path{"spec", "environments", "production", "services", "web", "replicas"}, 3, "would not bring production to what was asked for"},
		{manifest.Path{"spec", "environments", "development", "tags"}, map[string]any{"a": "b"}, "would change development, too"},
	} {
		other := maps.Clone(fsys)
		data, err := manifest.SetField("f", other["tenants/acme/environments.yaml"].Data, wrong.path, wrong.value)
		require.NoError(t, err)
		other["tenants/acme/environments.yaml"] = &fstest.MapFile{Data: data}
		require.ErrorContains(t, p.Check(loaded(t, other), "production"), wrong.say)
	}
}

func loaded(t *testing.T, fsys fstest.MapFS) *schemas.Tenant {
	fleet, err := schemas.Load(fsys, schemas.Options{Tenants: []string{"acme"}, Layers: true})
	require.NoError(t, err)
	require.Len(t, fleet.Tenants, 1, "%v", fleet.Problems)
	return fleet.Tenants[0]
}

// A sample, in both directions.
func TestPromoteSample(t *testing.T) {
	for _, direction := range [][2]string{{"development", "production"}, {"production", "development"}} {
		fsys := fstest.MapFS{}
		for _, file := range []string{"tenantsmith.yaml", "tenants/corner-shop.yaml"} {
			data, err := os.ReadFile("../../" + file)
			require.NoError(t, err)
			fsys[file] = &fstest.MapFile{Data: data}
		}
		p, problems, err := Promote(fsys, "corner-shop", direction[0], direction[1], nil, []string{"image"})
		require.NoError(t, err)
		require.Empty(t, problems)
		require.Len(t, p.Moves, 2)
		for _, m := range p.Moves {
			file, data, err := p.SetIn(fsys, direction[1], m)
			require.NoError(t, err)
			fsys[file] = &fstest.MapFile{Data: data}
		}
		fleet, err := schemas.Load(fsys, schemas.Options{Tenants: []string{"corner-shop"}, Layers: true})
		require.NoError(t, err)
		require.NoError(t, p.Check(fleet.Tenants[0], direction[1]))
	}
}
