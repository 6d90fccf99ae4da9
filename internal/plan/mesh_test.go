package plan

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWhoAPolicyNowLetsIn(t *testing.T) {
	const kept = "spec: {rules: [{from: [{source: {principals: [td/ns/a/sa/web]}}], to: [{operation: {ports: ['80', '81']}}]}]}"
	for name, c := range map[string]struct{ old, new, want string }{
		"another caller": {kept, "spec: {rules: [{from: [{source: {principals: [td/ns/a/sa/web, td/ns/a/sa/job]}}], to: [{operation: {ports: ['80']}}]}]}",
			"medium the policy now lets in td/ns/a/sa/job at port 80"},
		"another port": {kept, "spec: {rules: [{from: [{source: {principals: [td/ns/a/sa/web]}}], to: [{operation: {ports: ['82', '80']}}]}]}",
			"medium the policy now lets in td/ns/a/sa/web at port 82"},
		"every port":   {kept, "spec: {rules: [{from: [{source: {principals: [td/ns/a/sa/web]}}]}]}", "medium the policy now lets in td/ns/a/sa/web\n"},
		"a namespace":  {kept, "spec: {rules: [{from: [{source: {namespaces: [b]}}], to: [{operation: {ports: ['80']}}]}]}", "medium the policy now lets in namespace b at port 80"},
		"everybody":    {kept, "spec: {rules: [{}]}", "high the policy now lets in everybody"},
		"a pattern":    {kept, "spec: {rules: [{from: [{source: {principals: ['td/*']}}]}]}", "high the policy now lets in td/*"},
		"many":         {kept, "spec: {rules: [{from: [{source: {namespaces: [b, c, d, e, f, g]}}]}]}", "namespace e, 2 more"},
		"a condition":  {kept, "spec: {rules: [{when: [{key: a, values: [b]}]}]}", "medium a rule is new or changed"},
		"an address":   {kept, "spec: {rules: [{from: [{source: {ipBlocks: [10.0.0.0/8]}}]}]}", "medium a rule is new or changed"},
		"a path":       {kept, "spec: {rules: [{from: [{source: {namespaces: [b]}}], to: [{operation: {paths: [/a]}}]}]}", "medium a rule is new or changed"},
		"fewer ports":  {kept, "spec: {rules: [{from: [{source: {principals: [td/ns/a/sa/web]}}], to: [{operation: {ports: ['80']}}]}]}", ""},
		"split in two": {kept, "spec: {rules: [{from: [{source: {principals: [td/ns/a/sa/web]}}], to: [{operation: {ports: ['80']}}]}, {from: [{source: {principals: [td/ns/a/sa/web]}}], to: [{operation: {ports: ['81']}}]}]}", ""},
		"fewer of a namespace": {"spec: {rules: [{from: [{source: {namespaces: [b], notPrincipals: ['*/ns/b/sa/x']}}]}]}",
			"spec: {rules: [{from: [{source: {namespaces: [b], notPrincipals: ['*/ns/b/sa/w', '*/ns/b/sa/x']}}]}]}", ""},
		"more of a namespace": {"spec: {rules: [{from: [{source: {namespaces: [b], notPrincipals: ['*/ns/b/sa/w', '*/ns/b/sa/x']}}]}]}",
			"spec: {rules: [{from: [{source: {namespaces: [b], notPrincipals: ['*/ns/b/sa/w']}}]}]}", "medium the policy now lets in namespace b but for */ns/b/sa/w\n"},
		"nobody":         {kept, "spec: {rules: []}", ""},
		"from everybody": {"spec: {rules: [{}]}", kept, ""},
	} {
		old, new := objectOf(t, "security.istio.io/v1", "AuthorizationPolicy", c.old), objectOf(t, "security.istio.io/v1", "AuthorizationPolicy", c.new)
		got := ""
		for _, r := range risksOf(change(old, new)) {
			got += string(r.Severity) + " " + r.Message + "\n"
		}
		if c.want == "" {
			require.Empty(t, got, name)
		}
		require.Contains(t, got, c.want, name)
	}
}

// A policy that allows and goes closes, as long as another one refuses the rest.
func TestAPolicyThatGoes(t *testing.T) {
	allow := objectOf(t, "security.istio.io/v1", "AuthorizationPolicy", "spec: {selector: {matchLabels: {a: b}}, rules: [{}]}")
	deny := objectOf(t, "security.istio.io/v1", "AuthorizationPolicy", "spec: {}")
	deny[0].Tree["metadata"].(map[string]any)["name"] = "default-deny"
	both := slices.Concat(allow, deny)
	require.Empty(t, risksOf(change(both, deny)))
	gone := risksOf(change(both, allow))
	require.Len(t, gone, 1)
	require.Equal(t, RemovedGuard, gone[0].Class)
	require.Len(t, risksOf(change(allow, nil)), 1)
	require.Empty(t, risksOf(change(nil, deny)))
	require.Empty(t, risksOf(change(nil, allow)), "the first that allows refuses the rest")
	added := risksOf(change(deny, both))
	require.Len(t, added, 1)
	require.Equal(t, "the policy now lets in everybody", added[0].Message)
}
