package policies

import (
	"context"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// houseRule is a check of a platform's own.
const houseRule = `# METADATA
# title: No mail service
# custom:
#   id: ACME-001
#   severity: low
#   scope: %s
#   waivable: true
#   remedy: only the platform team can
package checks.acme_001

deny contains {"path": ["metadata", "name"], "message": "mail is not for tenants"} if {
	%s
}
`

// files is a file system of a platform.
func files(pairs ...string) fs.FS {
	m := fstest.MapFS{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = &fstest.MapFile{Data: []byte(pairs[i+1])}
	}
	return m
}

var house = files(
	"policies/mail.rego", fmt.Sprintf(houseRule, "object", `input.object.metadata.name == "mail"`),
	"policies/mail_test.rego", `package checks.acme_001_test

import data.checks.acme_001

test_mail if count(acme_001.deny) == 1 with input as {"object": {"metadata": {"name": "mail"}}}
`,
	"policies/README.md", "not Rego")

func TestPlatformRules(t *testing.T) {
	e, err := Compile(house)
	require.NoError(t, err)
	problems, err := e.Check(context.Background(), Input{Context: acme(), Objects: read(t, "tenant.yaml"), Checks: []string{"ACME"}})
	require.NoError(t, err)
	require.Len(t, problems, 4) // Rollout, Service, ServiceAccount, PodDisruptionBudget
	require.Equal(t, manifest.Low, problems[0].Severity)
	rule := e.Rules()[0]
	require.Equal(t, "ACME-001", rule.ID)
	require.False(t, rule.Own)
	require.Equal(t, "policies/mail.rego", rule.File)
}

func TestPlatformTests(t *testing.T) {
	mail, err := fs.ReadFile(house, "policies/mail.rego")
	require.NoError(t, err)
	tests, err := fs.ReadFile(house, "policies/mail_test.rego")
	require.NoError(t, err)
	report, err := Test(context.Background(), files("a.rego", string(mail), "a_test.rego", string(tests)+"\ntest_no if 1 == 2\n"))
	require.NoError(t, err)
	require.Len(t, report.Failed(), 1)
	require.Equal(t, manifest.Position{File: "a_test.rego", Line: 7, Column: 1}, report.Failed()[0].Position)
	require.True(t, slices.ContainsFunc(report.Tests, func(r TestResult) bool {
		return r.Package == "checks.acme_001_test" && r.Name == "test_mail" && r.Fault == ""
	}))
	for _, r := range report.Tests {
		require.Equal(t, "a_test.rego", r.File, "ours have nothing to tell of a platform")
	}
}

func TestTestsThatDoNotCompile(t *testing.T) {
	broken := files("a.rego", fmt.Sprintf(houseRule, "object", "true"), "a_test.rego", "package checks.acme_001_test\n\ntest_no if nope\n")
	_, err := Test(context.Background(), broken)
	require.EqualError(t, err, "a_test.rego:3:12: var nope is unsafe")
	var faults Errors
	require.ErrorAs(t, err, &faults)
}

func TestRefusedRules(t *testing.T) {
	good := fmt.Sprintf(houseRule, "object", "true")
	metadata := good[:len(good)-len(`deny contains {"path": ["metadata", "name"], "message": "mail is not for tenants"} if {
	true
}
`)]
	for name, c := range map[string]struct{ file, text, want string }{
		"ours":            {"a.rego", "package checks.ts_pod_001\n\ndeny contains 1 if false\n", "a.rego:1:1: package checks.ts_pod_001 is part of tenantsmith; choose another name"},
		"tests of ours":   {"a_test.rego", "package checks.ts_pod_001_test\n", "a_test.rego:1:1: package checks.ts_pod_001_test is part of tenantsmith; choose another name"},
		"library of ours": {"a.rego", "package lib.pods\n\nall contains 1\n", "a.rego:1:1: package lib.pods is part of tenantsmith; choose another name"},
		"entry":           {"a.rego", "package entry\n\nobject := []\n", "a.rego:1:1: package entry should be checks.<id>"},
		"above ours":      {"a.rego", "package checks\n\nts_pod_001.deny contains 1\n", "a.rego:1:1: package checks should be checks.<id>"},
		"inside ours":     {"a.rego", "package checks.ts_pod_001.deny\n\na := 1\n", "a.rego:1:1: package checks.ts_pod_001.deny should be checks.<id>"},
		"no metadata":     {"a.rego", "package checks.a\n\ndeny contains 1\n", "a.rego:1:1: a check needs METADATA on its package"},
		"no deny":         {"a.rego", metadata, "a.rego:9:1: a check needs a rule: deny contains finding if { … }"},
		"deny of another form": {"a.rego", metadata + "deny := true\n",
			"a.rego:9:1: a check needs a rule: deny contains finding if { … }"},
		"a check in a test file": {"a_test.rego", good, "a_test.rego:9:1: package checks.acme_001 of a test file should end in _test"},
		"a test in a rule file":  {"a.rego", "package checks.a_test\n", "a.rego:1:1: package checks.a_test belongs into a file whose name ends in _test.rego"},
		"scope":                  {"a.rego", fmt.Sprintf(houseRule, "galaxy", "true"), `a.rego:9:1: scope "galaxy" is not object, set, tenant, fleet, platform or change`},
		"syntax":                 {"a.rego", "package checks.a\n\ndeny contains\n", "a.rego:4: unexpected eof token"},
		"old syntax":             {"a.rego", "package checks.a\n\ndeny[x] { x := 1 }\n", "a.rego:3:1: `if` keyword is required before rule body"},
		"empty file":             {"a.rego", "", "a.rego:1: "},
		"type":                   {"a.rego", metadata + "deny contains nope\n", "a.rego:11:15: var nope is unsafe"},
		"unused import":          {"a.rego", metadata + "import data.lib.pods\n\ndeny contains 1\n", "a.rego:11:1: import data.lib.pods unused"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Compile(files(c.file, c.text))
			var faults Errors
			require.ErrorAs(t, err, &faults)
			require.Contains(t, err.Error(), c.want)
			for _, f := range faults {
				require.Equal(t, c.file, f.File)
			}
		})
	}
}

