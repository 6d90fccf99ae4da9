package report

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// sarifSchemaOf reads the schema of SARIF 2.1.0 out of the module that carries it.
var sarifSchemaOf = sync.OnceValues(func() (*jsonschema.Schema, error) {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/owenrumney/go-sarif/v3").Output()
	if err != nil {
		return nil, err
	}
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(strings.TrimSpace(string(dir)), "pkg/report/v210/sarif/schema.go"), nil, 0)
	if err != nil {
		return nil, err
	}
	text, err := strconv.Unquote(file.Decls[0].(*ast.GenDecl).Specs[0].(*ast.ValueSpec).Values[0].(*ast.BasicLit).Value)
	if err != nil {
		return nil, err
	}
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource(sarifSchema, doc); err != nil {
		return nil, err
	}
	return c.Compile(sarifSchema)
})

// requireSARIF holds that the text is a log by the schema, and for those who read it with a library.
func requireSARIF(t *testing.T, text string) *sarif.Run {
	schema, err := sarifSchemaOf()
	require.NoError(t, err)
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	require.NoError(t, err)
	require.NoError(t, schema.Validate(doc))
	log, err := sarif.FromString(text, sarif.WithStrictValidation())
	require.NoError(t, err)
	require.Len(t, log.Runs, 1)
	return log.Runs[0]
}

func rule(id string, sev manifest.Severity, controls ...manifest.Control) Rule {
	return Rule{ID: id, Title: "Title of " + id, Severity: sev, Remedy: "mend it", Controls: controls}
}

// TestSARIFSchema: the judge of these tests refuses what is wrong.
func TestSARIFSchema(t *testing.T) {
	schema, err := sarifSchemaOf()
	require.NoError(t, err)
	text := written(t, "sarif", Report{Problems: []manifest.Problem{problem(3, manifest.High)}}, Options{})
	for from, to := range map[string]string{
		`"level": "error"`: `"level": "high"`, `"startLine": 3`: `"startLine": 0`, `"ruleId"`: `"rule"`, `"uri": "tenants/acme.yaml"`: `"uri": "%zz"`,
	} {
		require.Contains(t, text, from)
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(strings.Replace(text, from, to, 1)))
		require.NoError(t, err)
		require.Error(t, schema.Validate(doc), to)
	}
}

func TestSARIF(t *testing.T) {
	high, low, warned := problem(7, manifest.High), problem(1, manifest.Low), problem(2, manifest.Warning)
	high.Remedy, high.Path, high.APIVersion = "set spec.x", manifest.Path{"spec", "containers", 0}, "v1"
	high.Output = manifest.Position{File: "tenants/acme/workload/base/pod-p.yaml", Line: 4}
	low.Check, low.Waiver = "TS-X-002", "waivers/x.yaml: until then"
	warned.Check, warned.Object, warned.Field = "schema", manifest.Key{}, "spec.new"
	warned.Rule = manifest.Position{File: "schemas/tenant.cue", Line: 9, Column: 2}
	r := Report{
		Problems: []manifest.Problem{low, warned, high}, FailOn: manifest.High,
		Rules: []Rule{
			rule("TS-X-001", manifest.High, manifest.Control{Framework: "cis", ID: "5.2.2"}), rule("TS-X-002", manifest.Low),
			rule("TS-X-003", manifest.Critical), rule("TS-X-004", manifest.Medium),
		},
	}
	r.Summary.Skipped = []Skipped{{What: "a file", Reason: "no regular file"}}
	run := requireSARIF(t, written(t, "sarif", r, Options{Prefix: "plat form", Version: "v1.2.3"}))
	require.Equal(t, "v1.2.3", *run.Tool.Driver.Version)
	require.Nil(t, run.Tool.Driver.InformationURI)

	rules := run.Tool.Driver.Rules
	require.Len(t, rules, 5)
	require.Equal(t, "schema", *rules[0].ID)
	require.Nil(t, rules[0].Properties)
	require.Equal(t, []string{"security", "cis:5.2.2"}, rules[1].Properties.Tags)
	require.Contains(t, *rules[1].Help.Text, "fix: mend it")
	for i, want := range map[int][2]string{1: {"error", "8.0"}, 2: {"note", "2.5"}, 3: {"error", "9.5"}, 4: {"warning", "5.5"}} {
		require.Equal(t, want[0], rules[i].DefaultConfiguration.Level)
		require.Equal(t, want[1], rules[i].Properties.Properties["security-severity"])
	}

	require.Len(t, run.Results, 3)
	first, second, third := run.Results[0], run.Results[1], run.Results[2]
	require.Equal(t, "wrong at 7\nobject: Pod acme-production/p (tenants/acme/workload/base/pod-p.yaml:4)\nfix: set spec.x", *first.Message.Text)
	require.Equal(t, 1, first.RuleIndex)
	at := first.Locations[0]
	require.Equal(t, "plat%20form/tenants/acme.yaml", *at.PhysicalLocation.ArtifactLocation.URI)
	require.Equal(t, 7, *at.PhysicalLocation.Region.StartLine)
	require.Equal(t, "v1 Pod acme-production/p", *at.LogicalLocations[0].FullyQualifiedName)
	require.Equal(t, "RENDERED", *first.RelatedLocations[0].PhysicalLocation.ArtifactLocation.URIBaseID)
	require.Empty(t, first.Suppressions)
	require.Equal(t, "external", *second.Suppressions[0].Kind)
	require.Equal(t, "waivers/x.yaml: until then", *second.Suppressions[0].Justification)
	require.Equal(t, "spec.new: wrong at 2", *third.Message.Text)
	require.Equal(t, "SCHEMAS", *third.RelatedLocations[0].PhysicalLocation.ArtifactLocation.URIBaseID)
	require.Equal(t, "not examined: a file: no regular file", *run.Invocations[0].ToolExecutionNotifications[0].Message.Text)
}

