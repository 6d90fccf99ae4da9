package overlay

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"

	"github.com/tenantsmith/tenantsmith/generators"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

const steppingTenant = `apiVersion: tenantsmith.dev/v1alpha1
kind: Tenant
metadata: {name: acme}
spec:
  tier: enterprise
  owners: [{group: admins, role: admin}]
  environments: {production: {}}
  services:
    web:
      image: ghcr.io/example/web:1.0.0
      ports: {http: 8080}
      files: {/etc/app.yaml: "a: b"}
      volumes: [{mount: /shared, claim: 1Gi, accessMode: ReadWriteMany}, {mount: /own, claim: 1Gi, accessMode: ReadWriteMany}]
      replicas: 1
      release: {strategy: rolling}
      init: [{name: migrate, once: true, args: [up], mounts: [/shared, /etc/app.yaml]}, {name: index, once: true, args: [index]}]
    load: {kind: job, image: "ghcr.io/example/load:1.0.0"}
    night: {kind: cronjob, image: "ghcr.io/example/night:1.0.0", schedule: "0 2 * * *"}
`

const fluxPlatform = `apiVersion: tenantsmith.dev/v1alpha1
kind: Platform
metadata: {name: example}
spec:
  clusters: {main: {operators: [rollouts]}}
  environments: [{name: production, cluster: main}]
  gitops: {engine: flux, repository: "https://git.example.com/platform/gitops.git"}
`

// Flux adds the patches of a Kustomization to the kustomization.yaml of its folder. What it then builds of the folder of
// the workloads, phase by phase, is every object once.
func TestPhasesOfFluxAreAParting(t *testing.T) {
	fleet, err := schemas.Load(fstest.MapFS{
		"tenantsmith.yaml": {Data: []byte(fluxPlatform)}, "tenants/acme.yaml": {Data: []byte(steppingTenant)},
	}, schemas.Options{})
	require.NoError(t, err)
	require.Empty(t, messages(fleet.Problems))
	tenant := fleet.Tenants[0]
	env := &tenant.Environments[0]
	objects := generators.Generate(tenant, env)
	tree, problems := New(Source{Tenant: "acme", File: "tenants/acme.yaml", Base: generators.Generate(tenant, &tenant.Base), Envs: []Env{
		{Name: env.Name, Namespace: env.Namespace, Objects: objects},
	}})
	require.Empty(t, messages(problems))

	whole := flux(t, tree, nil)
	parts, phases := map[manifest.Key]string{}, map[string]int{}
	for _, k := range generators.Delivery(tenant, env, objects) {
		patches, _ := manifest.ParsePath("spec.patches").Lookup(k.Tree)
		if k.Kind() != "Kustomization" || strings.HasSuffix(k.Name(), ".platform") {
			continue
		}
		require.NotEmpty(t, patches, k.Name())
		for key := range flux(t, tree, patches) {
			require.Empty(t, parts[key], "%s is in %s, and in %s, too", key, parts[key], k.Name())
			parts[key] = k.Name()
			phases[strings.TrimPrefix(k.Name(), "acme-production.")]++
		}
	}
	require.Len(t, parts, len(whole))
	require.Equal(t, map[string]int{
		"before-2": 3, // a Job, its files, its claim
		"before-1": 1,
		"workload": len(whole) - 4,
	}, phases)
}

// flux builds the folder of the workloads with patches added, as Flux does, on the disk, by plain kustomize.
func flux(t *testing.T, tree *Tree, patches any) map[manifest.Key]bool {
	t.Helper()
	warmUp()
	dir := t.TempDir()
	folder := filepath.Join(dir, "tenants/acme/workload/overlays/production")
	for name, data := range tree.Files() {
		require.NoError(t, os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o777))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), data, 0o666))
	}
	file := filepath.Join(folder, "kustomization.yaml")
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	kustomization := map[string]any{}
	require.NoError(t, yaml.Unmarshal(text, &kustomization))
	if patches != nil {
		own, _ := kustomization["patches"].([]any)
		kustomization["patches"] = append(own, patches.([]any)...)
	}
	text, err = yaml.Marshal(kustomization)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, text, 0o666))
	built, err := plain(folder)
	require.NoError(t, err)
	out := map[manifest.Key]bool{}
	for doc := range strings.SplitSeq(string(built), "\n---\n") {
		var object map[string]any
		require.NoError(t, yaml.Unmarshal([]byte(doc), &object))
		out[manifest.Object{Tree: object}.Key()] = true
	}
	return out
}
