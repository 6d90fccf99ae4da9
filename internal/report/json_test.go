package report

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// closed is the schema without room for fields that it does not know: what is printed must be in it.
func closed(t testing.TB, text []byte) *jsonschema.Schema {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	require.NoError(t, err)
	root := doc.(map[string]any)
	for _, s := range root["$defs"].(map[string]any) {
		if s.(map[string]any)["properties"] != nil {
			s.(map[string]any)["additionalProperties"] = false
		}
	}
	root["additionalProperties"] = false
	c := jsonschema.NewCompiler()
	require.NoError(t, c.AddResource("report", doc))
	schema, err := c.Compile("report")
	require.NoError(t, err)
	return schema
}

func TestSchema(t *testing.T) {
	schema := closed(t, Schema)
	p := problem(1, manifest.High)
	p.Controls = []manifest.Control{{Framework: "cis", ID: "5.2.2"}}
	schemaProblem := problem(0, manifest.Error)
	schemaProblem.Object = manifest.Key{}
	r := Report{
		Problems: []manifest.Problem{p, schemaProblem},
		Proofs: []Proof{{
			Lines: []Line{{Resource: "pods", Fits: true}}, Workloads: []Workload{{Kind: "Rollout", Pod: map[string]string{"requests.cpu": "1"}}}, Assumptions: []string{"a"},
		}},
	}
	r.Summary.Skipped = []Skipped{{What: "a", Reason: "b"}}
	for _, r := range []Report{r, {}} {
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(written(t, "json", r, Options{})))
		require.NoError(t, err)
		require.NoError(t, schema.Validate(doc))
	}
	for _, wrong := range []string{`"severity": "grave"`, `"line": -1`, `"object": ""`} {
		name, _, _ := strings.Cut(wrong, ":")
		var lines []string
		for line := range strings.Lines(written(t, "json", Report{Problems: []manifest.Problem{schemaProblem}}, Options{})) {
			if strings.Contains(line, name+":") {
				line = wrong + ",\n"
			}
			lines = append(lines, line)
		}
		var doc any
		require.NoError(t, json.Unmarshal([]byte(strings.Join(lines, "")), &doc))
		require.Error(t, schema.Validate(doc), wrong)
	}
}