// TestSARIFPlaces: every result stands somewhere, or GitHub would refuse all of them.
func TestSARIFPlaces(t *testing.T) {
	for file, want := range map[string]string{
		"": "tenantsmith.yaml", "a:b c%.yaml": "./a:b%20c%25.yaml", "/etc/x.yaml": "file:///etc/x.yaml", "../x.yaml": "../x.yaml", "bad\xff": "bad%FF",
	} {
		p := problem(0, manifest.High)
		p.File, p.Column = file, 0
		run := requireSARIF(t, written(t, "sarif", Report{Problems: []manifest.Problem{p}}, Options{}))
		at := run.Results[0].Locations[0].PhysicalLocation
		require.Equal(t, want, *at.ArtifactLocation.URI)
		require.Equal(t, 1, *at.Region.StartLine)
	}
}

// TestFingerprints: a finding keeps its fingerprint when lines move, environments come and the message
// is told otherwise, and no two findings share one.
func TestFingerprints(t *testing.T) {
	a, b, other := problem(1, manifest.High), problem(9, manifest.High), problem(5, manifest.High)
	b.Environment, b.Message = "staging", "told otherwise"
	other.Object.Name = "q"
	first := fingerprints(group([]manifest.Problem{a}))
	require.Equal(t, first, fingerprints(group([]manifest.Problem{b})))
	all := fingerprints(group([]manifest.Problem{a, b, other}))
	require.Equal(t, first[0], all[0])
	require.Equal(t, strings.TrimSuffix(first[0], "1")+"2", all[1])
	require.NotEqual(t, first[0], all[2])

	moved := a
	for _, change := range []func(*manifest.Problem){
		func(p *manifest.Problem) { p.Check = "TS-X-002" }, func(p *manifest.Problem) { p.Tenant = "shop" },
		func(p *manifest.Problem) { p.Object.Kind = "Job" }, func(p *manifest.Problem) { p.Path = manifest.Path{"spec"} },
	} {
		moved = a
		change(&moved)
		require.NotEqual(t, first, fingerprints(group([]manifest.Problem{moved})))
	}
	// It is written down: a change of it would close and open every finding at every user.
	require.Equal(t, []string{"cc2e918a5f10354922a624bef70a24c5:1"}, first)
}

// TestSARIFLimits: GitHub refuses a file with more results or tags, and what is left out is the least
// grave and counted.
func TestSARIFLimits(t *testing.T) {
	var many []manifest.Control
	for i := range 30 {
		many = append(many, manifest.Control{Framework: "x", ID: fmt.Sprint(i)})
	}
	r := Report{FailOn: manifest.High, Rules: []Rule{rule("TS-X-001", manifest.Low, many...)}}
	for i := range resultLimit + 2 {
		r.Problems = append(r.Problems, problem(i+1, manifest.Low))
	}
	grave := problem(1, manifest.Critical)
	grave.Object.Name = "grave"
	r.Problems = append(r.Problems, grave)
	var log sarifLog
	require.NoError(t, json.Unmarshal([]byte(written(t, "sarif", r, Options{})), &log))
	run := log.Runs[0]
	require.Len(t, run.Results, resultLimit)
	require.Equal(t, manifest.Critical, run.Results[0].Properties.Severity)
	require.Equal(t, "3 findings are left out, the least grave: GitHub takes 25000 a run", run.Invocations[0].Notifications[0].Message.Text)
	require.Len(t, run.Tool.Driver.Rules[1].Properties.Tags, tagLimit)
	require.Contains(t, run.Tool.Driver.Rules[1].Help.Text, "x 29")
}
