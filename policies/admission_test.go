package policies

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var admissionRow = regexp.MustCompile(`(?m)^\| ([A-Z]+-[A-Z]+-[0-9]+) \| (.*) \| (yes|in part|no) \| (.*) \|$`)

// TestAdmissionPage holds that docs/admission.md tells of every check whether the API server asks it as well, and why
// not where it does not.
func TestAdmissionPage(t *testing.T) {
	page, err := os.ReadFile("../docs/admission.md")
	require.NoError(t, err)
	guarded := map[string]bool{}
	guards, err := engine(t).Guards(everything())
	require.NoError(t, err)
	for _, g := range guards {
		guarded[g.Check] = true
	}
	told := map[string][]string{}
	for _, row := range admissionRow.FindAllStringSubmatch(string(page), -1) {
		require.NotContains(t, told, row[1])
		told[row[1]] = row[2:]
	}
	for _, r := range engine(t).Rules() {
		row := told[r.ID]
		require.NotNil(t, row, "docs/admission.md does not tell of %s", r.ID)
		require.Equal(t, r.Title, row[0])
		require.Equal(t, guarded[r.ID], row[1] != "no", r.ID)
		require.Equal(t, row[1] == "yes", row[2] == "", "%s: only what is not guarded whole has a reason", r.ID)
		delete(told, r.ID)
	}
	require.Empty(t, told)
}

// everything is a context in which every guard is asked.
func everything() Context {
	return Context{Protected: true, Platform: Platform{Spec: NewDocument(map[string]any{"registries": []any{"ghcr.io/example"}})}}
}

// Every guard is about what its check is about, and its messages say which check and what mends it.
func TestGuards(t *testing.T) {
	guards, err := engine(t).Guards(everything())
	require.NoError(t, err)
	names := map[string]bool{}
	for _, g := range guards {
		rules, err := engine(t).Selected([]string{g.Check})
		require.NoError(t, err, g.Name)
		require.True(t, strings.HasPrefix(g.Name, strings.ToLower(g.Check)))
		require.False(t, names[g.Name], g.Name)
		names[g.Name] = true
		require.Equal(t, rules[0].Waivable && !g.Hands, g.Waivable)
		require.NotEmpty(t, g.Validations)
		for _, v := range g.Validations {
			require.Contains(t, v.Message, g.Check+": ")
			require.Contains(t, v.Message, map[bool]string{true: "change the tenant's file", false: strings.Trim(quote(rules[0].Remedy), `"`)}[g.Hands])
			require.Equal(t, g.Waivable, strings.HasPrefix(v.Expression, "variables.waived || "))
		}
	}
	require.Greater(t, len(guards), 60)
	some, err := engine(t).Guards(Context{Platform: Platform{ClusterVersion: "v1.30"}})
	require.NoError(t, err)
	for _, g := range some {
		require.NotContains(t, []string{"ts-img-001", "ts-img-002", "ts-rbac-003", "ts-net-005"}, g.Name, "needs registries, a protected environment, or a newer cluster")
	}
	none, err := engine(t).Guards(Context{Platform: Platform{ClusterVersion: "v1.29"}})
	require.NoError(t, err)
	require.Empty(t, none)
}

// Settings stand in a guard as CEL.
func TestGuardSettings(t *testing.T) {
	for want, value := range map[string]any{
		`[]`: nil, `["a\"b"]`: `a"b`, `["a", "b"]`: []any{"a", "b"}, `{"a": "b"}`: map[string]any{"a": "b"}, `["a", "c"]`: map[string]any{"c": map[string]any{}, "a": "x"}, `34`: int64(34),
	} {
		require.Equal(t, want, literal(value))
		if value != nil {
			require.Equal(t, want, literal(NewDocument(value).value))
		}
	}
}

func TestGuardSettingsOfEach(t *testing.T) {
	shared := map[string]any{"kafka": map[string]any{"namespace": "queues"}, "auth": map[string]any{"namespace": "identity"}, "none": map[string]any{}, "odd": 1}
	for _, spec := range []any{shared, NewDocument(shared).value} {
		require.Equal(t, []any{"identity", "queues"}, setting(map[string]any{"shared": spec}, "shared.*.namespace"))
	}
	require.Equal(t, "[]", literal(setting(map[string]any{}, "shared.*.namespace")))
}

// mail is a check of the platform's own, with guards beside it.
const mail = `# METADATA
# title: Mail
# custom: {id: house-mail, severity: high, scope: object, waivable: true, remedy: ask us}
package checks.house_mail

deny contains {"path": [], "message": "no"} if input.object.kind == "Mail"
`