func TestMetadataIsComplete(t *testing.T) {
	const text = `# METADATA
# custom:
#   id: TS-ACME-1
#   severity: awful
#   colour: red
package checks.other

deny contains 1
`
	_, err := Compile(files("a.rego", text))
	for _, want := range []string{
		"lacks title", "lacks custom.remedy", "lacks custom.waivable", "lacks custom.scope", "TS- is for the checks",
		`severity "awful"`, "custom.colour, which nothing reads", "should be checks.ts_acme_1",
	} {
		require.ErrorContains(t, err, want)
	}
}

func TestTwoPlatformFilesOfOnePackage(t *testing.T) {
	good := fmt.Sprintf(houseRule, "object", "true")
	_, err := Compile(files("a.rego", good, "b.rego", good))
	require.ErrorContains(t, err, "b.rego:9:1: package checks.acme_001 is already in a.rego")
}

// What looks outside does not exist for the compiler, also not as a replacement of something that
// does.
func TestRemovedBuiltins(t *testing.T) {
	if testing.Short() {
		t.Skip("the compiler a hundred times, in one goroutine")
	}
	removed := []string{"trace"}
	for _, b := range ast.CapabilitiesForThisVersion().Builtins {
		if b.Nondeterministic {
			removed = append(removed, b.Name)
		}
	}
	require.Subset(t, removed, []string{
		"http.send", "net.lookup_ip_addr", "opa.runtime", "rand.intn", "time.now_ns", "uuid.rfc4122",
		"io.jwt.decode_verify", "io.jwt.encode_sign", "io.jwt.encode_sign_raw", "json.match_schema", "json.verify_schema",
	})
	for _, name := range removed {
		for _, body := range []string{name + "(1)", "x := " + name, "is_object({}) with is_object as " + name} {
			_, err := Compile(files("a.rego", fmt.Sprintf(houseRule, "object", body)))
			var faults Errors
			require.ErrorAs(t, err, &faults, body)
			require.Equal(t, "a.rego", faults[0].File, body)
			require.Equal(t, 12, faults[0].Line, body)
		}
	}
	require.NotNil(t, capabilities().AllowNet)
	require.Empty(t, capabilities().AllowNet)
}

func TestNoSchemaFromTheNetwork(t *testing.T) {
	asked := false
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	defer server.Close()
	text := fmt.Sprintf(houseRule, "object", "true")
	_, _ = Compile(files("a.rego", text+"\n# METADATA\n# schemas:\n#   - input: {\"$ref\": \""+server.URL+"\"}\np if input.a\n"))
	require.False(t, asked)
}

