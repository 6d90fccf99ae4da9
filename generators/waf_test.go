package generators

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/api/resource"
	"pgregory.net/rapid"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// fenced is a tenant with these services on a cluster whose gateway runs Coraza.
func fenced(router string, services map[string]schemas.Service) input {
	in := behind(router, services)
	in.env.Cluster.WAF = "coraza"
	in.env.Platform.Images.WAF = "ghcr.io/corazawaf/coraza-proxy-wasm:0.6.0"
	return in
}

// fences are a service with all that can be said of the firewall, one with nothing, and one without it.
func fences() map[string]schemas.Service {
	web, api, feed := shop(schemas.Release{Strategy: "rolling"}), shop(schemas.Release{Strategy: "rolling"}), shop(schemas.Release{Strategy: "rolling"})
	web.Expose = append(web.Expose, schemas.Expose{Host: "www.example.com", Port: "http"}, schemas.Expose{Host: "shop.example.com", Path: "/feed/", Port: "http", WAF: "off"})
	api.Expose = []schemas.Expose{{Host: "shop.example.com", Path: "/api/v1.0", Port: "http", WAF: "detect"}}
	api.WAF = schemas.WAF{Exclude: []int32{942100, 911100, 942100}, MaxBody: new(resource.MustParse("10Mi"))}
	feed.Expose = []schemas.Expose{{Host: "feed.example.com", Path: "/", Port: "http", WAF: "off"}}
	return map[string]schemas.Service{"web": web, "api": api, "feed": feed}
}

func TestGoldenFirewall(t *testing.T) {
	golden(t, "firewall-gateway-api", ofKind(render(fenced(schemas.GatewayAPI, fences())), "EnvoyExtensionPolicy"))
}

func ofKind(objs []manifest.Object, kind string) []manifest.Object {
	var out []manifest.Object
	for _, o := range objs {
		if o.Kind() == kind {
			out = append(out, o)
		}
	}
	return out
}

// Hosts for which the firewall does the same share what it takes of memory, and the tier says what a host does not.
func TestFirewallIsShared(t *testing.T) {
	web := shop(schemas.Release{Strategy: "rolling"})
	web.Expose = append(web.Expose, schemas.Expose{Host: "www.example.com", Port: "http"}, schemas.Expose{Host: "shop.example.com", Path: "/api", Port: "http"})
	in := fenced(schemas.GatewayAPI, map[string]schemas.Service{"web": web, "other": {Kind: "service", Ports: web.Ports, Expose: []schemas.Expose{{Host: "other.example.com", Port: "http"}}}})
	policies := ofKind(render(in), "EnvoyExtensionPolicy")
	require.Len(t, policies, 1)
	require.Equal(t, "waf-block", policies[0].Name())
	require.Len(t, at(t, policies[0], "spec.targetRefs"), 3)
	for _, ref := range at(t, policies[0], "spec.targetRefs").([]any) {
		one(t, render(in), "HTTPRoute", ref.(map[string]any)["name"].(string))
	}
	in.env.Tier.WAF = "detect"
	one(t, render(in), "EnvoyExtensionPolicy", "waf-detect")
	in.env.Tier.WAF = "off"
	require.Empty(t, ofKind(render(in), "EnvoyExtensionPolicy"))
	for _, waf := range []string{"none", "gateway"} {
		in.env.Tier.WAF, in.env.Cluster.WAF = "block", waf
		require.Empty(t, ofKind(render(in), "EnvoyExtensionPolicy"))
	}
}

// Whatever a path is, its expression fits it and what is below it and nothing else, and leaves the directive in one piece.
func TestPathDirective(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		path := "/" + rapid.String().Draw(t, "path")
		d := pathDirective(pathRule, guard{path: path, mode: "off", body: 1})
		require.Equal(t, 4, strings.Count(d, `"`), d)
		require.NotContains(t, d, "\n")
		_, rest, _ := strings.Cut(d, `"@rx `)
		expression, actions, _ := strings.Cut(rest, `" "`)
		require.Equal(t, `id:90100,phase:1,t:none,pass,nolog,ctl:ruleEngine=Off,ctl:requestBodyLimit=2,skipAfter:TENANTSMITH_PATHS"`, actions)
		require.NotContains(t, expression, " ")
		fits, err := regexp.Compile(expression)
		require.NoError(t, err, expression)
		if !strings.ContainsRune(path, '\uFFFD') {
			for _, below := range []string{"", "/", "/x", "?a=b"} {
				require.True(t, fits.MatchString(path+below), "%s %s", expression, path+below)
			}
		}
		if path != "/" {
			require.False(t, fits.MatchString(path+"x"), expression)
			require.False(t, fits.MatchString("/x"+path), expression)
		}
	})
}

