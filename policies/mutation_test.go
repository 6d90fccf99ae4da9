package policies

import (
	"context"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// mailRule is a check of a platform's own, of several scopes.
var mailRule = Rule{ID: "ACME-001", File: "policies/mail.rego", Scopes: []Scope{ObjectScope}}

func TestMutationFiles(t *testing.T) {
	for text, want := range map[string]string{
		"":                                 `policies/mail.mutations.yaml:1:1: file is empty`,
		"name: x":                          `1:1: a list of mutations is needed`,
		"- x":                              `1:3: a mutation is a map of name, object,`,
		"- {add: {kind: Pod}}":             `1:3: a mutation needs name`,
		"- {name: x}":                      `1:3: mutation "x" changes nothing: it needs object and patch, remove, add, context, member or change`,
		"- {name: 1}":                      `1:10: name must be a text: write it in quotes`,
		"- {name: x, adds: {}}":            `1:13: a mutation has no "adds": use name, object, patch,`,
		"- {name: x, object: {kind: Pod}}": `1:3: mutation "x" needs both object and patch`,
		"- {name: x, patch: [{op: remove, path: /spec}]}":                                   `1:3: mutation "x" needs both object and patch`,
		"- {name: x, object: {name: web}, patch: [{op: remove, path: /spec}]}":              `1:21: an object needs kind`,
		"- {name: x, object: {kind: Pod, names: x}, patch: [{op: remove, path: /spec}]}":    `1:33: an object has no "names": use kind, name`,
		"- {name: x, context: []}":                                                          `1:22: a list of operations is needed`,
		"- {name: x, context: [{op: move, path: /a, value: 1}]}":                            `1:28: op "move" is not add, remove, replace, test`,
		"- {name: x, context: [{op: add, path: a.b, value: 1}]}":                            `1:39: path "a.b": a path leads to a field, as in /spec/replicas`,
		"- {name: x, context: [{op: add, path: /a}]}":                                       `1:23: add needs a value`,
		"- {name: x, context: [{op: remove, path: /a, from: /b}]}":                          `1:46: an operation has no "from": use op, path, value`,
		"- {name: x, add: {kind: Pod}}":                                                     `1:18: what is added is a Kubernetes object with apiVersion and kind`,
		"- {name: x, add: []}":                                                              `1:18: a list that is not empty is needed`,
		"- {name: x, add: {apiVersion: v1, kind: Pod, metadata: {namespace: {namespace}}}}": `1:68: write "{namespace}" in quotes`,
		"- {name: x, owner: us, add: {apiVersion: v1, kind: Pod}}":                          `1:20: owner "us" is not platform or workload`,
		"- {name: x, owner: platform, remove: {kind: Pod}}":                                 `1:20: owner is that of what is added, and nothing is`,
		"- {name: x, member: {tenant: a}}":                                                  `1:21: member is for checks of the scope fleet, which ACME-001 has not`,
		"- {name: x, member: {tenants: a}}":                                                 `1:21: unknown field "tenants"`,
		"- {name: x, member: a}":                                                            `1:21: a map is needed`,
		"- {name: x, change: {author: ada}}":                                                `1:21: change is for checks of the scope change, which ACME-001 has not`,
		"- {name: x, change: {approvals: ada}}":                                             `1:21: approvals cannot be a string`,
		"- {name: x, remove: {kind: Pod}}\n- {name: x, remove: {kind: Job}}":                `2:10: another mutation is called "x"`,
		"- {name: x, remove: {kind: Pod}\n- {name: y}":                                      `policies/mail.mutations.yaml:`,
		"- {name: x, remove: {kind: Pod}, context: [{op: add, path: /a, value: &a b}]}":     `policies/mail.mutations.yaml:1:`,
	} {
		_, err := Mutations(files("policies/mail.mutations.yaml", text), []Rule{mailRule})
		var faults Errors
		require.ErrorAs(t, err, &faults, text)
		require.ErrorContains(t, err, want, text)
	}
	of := mailRule
	of.Scopes = []Scope{ChangeScope}
	_, err := Mutations(files("policies/mail.mutations.yaml", "- {name: x, remove: {kind: Pod}}"), []Rule{of})
	require.ErrorContains(t, err, `1:3: mutation "x" needs change: ACME-001 judges nothing else`)
}

func TestRulesWithoutMutations(t *testing.T) {
	all, err := Mutations(files("policies/other.mutations.yaml", "nonsense"), []Rule{mailRule})
	require.NoError(t, err)
	require.Empty(t, all)
}

func TestJSONPatch(t *testing.T) {
	tree := func() any {
		return map[string]any{"a": map[string]any{"b/c": int64(1), "~": "x"}, "l": []any{"p", map[string]any{"q": true}}}
	}
	for _, c := range []struct {
		op, path string
		value    any
		at       manifest.Path // what is there then; nil for a patch that does not fit
		want     any
	}{
		{"add", "/a/new", "x", manifest.Path{"a", "new"}, "x"},
		{"add", "/a/b~1c", "x", manifest.Path{"a", "b/c"}, "x"},
		{"add", "/l/0", "x", manifest.Path{"l"}, []any{"x", "p", map[string]any{"q": true}}},
		{"add", "/l/2", "x", manifest.Path{"l", 2}, "x"},
		{"add", "/l/-", "x", manifest.Path{"l", 2}, "x"},
		{"add", "/l/3", "x", nil, nil},
		{"add", "/l/x", "x", nil, nil},
		{"add", "/no/new", "x", nil, nil},
		{"add", "/a/b~1c/d", "x", nil, nil},
		{"replace", "/a/~0", "y", manifest.Path{"a", "~"}, "y"},
		{"replace", "/l/1/q", false, manifest.Path{"l", 1, "q"}, false},
		{"replace", "/a/new", "x", nil, nil},
		{"replace", "/l/-", "x", nil, nil},
		{"remove", "/l/0", nil, manifest.Path{"l"}, []any{map[string]any{"q": true}}},
		{"remove", "/a", nil, manifest.Path{}, map[string]any{"l": []any{"p", map[string]any{"q": true}}}},
		{"remove", "/a/new", nil, nil, nil},
		{"remove", "/l/2", nil, nil, nil},
		{"test", "/a/b~1c", 1.0, manifest.Path{"a", "b/c"}, 1.0},
		{"test", "/a/b~1c", "1", nil, nil},
		{"test", "/a/new", nil, nil, nil},
	} {
		steps, err := readPointer(c.path)
		require.NoError(t, err)
		before := tree()
		after, err := apply([]operation{{c.op, steps, c.value}}, before)
		require.Equal(t, tree(), before, "the tree itself stays")
		if c.at == nil {
			require.ErrorContains(t, err, c.op+" "+c.path+": ")
			continue
		}
		require.NoError(t, err)
		got, _ := c.at.Lookup(after)
		require.Equal(t, c.want, got, "%s %s", c.op, c.path)
	}
}

// What a mutation says of the context is what rules and the engine see, and the rest of it stays.
func TestPatchedContext(t *testing.T) {
	c := acme()
	c.Protected, c.Spec = true, NewDocument(map[string]any{"services": map[string]any{"web": map[string]any{"replicas": 2.0}}})
	thing := map[string]any{"group": "example.com", "kind": "Thing", "scope": "Namespaced"}
	p, err := c.patched([]operation{
		{"replace", []string{"protected"}, false}, {"add", []string{"spec", "services", "web", "kind"}, "worker"},
		{"add", []string{"platform", "minor"}, int64(30)}, {"add", []string{"platform", "allowed_kinds", "-"}, thing},
	})
	require.NoError(t, err)
	tree := p.value()
	before, err := ast.JSON(ast.MustInterfaceToValue(c.value()))
	require.NoError(t, err)
	want := plainNumbers(before).(map[string]any)
	want["protected"] = false
	want["spec"].(map[string]any)["services"].(map[string]any)["web"] = map[string]any{"replicas": int64(2), "kind": "worker"}
	want["platform"].(map[string]any)["minor"] = int64(30)
	want["platform"].(map[string]any)["allowed_kinds"] = []any{thing}
	require.Equal(t, want, tree)
	require.Zero(t, p.Spec.value.Compare(ast.MustInterfaceToValue(want["spec"])))
	require.Equal(t, []Kind{{"example.com", "Thing", "Namespaced"}}, p.Platform.AllowedKinds)
	require.NotContains(t, c.value()["spec"].(ast.Value).String(), "worker")
	_, err = c.patched([]operation{{"replace", []string{"now", "x"}, "x"}})
	require.EqualError(t, err, "replace /now/x: there is nothing")
	require.False(t, has(map[string]any{"spec": map[string]any{"a": []any{}, "b": map[string]any{}}}, "spec.a"))
	require.False(t, has(map[string]any{"spec": map[string]any{"a": []any{}, "b": map[string]any{}}}, "spec.b"))
}

// try reads one mutation of a rule and tries it on the tenant of testdata.
func try(t *testing.T, e *Engine, id, text string) (Attempt, error) {
	t.Helper()
	rules, err := e.Selected([]string{id})
	require.NoError(t, err)
	found, faults := readMutations(rules[0], []byte(text))
	require.Empty(t, faults)
	objects := read(t, "tenant.yaml")
	self := Member{Tenant: "acme", Environment: "production", Cluster: "main", Namespaces: []string{"acme-production"}}
	for _, o := range objects {
		self.Keys = append(self.Keys, OwnedKey{o.Key(), o.Owner})
	}
	return e.Try(context.Background(), rules[0], found[0], Subject{Context: acme(), Objects: objects, Fleet: []Member{self}})
}

func TestTry(t *testing.T) {
	for _, c := range []struct{ id, text, found, object string }{
		{"TS-POD-001", "- {name: x, add: {apiVersion: v1, kind: Pod, metadata: {name: '{tenant}-x'}, spec: {containers: [{name: a, securityContext: {privileged: true}}]}}}",
			`container "a" is privileged, which is root on the node`, "Pod acme-production/acme-x"},
		{"TS-GEN-003", "- {name: x, owner: platform, add: {apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: x}}}",
			"ClusterRole x belongs to the whole cluster", "ClusterRole x"},
		{"TS-GEN-002", "- {name: x, member: {namespaces: ['{namespace}']}}", `namespace "acme-production" belongs to another tenant as well`, ""},
		{"TS-GEN-004", "- {name: x, add: {apiVersion: v1, kind: ConfigMap, metadata: {name: new}}, member: {keys: [{kind: ConfigMap, namespace: '{namespace}', name: new}]}}",
			`ConfigMap "new" belongs to another tenant as well`, "ConfigMap acme-production/new"},
		{"TS-GEN-002", "- {name: x, member: [{tenant: b, namespaces: [new]}, {tenant: c, namespaces: [new]}]}", `namespace "new" belongs to another tenant as well`, ""},
		{"TS-POD-022", "- {name: x, context: [{op: add, path: /platform/minor, value: 26}]}", "enforces version v1.34 of Pod Security; the platform runs v1.26", ""},
		{"TS-POD-001", "- {name: x, remove: {kind: Rollout}}", "", "Rollout acme-production/web"},
	} {
		a, err := try(t, engine(t), c.id, c.text)
		require.NoError(t, err)
		require.Empty(t, a.Why)
		require.Equal(t, c.object, a.Object.String()[:len(a.Object.String())*min(len(c.object), 1)], c.text)
		if c.found == "" {
			require.Empty(t, a.Found, c.text)
			continue
		}
		require.NotEmpty(t, a.Found, c.text)
		require.Contains(t, a.Found[0].Message, c.found)
	}
}

func TestTryWhatCannotBeApplied(t *testing.T) {
	for text, want := range map[string]string{
		"- {name: x, object: {kind: CronJob}, patch: [{op: remove, path: /spec}]}":                            "there is no CronJob",
		"- {name: x, object: {kind: pods, name: '{tenant}'}, patch: [{op: remove, path: /spec}]}":             "there is no object with pods acme",
		"- {name: x, object: {kind: Rollout}, patch: [{op: replace, path: '/spec/{namespace}', value: web}]}": "the patch fits no Rollout: replace /spec/acme-production: there is nothing",
		"- {name: x, context: [{op: add, path: /nothing/at/all, value: 1}]}":                                  "the patch does not fit the context: add /nothing/at/all: there is nothing",
		"- {name: x, remove: [{kind: Rollout}, {kind: Job}]}":                                                 "there is no Job",
	} {
		a, err := try(t, engine(t), "TS-POD-001", text)
		require.NoError(t, err)
		require.Equal(t, want, a.Why)
	}
}

// A rule that needs what only the mutation brings is asked, and what it says of that alone is no answer.
func TestTryWithNeeds(t *testing.T) {
	const rule = `# METADATA
# title: Logs go where the platform wants them
# custom: {id: house-logs, severity: low, scope: [object, change], waivable: true, remedy: remove it, needs: [platform.spec.logs]}
package checks.house_logs

deny contains {"path": ["kind"], "message": "a Service"} if input.object.kind == "Service"

deny contains {"path": [], "message": "nobody wrote it"} if input.change.author == ""
`
	e, err := Compile(files("a.rego", rule))
	require.NoError(t, err)
	a, err := try(t, e, "house-logs", "- {name: x, add: {apiVersion: v1, kind: Service, metadata: {name: new}}}")
	require.NoError(t, err)
	require.Equal(t, "platform.spec.logs is not set", a.Why)
	with := "- {name: x, context: [{op: add, path: /platform/spec, value: {logs: yes}}]"
	a, err = try(t, e, "house-logs", with+", add: {apiVersion: v1, kind: Service, metadata: {name: new}}}")
	require.NoError(t, err)
	require.Len(t, a.Found, 1)
	a, err = try(t, e, "house-logs", with+", add: {apiVersion: v1, kind: ConfigMap, metadata: {name: new}}}")
	require.NoError(t, err)
	require.Empty(t, a.Why)
	require.Empty(t, a.Found)
	a, err = try(t, e, "house-logs", with+", change: {head: abc}}")
	require.NoError(t, err)
	require.Len(t, a.Found, 1)
}
