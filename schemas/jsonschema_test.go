package schemas

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
)

func compiled(t *testing.T, kind string, draft int) *jsonschema.Schema {
	t.Helper()
	data, err := JSONSchema(kind, draft)
	require.NoError(t, err)
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	require.NoError(t, c.AddResource("s.json", doc))
	s, err := c.Compile("s.json")
	require.NoError(t, err)
	return s
}

// valueOf is YAML as the library takes it.
func valueOf(t *testing.T, doc string) any {
	t.Helper()
	text := new(bytes.Buffer)
	require.NoError(t, json.NewEncoder(text).Encode(parseNode(t, "a.yaml", doc).Tree()))
	v, err := jsonschema.UnmarshalJSON(text)
	require.NoError(t, err)
	return v
}

func TestJSONSchema(t *testing.T) {
	for _, draft := range []int{7, 2020} {
		s := compiled(t, "tenant", draft)
		valid := func(doc string) error {
			return s.Validate(valueOf(t, doc))
		}
		require.NoError(t, valid(sample))
		require.NoError(t, valid(head+"  tier: free\n"), "a part of a folder")
		require.NoError(t, valid(head+"  services: {web: {replicas: null}}"), "null takes back")
		for _, bad := range []string{
			"kind: Tenant\n", head + "  nope: 1\n", head + "  lifecycle: activ\n", head + "  services: {Web: {}}\n",
			head + "  services: {web: {replicas: -1}}\n", head + "  services: {web: {ports: {http: 70000}}}\n",
			head + "  services: {web: {env: {A: 1}}}\n", head + "  services: {web: {env: {A: {secret: x}}}}\n",
			head + "  services: {web: {volumes: [{mount: /a}]}}\n", head + "  services: {web: {volumes: [{mount: /a, claim: 1Gi, emptyDir: 1Gi}]}}\n",
			head + "  resources: {cpu: 4x}\n", head + "  resources: {cpu: -1}\n", head + "  services: {" + strings.Repeat("a", 51) + ": {}}\n",
			head + "  environments: {production: {tier: free}}\n", head + "  services: {web: {release: {weights: [0]}}}\n",
			head + "  services: {web: {calls: [{port: 3}]}}\n", head + "  services: {web: {probes: {ready: {exec: []}}}}\n",
		} {
			require.Error(t, valid(bad), bad)
		}
	}
}

func TestJSONSchemaKeepsWhatEditorsShow(t *testing.T) {
	data, err := JSONSchema("tenant", 2020)
	require.NoError(t, err)
	var flat bytes.Buffer
	require.NoError(t, json.Compact(&flat, data))
	text := flat.String()
	for _, want := range []string{
		`"$id":"https://tenantsmith.dev/schemas/v1alpha1/tenant.schema.json"`,
		`"default":"active"`, `"maximum":65535`, `"maxLength":40`, `"examples"`, `"patternErrorMessage"`,
	} {
		require.Contains(t, text, want)
	}
	again, err := JSONSchema("tenant", 2020)
	require.NoError(t, err)
	require.Equal(t, data, again)
	old, err := JSONSchema("tenant", 7)
	require.NoError(t, err)
	require.NotContains(t, string(old), "$defs")
	for _, kind := range []string{"platform", "override", "waiver"} {
		compiled(t, kind, 7)
		compiled(t, kind, 2020)
	}
	_, err = JSONSchema("pod", 7)
	require.EqualError(t, err, "no kind pod: tenant, platform, override, waiver and change have schemas")
	_, err = JSONSchema("tenant", 4)
	require.EqualError(t, err, "no draft 4: 7 and 2020 can be written")
}
