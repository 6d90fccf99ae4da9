package main

import (
	"bytes"
	"os"
	"testing"

	"github.com/defenseunicorns/go-oscal/src/pkg/validation"
	"github.com/rogpeppe/go-internal/txtar"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/adopt"
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
	schema := compiled(t, report.Schema)
	dir := brokenPlatform(t)
	for _, args := range [][]string{
		{"validate"}, {"check", "--fail-on", "low"}, {"prove", "quota"}, {"check", "--manifests", "tenants"},
	} {
		doc := problemsAsJSON(t, append(args, "-C", dir))
		require.NotEmpty(t, doc.(map[string]any)["findings"])
		require.NoError(t, schema.Validate(doc), args)
	}
}

// TestComplianceSchema: what report prints with --format json is what `schema compliance-report` says, and with
// --format oscal what the schema of OSCAL says.
func TestComplianceSchema(t *testing.T) {
	dir := brokenPlatform(t)
	platform, err := os.ReadFile("../../tenantsmith.yaml")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(dir+"/tenantsmith.yaml", platform, 0o644))
	args := []string{"report", "--framework", "cis,gdpr,iso27001,mtb,nist-csf,nsa,pss,soc2", "-C", dir}
	doc := problemsAsJSON(t, args)
	require.NoError(t, compiled(t, report.ComplianceSchema).Validate(doc))
	require.Len(t, doc.(map[string]any)["frameworks"], 8)
	require.Equal(t, []any{"broken"}, doc.(map[string]any)["held"])
	var out, errs bytes.Buffer
	require.Equal(t, exitProblems, run(t.Context(), append(args, "--format", "oscal"), streams{out: &out, err: &errs}), errs.String())
	v, err := validation.NewValidator(out.Bytes())
	require.NoError(t, err)
	require.NoError(t, v.Validate())
}

// TestAdoptSchema: what adopt prints with --format json is what `schema adopt-report` says, and no data of a Secret.
func TestAdoptSchema(t *testing.T) {
	dir := t.TempDir()
	archive, err := txtar.ParseFile("../../testdata/adopt/bank.txtar")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(dir+"/tenantsmith.yaml", []byte("apiVersion: tenantsmith.dev/v1alpha1\nkind: Platform\nmetadata: {name: acme}\nspec: {}\n"), 0o644))
	require.NoError(t, os.Mkdir(dir+"/apps", 0o755))
	for _, f := range archive.Files {
		require.NoError(t, os.WriteFile(dir+"/apps/"+f.Name, f.Data, 0o644))
	}
	var out, errs bytes.Buffer
	args := []string{"adopt", "--manifests", "apps", "--tenant", "bank", "--owner", "team", "--guards-until", "2031-01-01", "--dry-run", "--format", "json", "-C", dir}
	require.Zero(t, run(t.Context(), args, streams{out: &out, err: &errs}), errs.String())
	require.NotContains(t, out.String()+errs.String(), "geheim")
	doc, err := jsonschema.UnmarshalJSON(&out)
	require.NoError(t, err)
	require.NoError(t, compiled(t, adopt.Schema).Validate(doc))
	account := doc.(map[string]any)
	require.NotEmpty(t, account["findings"])
	account["kind"] = "Report"
	require.Error(t, compiled(t, adopt.Schema).Validate(doc))
}

func compiled(t *testing.T, text []byte) *jsonschema.Schema {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	require.NoError(t, c.AddResource("report", doc))
	schema, err := c.Compile("report")
	require.NoError(t, err)
	return schema
}

// brokenPlatform has the tenants of the samples and one that is broken.
func brokenPlatform(t *testing.T) string {
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir+"/tenants", os.DirFS("../../tenants")))
	require.NoError(t, os.WriteFile(dir+"/tenants/broken.yaml", []byte("kind: Tenant\nspec: {services: {web: {image: nginx}}}\n"), 0o644))
	return dir
}

// problemsAsJSON is what a command prints that finds problems.
func problemsAsJSON(t *testing.T, args []string) any {
	var out, errs bytes.Buffer
	code := run(t.Context(), append(args, "--format", "json"), streams{out: &out, err: &errs})
	require.Equal(t, exitProblems, code, "%v: %s", args, errs.String())
	doc, err := jsonschema.UnmarshalJSON(&out)
	require.NoError(t, err)
	return doc
}
