package main

import (
	"bytes"
	"os"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/report"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// TestSchemaFiles: editors read the files beside the samples; `go generate ./...` writes them.
func TestSchemaFiles(t *testing.T) {
	for _, kind := range schemaKinds {
		want, err := schemas.JSONSchema(kind, 2020)
		require.NoError(t, err)
		got, err := os.ReadFile("../../schemas/" + kind + ".schema.json")
		require.NoError(t, err)
		require.Equal(t, string(want), string(got), "run go generate ./...")
	}
}

// TestReportSchema: what the commands print with --format json is what `schema report` says.
func TestReportSchema(t *testing.T) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(report.Schema))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	require.NoError(t, c.AddResource("report", doc))
	schema, err := c.Compile("report")
	require.NoError(t, err)
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir+"/tenants", os.DirFS("../../tenants")))
	require.NoError(t, os.WriteFile(dir+"/tenants/broken.yaml", []byte("kind: Tenant\nspec: {services: {web: {image: nginx}}}\n"), 0o644))
	for _, args := range [][]string{
		{"validate"}, {"check", "--fail-on", "low"}, {"prove", "quota"}, {"check", "--manifests", "tenants"},
	} {
		var out, errs bytes.Buffer
		code := run(t.Context(), append(args, "-C", dir, "--format", "json"), streams{out: &out, err: &errs})
		require.Equal(t, exitProblems, code, "%v: %s", args, errs.String())
		doc, err := jsonschema.UnmarshalJSON(&out)
		require.NoError(t, err)
		require.NotEmpty(t, doc.(map[string]any)["findings"])
		require.NoError(t, schema.Validate(doc), args)
	}
}
