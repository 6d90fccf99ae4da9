package function

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
	"k8s.io/kube-openapi/pkg/validation/strfmt"
	"k8s.io/kube-openapi/pkg/validation/validate"
	"sigs.k8s.io/kustomize/kyaml/fn/framework"
	"sigs.k8s.io/kustomize/kyaml/resid"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

func catalogue(t testing.TB) map[string][]byte {
	files, err := Catalogue(func(kind string) ([]byte, error) { return schemas.JSONSchema(kind, 7) })
	require.NoError(t, err)
	return files
}

// TestCatalogue: the files of the catalogue are those that go generate writes.
func TestCatalogue(t *testing.T) {
	files := catalogue(t)
	require.Len(t, files, 3)
	for name, want := range files {
		got, err := os.ReadFile("../../docs/krm/" + name)
		require.NoError(t, err)
		require.Equal(t, string(want), string(got), "run go generate ./...")
	}
}

// TestPublishedSchema: what the function takes, the schema that catalogues publish takes too; and it refuses what is wrong in
// the functionConfig, in a tenant and in a platform.
func TestPublishedSchema(t *testing.T) {
	schema, err := framework.SchemaFromFunctionDefinition(resid.NewGvk(group, version, renderKind), string(catalogue(t)["tenantrender.yaml"]))
	require.NoError(t, err)
	against := func(config []byte) error {
		docs, problems := manifest.Parse("config", config, limits)
		require.Empty(t, problems)
		return validate.AgainstSchema(schema, docs[0].Tree(), strfmt.Default)
	}
	taken := 0
	for name, fsys := range corpus(t) {
		files := fsys.(fstest.MapFS)
		fleet, err := schemas.Load(files, schemas.Options{})
		require.NoError(t, err)
		if !self(files) || len(fleet.Held) > 0 || fleet.Platform == nil {
			continue
		}
		for _, text := range []bool{false, true} {
			config := inlineRender(files, "production", text)
			if _, problems := parseList([]byte(listOf(config))); len(problems) > 0 {
				continue
			}
			require.NoError(t, against(config), name)
			taken++
		}
	}
	require.Greater(t, taken, 30)
	good := string(config(renderKind, "  environment: production\n", asMap("tenant", tenant), asMap("platform", "apiVersion: tenantsmith.dev/v1alpha1\nkind: Platform\nmetadata: {name: p}\nspec: {baseDomain: example.com}\n")))
	require.NoError(t, against([]byte(good)))
	for was, is := range map[string]string{
		"environment: production": "environment: 5",
		"kind: TenantRender":      "kind: TenantCheck",
		"  tenant:":               "  tenants:",
		"tier: basic":             "tier: 5",
		"image:":                  "imagee:",
		"baseDomain:":             "baseDomains:",
	} {
		require.Error(t, against([]byte(strings.Replace(good, was, is, 1))), is)
	}
}
