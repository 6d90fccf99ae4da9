package schemas

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// For every value of the samples, and of no other, the strongest layer of its history gave it, at the place
// where the resolved tenant has it from.
func TestHistoryAgreesWithResolve(t *testing.T) {
	fleet, err := Load(os.DirFS(".."), Options{Layers: true})
	require.NoError(t, err)
	require.NotEmpty(t, fleet.Tenants)
	for _, tenant := range fleet.Tenants {
		for i := range tenant.Environments {
			e := &tenant.Environments[i]
			leaves(e.layered.Get("spec"), manifest.Path{"spec"}, func(p manifest.Path, n *manifest.Node) {
				h, err := tenant.History(e.Name, p)
				require.NoError(t, err)
				where := fmt.Sprint(tenant.Name, " ", e.Name, " ", p)
				require.NotEmpty(t, h.Steps, where)
				require.True(t, h.Set, where)
				require.Equal(t, n.Value, h.Value, where)
				require.Equal(t, Wins, h.Steps[0].State, where)
				if h.Steps[0].Name != "rule" {
					require.Equal(t, n.Position, h.Steps[0].Position, where)
				}
			})
			whole, err := tenant.History(e.Name, manifest.Path{"spec"})
			require.NoError(t, err)
			require.Equal(t, e.layered.Get("spec").Tree(), whole.Value)
		}
	}
}

// layered says every layer of one field, with removals, choices and shares.
var layeredFiles = fstest.MapFS{
	"tenantsmith.yaml": {Data: []byte(`apiVersion: tenantsmith.dev/v1alpha1
kind: Platform
metadata: {name: example}
spec:
  defaults: {service: {terminationGracePeriod: 7}}
  clusters: {main: {server: "https://kubernetes.default.svc", operators: [rollouts]}}
  environments:
    - {name: development, cluster: main, share: 50, defaults: {service: {terminationGracePeriod: 8}}}
    - {name: production, cluster: main}
`)},
	"tenants/acme.yaml": {Data: []byte(`apiVersion: tenantsmith.dev/v1alpha1
kind: Tenant
metadata: {name: acme}
spec:
  tier: premium
  owners: [{group: acme, role: admin}]
  tags: {team: acme}
  environments:
    development: {services: {web: {terminationGracePeriod: 9, autoscaling: {min: 1, max: 2}}}}
    production: {services: {web: {terminationGracePeriod: null}}}
  services:
    web: {image: ghcr.io/example/web:1.0.0, ports: {http: 8080}, replicas: 1, terminationGracePeriod: 10}
`)},
	"overrides/acme/all.yaml": {Data: []byte(`apiVersion: tenantsmith.dev/v1alpha1
kind: Override
metadata: {name: acme}
spec: {tags: {team: other, desk: "4"}}
`)},
	"overrides/acme/production.yaml": {Data: []byte(`apiVersion: tenantsmith.dev/v1alpha1
kind: Override
metadata: {name: acme}
spec: {services: {web: {terminationGracePeriod: 12}}}
`)},
}

func TestHistory(t *testing.T) {
	fleet, err := Load(layeredFiles, Options{Layers: true})
	require.NoError(t, err)
	require.Empty(t, fleet.Held, told(fleet.Problems))
	story := func(env, path string) []string {
		h, err := fleet.Tenants[0].History(env, manifest.ParsePath(path))
		require.NoError(t, err)
		var out []string
		for _, s := range append(append([]Step{}, h.Steps...), h.Bounds...) {
			out = append(out, strings.TrimSpace(fmt.Sprint(s.State, " ", s.Name, " ", s.Value, " ", s.Position)))
		}
		return out
	}
	require.Equal(t, []string{
		"wins tenant in development 9 tenants/acme.yaml:9:60",
		"shadowed tenant 10 tenants/acme.yaml:12:103",
		"shadowed platform defaults of development 8 tenantsmith.yaml:8:98",
		"shadowed platform defaults 7 tenantsmith.yaml:5:48",
		"shadowed schema default 30 schemas/defaults.cue:16:27",
	}, story("development", "spec.services.web.terminationGracePeriod"))
	require.Equal(t, []string{
		"wins override for production 12 overrides/acme/production.yaml:4:49",
		"removes tenant in production <nil> tenants/acme.yaml:10:59",
		"shadowed tenant 10 tenants/acme.yaml:12:103",
		"shadowed platform defaults 7 tenantsmith.yaml:5:48",
		"shadowed schema default 30 schemas/defaults.cue:16:27",
	}, story("production", "spec.services.web.terminationGracePeriod"))
	require.Equal(t, []string{
		"unfit tenant 1 tenants/acme.yaml:12:76",
		"shadowed tier premium (50 % of it in development) 2 schemas/tiers.cue:39:22",
		"maximum of tier premium 2 schemas/tiers.cue:39:34",
	}, story("development", "spec.services.web.replicas"))
	require.Equal(t, []string{
		"wins tier premium (50 % of it in development) 1 schemas/tiers.cue:36:17",
		"maximum of tier premium 1 schemas/tiers.cue:36:31",
	}, story("development", "spec.resources.cpu"))
	require.Empty(t, story("production", "spec.displayName"))
	h, err := fleet.Tenants[0].History("", manifest.ParsePath("spec.tags"))
	require.NoError(t, err)
	require.Equal(t, []State{Wins, Merged}, []State{h.Steps[0].State, h.Steps[1].State})
	require.Len(t, h.Leaves, 2)
	require.Equal(t, "override for all environments", h.Leaves[0].Name)
	_, err = (&Tenant{}).History("", manifest.Path{"spec"})
	require.Error(t, err)
}
