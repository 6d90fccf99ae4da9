package pipeline

import (
	"context"
	"maps"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/generators"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/overlay"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// samples is this repository as a platform repository.
func samples(t *testing.T) *schemas.Fleet {
	root, err := os.OpenRoot("../..")
	require.NoError(t, err)
	t.Cleanup(func() { root.Close() })
	fleet, err := schemas.Load(root.FS(), schemas.Options{})
	require.NoError(t, err)
	require.Empty(t, fleet.Held, "%v", fleet.Problems)
	require.Len(t, fleet.Tenants, 5)
	return fleet
}

// TestLaw holds Build(env) == Place(Generate(tenant, env)) on what the generators really make: the
// oracle is kustomize.
func TestLaw(t *testing.T) {
	for _, tenant := range samples(t).Tenants {
		law(t, tenant)
	}
}

// A tenant may have environments on clusters that route otherwise: what stands in base for one of them
// must become what the other needs.
func TestLawAcrossRouters(t *testing.T) {
	fsys := os.DirFS("testdata/routers")
	fleet, err := schemas.Load(fsys, schemas.Options{})
	require.NoError(t, err)
	require.Empty(t, fleet.Held, "%v", fleet.Problems)
	require.Len(t, fleet.Tenants[0].Environments, 4)
	kinds := map[string]bool{}
	for i := range fleet.Tenants[0].Environments {
		for _, o := range generators.Generate(fleet.Tenants[0], &fleet.Tenants[0].Environments[i]) {
			kinds[o.Kind()] = true
		}
	}
	for _, kind := range []string{"Deployment", "Rollout", "Ingress", "VirtualService", "DestinationRule", "HTTPRoute"} {
		require.True(t, kinds[kind], "%s is not tried", kind)
	}
	law(t, fleet.Tenants[0])
}

func law(t *testing.T, tenant *schemas.Tenant) {
	src := overlay.Source{Tenant: tenant.Name, File: tenant.Files[0], Base: generators.Generate(tenant, &tenant.Base)}
	for i := range tenant.Environments {
		e := &tenant.Environments[i]
		src.Envs = append(src.Envs, overlay.Env{Name: e.Name, Namespace: e.Namespace, Objects: generators.Generate(tenant, e)})
	}
	tree, problems := overlay.New(src)
	require.Empty(t, problems)
	for _, e := range src.Envs {
		built, problems := tree.Kustomize(e.Name)
		require.Empty(t, problems)
		want := byKey(overlay.Place(e.Objects, e.Namespace, e.Name))
		got := map[manifest.Key]map[string]any{}
		for _, b := range built {
			got[b.Key()] = b.Tree
		}
		require.Equal(t, want, got, "%s in %s", tenant.Name, e.Name)
	}
}

func byKey(objects []manifest.Object) map[manifest.Key]map[string]any {
	m := map[manifest.Key]map[string]any{}
	for _, o := range objects {
		m[o.Key()] = o.Tree
	}
	return m
}

const acme = `apiVersion: tenantsmith.dev/v1alpha1
kind: Tenant
metadata: {name: acme}
spec:
  tier: premium
  owners: [{group: acme, role: admin}]
  environments:
    development: {}
    production: {}
  services:
    web:
      image: ghcr.io/example/web:1.0.0
      ports: {http: 8080}
      securityContext:
        addCapabilities: [NET_ADMIN]
      env: {A: b}
`

func run(t *testing.T, files map[string]string, o Options) *Result {
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	res, err := Run(context.Background(), fsys, o)
	require.NoError(t, err)
	return res
}

// found returns the position of each finding of a check, without its environment.
func found(res *Result, check string) []string {
	at := map[string]bool{}
	for _, p := range res.Problems {
		if p.Check == check {
			at[p.Position.String()+" "+p.Field] = true
		}
	}
	var out []string
	for s := range maps.Keys(at) {
		out = append(out, s)
	}
	return out
}

// TestOrigin finds the line that made a finding, wherever the value was written.
func TestOrigin(t *testing.T) {
	field := " spec.services.web.securityContext.addCapabilities[0]"
	t.Run("tenant", func(t *testing.T) {
		res := run(t, map[string]string{"tenants/acme.yaml": acme}, Options{})
		require.Equal(t, []string{"tenants/acme.yaml:15:27" + field}, found(res, "TS-POD-005"))
		require.Equal(t, []string{"acme"}, res.Held)
		require.Nil(t, res.Tenants[0].Files)
	})
	t.Run("override", func(t *testing.T) {
		res := run(t, map[string]string{
			"tenants/acme.yaml": strings.Replace(acme, "[NET_ADMIN]", "[]", 1),
			"overrides/acme/production.yaml": "apiVersion: tenantsmith.dev/v1alpha1\nkind: Override\nmetadata: {name: acme}\n" +
				"spec:\n  services:\n    web:\n      securityContext: {addCapabilities: [NET_ADMIN]}\n",
		}, Options{})
		require.Equal(t, []string{"overrides/acme/production.yaml:7:43" + field}, found(res, "TS-POD-005"))
	})
	t.Run("patch", func(t *testing.T) {
		res := run(t, map[string]string{
			"tenants/acme/tenant.yaml": strings.Replace(acme, "[NET_ADMIN]", "[]", 1),
			"tenants/acme/patches/production/root.yaml": "target: {kind: Rollout, name: web}\npatch:\n" +
				"- {op: add, path: /spec/template/spec/hostPID, value: true}\n",
		}, Options{})
		require.Equal(t, []string{"tenants/acme/patches/production/root.yaml:3:3 spec.template.spec.hostPID"}, found(res, "TS-POD-002"))
	})
	t.Run("null label", func(t *testing.T) {
		res := run(t, map[string]string{
			"tenants/acme/tenant.yaml": strings.Replace(acme, "[NET_ADMIN]", "[]", 1),
			"tenants/acme/patches/all/label.yaml": "apiVersion: v1\nkind: Service\n" +
				"metadata: {name: web, labels: {app.kubernetes.io/name: null}}\n",
		}, Options{})
		require.Equal(t, []string{"acme"}, res.Held)
		require.Equal(t, "tenants/acme/patches/all/label.yaml:3:56", res.Problems[0].Position.String())
		require.Contains(t, res.Problems[0].Message, "by null")
	})
	t.Run("resource", func(t *testing.T) {
		res := run(t, map[string]string{
			"tenants/acme/tenant.yaml": strings.Replace(acme, "[NET_ADMIN]", "[]", 1),
			"tenants/acme/resources/all/pod.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  hostPID: true\n" +
				"  containers: [{name: c, image: ghcr.io/example/c:1}]\n",
		}, Options{})
		require.Equal(t, []string{"tenants/acme/resources/all/pod.yaml:5:12 spec.hostPID"}, found(res, "TS-POD-002"))
	})
	t.Run("no leaf", func(t *testing.T) {
		res := run(t, map[string]string{"tenants/acme.yaml": acme}, Options{Checks: []string{"TS-POD-006"}})
		require.Len(t, found(res, "TS-POD-006"), 1)
		require.Contains(t, found(res, "TS-POD-006")[0], "tenants/acme.yaml:")
	})
}

// TestRecord holds that the record owns every file and carries what judged them.
func TestRecord(t *testing.T) {
	res := run(t, map[string]string{"tenants/acme.yaml": strings.Replace(acme, "[NET_ADMIN]", "[]", 1)}, Options{Version: "v1.2.3"})
	require.Empty(t, res.Held)
	files := res.Tenants[0].Files
	record, err := manifest.ParseRecord("acme", files[manifest.RecordPath("acme")])
	require.NoError(t, err)
	require.Equal(t, "v1.2.3", record.Version)
	require.Len(t, record.Files, len(files)-1)
	for path, digest := range record.Files {
		require.Equal(t, manifest.Digest(files[path]), digest)
	}
	require.Contains(t, record.Inputs, "tenants/acme.yaml")
	require.NotEmpty(t, record.Policies)
	require.Equal(t, res.Fleet.Digest, record.Schemas)
}

// TestDeterministic: the same input gives the same bytes.
func TestDeterministic(t *testing.T) {
	files := map[string]string{"tenants/acme.yaml": strings.Replace(acme, "[NET_ADMIN]", "[]", 1)}
	require.Equal(t, run(t, files, Options{}).Tenants[0].Files, run(t, files, Options{Verify: true}).Tenants[0].Files)
}

// TestPlatformRego: the platform's own checks judge beside ours; a fault in them holds everything.
func TestPlatformRego(t *testing.T) {
	files := map[string]string{
		"tenants/acme.yaml": strings.Replace(acme, "[NET_ADMIN]", "[]", 1),
		"tenantsmith.yaml": "apiVersion: tenantsmith.dev/v1alpha1\nkind: Platform\nmetadata: {name: p}\nspec:\n" +
			"  extend: {policies: [rules]}\n",
		"rules/acme_001/acme_001.rego": `# METADATA
# title: A tenant names its team
# custom:
#   id: ACME-001
#   severity: high
#   scope: object
#   waivable: true
#   remedy: set spec.tags.team
#   controls:
#     - soc2:CC6.1
package checks.acme_001

deny contains finding if {
	input.object.kind == "Namespace"
	not input.object.metadata.labels["tags.tenantsmith.dev/team"]
	finding := {"path": ["metadata", "labels"], "message": "no team"}
}
`,
	}
	res := run(t, files, Options{})
	require.Equal(t, []string{"acme"}, res.Held, "%v", res.Problems)
	require.Len(t, found(res, "ACME-001"), 1, "%v", res.Problems)

	files["rules/acme_001/acme_001.rego"] = "package checks.acme_001\n\ndeny contains f if {\n\thttp.send({})\n}\n"
	res = run(t, files, Options{})
	require.Equal(t, []string{"acme"}, res.Held)
	require.Equal(t, "rules/acme_001/acme_001.rego", res.Problems[0].File)
}

// TestOwnSteps: steps in the words of Argo Rollouts are a person's, so every check is asked of them.
func TestOwnSteps(t *testing.T) {
	tenant := strings.Replace(acme, "addCapabilities: [NET_ADMIN]", "runAsNonRoot: true", 1) +
		"      release: {strategy: canary, steps: [{setWeight: 60}, {analysis: {templates: [{templateName: nope}]}}]}\n"
	res := run(t, map[string]string{"tenants/acme.yaml": tenant}, Options{})
	require.Len(t, found(res, "TS-ROL-109"), 1, "%v", res.Problems)
	require.Contains(t, found(res, "TS-ROL-109")[0], "tenants/acme.yaml:17:")
	require.Equal(t, []string{"acme"}, res.Held)
}

// TestPatchedRelease: what generated objects hold broke by the patch, wherever the finding points in
// the object.
func TestPatchedRelease(t *testing.T) {
	res := run(t, map[string]string{
		"tenants/acme/tenant.yaml": strings.Replace(acme, "addCapabilities: [NET_ADMIN]", "runAsNonRoot: true", 1),
		"tenants/acme/patches/all/slow.yaml": "target: {kind: Rollout, name: web}\npatch:\n" +
			"- {op: replace, path: /spec/minReadySeconds, value: 5000}\n",
	}, Options{})
	require.Len(t, found(res, "TS-ROL-101"), 1, "%v", res.Problems)
	require.Contains(t, found(res, "TS-ROL-101")[0], "tenants/acme/patches/all/slow.yaml")
}