func TestProfiles(t *testing.T) {
	whole := newProfile([]guard{{path: "/", mode: "block", body: defaultBody}})
	require.Equal(t, "block", whole.name)
	require.NotContains(t, strings.Join(whole.directives, "\n"), "SecMarker")
	require.Equal(t, whole, newProfile([]guard{{path: "/a", mode: "block", body: defaultBody}, {path: "/", mode: "block", body: defaultBody}}))
	off := newProfile([]guard{{path: "/a", mode: "off", body: 5}, {path: "/", mode: "off", body: defaultBody, exclude: []int32{942100}}})
	require.Equal(t, profile{"off", []string{"SecRuleEngine Off"}}, off)
	names := map[string]bool{}
	for _, g := range []guard{{mode: "block", body: 7}, {mode: "block", body: defaultBody, exclude: []int32{942100}}, {mode: "detect", body: defaultBody}, {mode: "detect", body: 7}} {
		names[newProfile([]guard{g}).name] = true
	}
	require.Len(t, names, 4)
	mixed := newProfile([]guard{{path: "/api", mode: "off", body: defaultBody}, {path: "/", mode: "detect", body: 7}})
	require.Regexp(t, "^detect-", mixed.name)
	require.Contains(t, mixed.directives, "SecRuleEngine DetectionOnly")
	require.Contains(t, mixed.directives, "SecRequestBodyLimit 131073")
}

// gathered are all tenants of a platform with these environments, whose gateway is Istio's.
func gathered(in input, environments ...schemas.PlatformEnvironment) []manifest.Object {
	p := *in.env.Platform
	p.Environments, p.Clusters = environments, map[string]*schemas.Cluster{"main": in.env.Cluster}
	var out []manifest.Object
	for _, env := range environments {
		out = append(out, ofKind(Platform(&p, env, nil, []*schemas.Tenant{in.tenant}), "WasmPlugin")...)
	}
	return out
}

func TestGoldenGatewayFirewall(t *testing.T) {
	services := fences()
	web := services["web"]
	web.Expose = append(web.Expose, schemas.Expose{Host: "*.shop.example.com", Port: "http"})
	services["web"] = web
	in := fenced(schemas.Istio, services)
	plugins := gathered(in, schemas.PlatformEnvironment{Name: "staging", Cluster: "main"}, schemas.PlatformEnvironment{Name: "production", Cluster: "main"})
	golden(t, "firewall-istio", plugins)
	require.Len(t, plugins, 1, "a second one on the cluster would judge the hosts of the first")
	in.env.Cluster.GatewayLabels = map[string]string{"app": "gateway"}
	again := gathered(in, schemas.PlatformEnvironment{Name: "production", Cluster: "main"})
	require.Equal(t, map[string]any{"app": "gateway"}, at(t, again[0], "spec.selector.matchLabels"))
	main := in.env.Cluster
	in.env.Cluster = &schemas.Cluster{Name: "other", Router: schemas.Istio, WAF: "coraza"}
	production := schemas.PlatformEnvironment{Name: "production", Cluster: "main"}
	p := schemas.Platform{Environments: []schemas.PlatformEnvironment{production}, Clusters: map[string]*schemas.Cluster{"main": main}}
	plugin := one(t, Platform(&p, production, nil, []*schemas.Tenant{in.tenant}), "WasmPlugin", "tenants-waf")
	require.NotContains(t, at(t, plugin, "spec.pluginConfig"), "per_authority_directives", "hosts of another cluster")
	require.True(t, p.Gathers())
	main.WAF = "gateway"
	require.Empty(t, Platform(&p, production, nil, []*schemas.Tenant{in.tenant}))
	require.False(t, p.Gathers())
}