func TestGuardFiles(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles once more for each file, in one goroutine")
	}
	for text, want := range map[string]string{
		"- x": `1:3: a guard is a map of name, by,`,
		"- {resources: [v1/pods], deny: [{when: 'true', message: x}], x: y}":                                                    `1:62: a guard has no "x"`,
		"- {deny: [{when: 'true', message: x}]}":                                                                                `1:3: a guard needs resources`,
		"- {resources: [v1/pods]}":                                                                                              `1:3: a guard needs deny`,
		"- {resources: [pods/exec], deny: [{when: 'true', message: x}]}":                                                        `resource "pods/exec" is not pods or group/version/resource`,
		"- {resources: [v1/pods], deny: [{message: x}]}":                                                                        `a denial needs when`,
		"- {resources: [v1/pods], deny: [{when: 'true'}]}":                                                                      `a denial needs message`,
		"- {resources: [v1/pods], deny: [{each: volumes, when: 'true', message: x}]}":                                           `each volumes is for guards whose resources are pods`,
		"- {by: us, resources: [v1/pods], deny: [{when: 'true', message: x}]}":                                                  `by "us" is not others`,
		"- {since: v1.31, resources: [v1/pods], deny: [{when: 'true', message: x}]}":                                            `since is the minor version of Kubernetes, a number`,
		"- {judges: [1], resources: [v1/pods], deny: [{when: 'true', message: x}]}":                                             `judges holds more than texts`,
		"- {resources: [v1/pods], deny: [{when: 'object.kind ==', message: x}]}":                                                `1:40: line 1, column 15 of the expression: mismatched input '<EOF>'`,
		"- resources: [v1/pods]\n  deny:\n  - message: x\n    when: |\n      true &&\n      (1 == 2":                            `4:11: line 2, column 8 of the expression: `,
		"- {resources: [v1/pods], deny: [{when: 'true // yes', message: x}]}":                                                   `the expression ends in a comment`,
		"- {resources: [v1/pods], deny: [{when: 'true) || (false', message: x}]}":                                               `line 1, column 5 of the expression: `,
		"- {resources: [v1/pods], deny: [{each: 'object.items[', when: 'true', message: x}]}":                                   `1:40: line 1, column 14 of the expression: `,
		"- {resources: [v1/pods], variables: {a: 'x y'}, deny: [{when: 'true', message: x}]}":                                   `1:41: line 1, column 3 of the expression: `,
		"- {settings: {a: 1}, resources: [v1/pods], deny: [{when: 'true', message: x}]}":                                        `a must be a text`,
		"- {resources: pods, deny: [{when: 'true', message: x}]}\n- {resources: [v1/pods], deny: [{when: 'true', message: x}]}": `2:3: another guard of house-mail is called ""`,
	} {
		_, err := Compile(files("policies/mail.rego", mail, "policies/mail.cel.yaml", text), "policies")
		var faults Errors
		require.ErrorAs(t, err, &faults, text)
		require.ErrorContains(t, err, "policies/mail.cel.yaml:", text)
		require.ErrorContains(t, err, want, text)
	}
	e, err := Compile(files("policies/mail.rego", mail, "policies/mail.cel.yaml",
		"- {resources: [example.com/*/mails], settings: {a: platform.spec.x}, deny: [{when: 'true', message: there is mail}]}"), "policies")
	require.NoError(t, err)
	guards, err := e.Guards(everything(), "house-mail")
	require.NoError(t, err)
	require.Len(t, guards, 1)
	require.Equal(t, `"house-mail: there is mail; fix: ask us"`, guards[0].Validations[0].Message)

	// Whatever a cluster has of functions and macros is not ours to know, and neither are optional fields.
	_, err = Compile(files("policies/mail.rego", mail, "policies/mail.cel.yaml",
		"- {resources: [example.com/*/mails], variables: {a: 'object.?spec.optMap(s, s.?x[?0].orValue(quantity(\"1\")))'}, deny: [{each: 'variables.a.transformList(k, v, v)', when: 'ip(it).isGlobalUnicast() // so', message: no}]}"), "policies")
	require.ErrorContains(t, err, "comment")
	_, err = Compile(files("policies/mail.rego", mail, "policies/mail.cel.yaml",
		"- {resources: [example.com/*/mails], variables: {a: 'object.?spec.optMap(s, s.?x[?0].orValue(quantity(\"1\"))) // a'}, deny: [{each: 'variables.a.transformList(k, v, v)', when: 'ip(it).isGlobalUnicast()', message: no}]}"), "policies")
	require.NoError(t, err)
}
