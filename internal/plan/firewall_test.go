package plan

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	blocks1 = `["SecRule INBOUND_DATA_ERROR \"@eq 1\" \"id:1\"", "SecRuleEngine On", "SecRequestBodyLimit 131073", "Include @owasp_crs/*.conf"]`
	detects = `["SecRuleEngine DetectionOnly", "SecRequestBodyLimit 131073"]`
	omits   = `["SecRuleEngine On", "SecRequestBodyLimit 131073", "SecRuleRemoveById 942100", "SecRuleRemoveById 942110"]`
	larger  = `["SecRuleEngine On", "SecRequestBodyLimit 1048577"]`
	paths   = `["SecRuleEngine On", "SecRequestBodyLimit 131073", "SecRule REQUEST_URI_RAW \"@rx ^/up\" \"id:90100,phase:1,t:none,pass,nolog,ctl:ruleEngine=DetectionOnly,ctl:requestBodyLimit=131073,skipAfter:X\"", "SecRule REQUEST_URI_RAW \"@rx ^/\" \"id:90101,phase:1,ctl:ruleEngine=On,ctl:requestBodyLimit=131073,ctl:ruleRemoveById=1,skipAfter:X\""]`
)

// TestWeakerFirewall: a firewall that refuses less before a host or a route is told, and nothing else is.
func TestWeakerFirewall(t *testing.T) {
	route := "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: web, namespace: acme-production}\nspec: {}\n---\n"
	envoy := func(rules string) string {
		return route + "apiVersion: gateway.envoyproxy.io/v1alpha1\nkind: EnvoyExtensionPolicy\nmetadata: {name: waf, namespace: acme-production}\n" +
			"spec: {targetRefs: [{kind: HTTPRoute, name: web}], wasm: [{config: {directives_map: {a: " + rules + "}, default_directives: a}}]}\n"
	}
	istio := func(host, rules string) string {
		authorities := "{" + host + ": b}"
		if host == "" {
			authorities = "{}"
		}
		return "apiVersion: extensions.istio.io/v1alpha1\nkind: WasmPlugin\nmetadata: {name: waf, namespace: gateway}\n" +
			"spec: {pluginConfig: {directives_map: {a: " + blocks1 + ", b: " + rules + "}, default_directives: a, per_authority_directives: " + authorities + "}}\n"
	}
	for name, c := range map[string]struct{ old, new, want string }{
		"detects":            {envoy(blocks1), envoy(detects), "high route web: the firewall lets requests through that it refused, and only tells of them"},
		"off":                {envoy(detects), route, "high route web: the firewall no longer looks at requests"},
		"the route goes":     {envoy(blocks1), "", ""},
		"fewer rules":        {envoy(blocks1), envoy(omits), "medium route web: the firewall no longer asks rule 942100, rule 942110"},
		"larger bodies":      {envoy(blocks1), envoy(larger), "low route web: the firewall lets in bodies of 1048577 bytes, where 131073 were the most"},
		"stricter":           {envoy(detects), envoy(blocks1), ""},
		"more rules":         {envoy(omits), envoy(blocks1), ""},
		"one path":           {envoy(blocks1), envoy(paths), "high route web, paths ^/up: the firewall lets requests through that it refused, and only tells of them\nmedium route web, paths ^/: the firewall no longer asks rule 1"},
		"a host":             {istio("a.example", blocks1), istio("a.example", detects), "high host a.example: the firewall lets requests through"},
		"another host":       {istio("a.example", detects), istio("b.example", detects), ""},
		"a host is like all": {istio("a.example", detects), istio("", detects), ""},
		"all hosts":          {istio("", detects), "", "high hosts that nobody names: the firewall no longer looks at requests"},
	} {
		got := ""
		for _, r := range risksOf(change(objects(t, c.old), objects(t, c.new))) {
			if r.Class == RemovedGuard && strings.Contains(r.Message, "firewall") {
				got += fmt.Sprintf("%s %s\n", r.Severity, r.Message)
			}
		}
		if c.want == "" {
			require.Empty(t, got, name)
		}
		require.Contains(t, got, c.want, name)
	}
}

// TestUnfollowed: the last of what an engine applies a place by is told, and not one of several.
func TestUnfollowed(t *testing.T) {
	app := "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: %s, namespace: argocd}\nspec: {}\n---\n"
	both := fmt.Sprintf(app+app, "a", "b")
	found := risksOf(change(objects(t, both), objects(t, "")))
	require.Len(t, found, 1)
	require.Contains(t, found[0].Message, "nothing rendered applies this place any more")
	require.Empty(t, risksOf(change(objects(t, both), objects(t, fmt.Sprintf(app, "a")))))
}