func TestEndlessRule(t *testing.T) {
	for _, scope := range []string{"object", "set", "fleet"} {
		t.Run(scope, func(t *testing.T) {
			t.Parallel()
			endless := `some a in numbers.range(1, 100000)
	some b in numbers.range(1, 100000)
	a * b == -1`
			e, err := Compile(files("slow.rego", fmt.Sprintf(houseRule, scope, endless)))
			require.NoError(t, err)
			e.Deadline = 2 * time.Second // our own rules end long before, under the race detector as well
			start := time.Now()
			if scope == "fleet" {
				_, err = e.CheckFleet(context.Background(), nil, nil)
			} else {
				_, err = e.Check(context.Background(), Input{Context: acme(), Objects: read(t, "tenant.yaml")})
			}
			require.ErrorContains(t, err, "slow.rego: ACME-001 does not end on ")
			require.Less(t, time.Since(start), time.Minute)
		})
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := engine(t).Check(ctx, Input{Context: acme(), Objects: read(t, "tenant.yaml")})
	require.ErrorIs(t, err, context.Canceled)
}

// A rule that cannot judge does not pass for one that is content, and stops nobody else's work.
func TestRuleThatStumbles(t *testing.T) {
	e, err := Compile(files("a.rego", fmt.Sprintf(houseRule, "object", `to_number(input.object.metadata.name) == 1`)))
	require.NoError(t, err)
	problems, err := e.Check(context.Background(), Input{
		Context: acme(), Objects: read(t, "tenant.yaml")[:1], Checks: []string{"ACME-001", "TS-NET"},
	})
	require.NoError(t, err)
	require.Len(t, problems, 3) // that of the rule, and the default denials missing
	require.Equal(t, "ACME-001", problems[2].Check)
	require.Contains(t, problems[2].Message, "cannot be judged: ")
	require.Equal(t, "Rollout acme-production/web", problems[2].Object.String())
}

// One object that a rule stumbles over hides nothing that it finds in the others, and no other rule.
func TestStumbleHidesNothing(t *testing.T) {
	for _, c := range []struct {
		body string
		want []string
	}{
		{"some o in input.objects\n\tstartswith(o.metadata.labels.team, \"x-\")", []string{"cannot be judged: startswith: operand 1 must be string but got number", "mail is not for tenants"}},
		{"some o in input.objects\n\tstartswith(o.metadata.labels.team, \"y-\")", []string{"cannot be judged: startswith: operand 1 must be string but got number"}},
		{"o := {k: v | some x in input.objects; k := x.kind; v := x.metadata.name}\n\to.Role", []string{"cannot be judged: object keys must be unique"}},
	} {
		e, err := Compile(files("a.rego", fmt.Sprintf(houseRule, "set", c.body)))
		require.NoError(t, err)
		problems, err := e.Check(context.Background(), Input{Context: acme(), Checks: []string{"ACME-001"}, Objects: []manifest.Object{
			object(t, "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, labels: {team: 1}}}"),
			object(t, "{apiVersion: v1, kind: ConfigMap, metadata: {name: b, labels: {team: x-y}}}"),
			object(t, "{apiVersion: v1, kind: ConfigMap, metadata: {name: c}}"),
		}})
		require.NoError(t, err)
		var told []string
		for _, p := range problems {
			require.Equal(t, "ACME-001", p.Check)
			told = append(told, p.Message)
		}
		require.ElementsMatch(t, c.want, told, c.body)
	}
}

func TestFindingsOfNoKnownForm(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles once more for each form, in one goroutine")
	}
	t.Parallel()
	for finding, want := range map[string]string{
		`1`:                               "a finding has no message",
		`{"path": []}`:                    "a finding has no message",
		`{"message": "a"}`:                "a finding has no path",
		`{"message": "a", "path": [1.5]}`: "a finding's path holds 1.5",
		`{"message": "a", "path": [[]]}`:  "a finding's path holds more than text and numbers",
		`{"message": "a", "path": [], "object": 1000}`: "a finding names object 1000 of 35",
	} {
		text := fmt.Sprintf(houseRule, "set", "true")
		text = text[:len(text)-len("deny contains {\"path\": [\"metadata\", \"name\"], \"message\": \"mail is not for tenants\"} if {\n\ttrue\n}\n")]
		e, err := Compile(files("a.rego", text+"deny contains "+finding+"\n"))
		require.NoError(t, err)
		_, err = e.Check(context.Background(), Input{Context: acme(), Objects: read(t, "tenant.yaml")})
		require.ErrorContains(t, err, "a.rego")
		require.ErrorContains(t, err, want)
	}
}

func TestPrintIsSilent(t *testing.T) {
	e, err := Compile(files("a.rego", fmt.Sprintf(houseRule, "object", `print("x"); input.object.kind == "Role"`)))
	require.NoError(t, err)
	problems, err := e.Check(context.Background(), Input{Context: acme(), Objects: read(t, "tenant.yaml")})
	require.NoError(t, err)
	require.Len(t, problems, 1)
}
