package waf

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/generators"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

const platform = `apiVersion: tenantsmith.dev/v1alpha1
kind: Platform
metadata: {name: example}
spec:
  images: {waf: ghcr.io/corazawaf/coraza-proxy-wasm:0.6.0}
  clusters:
    main: {version: v1.34, router: gateway-api, gateway: shared, waf: coraza}
  environments:
    - {name: production, cluster: main, protected: true}
`

const tenant = `apiVersion: tenantsmith.dev/v1alpha1
kind: Tenant
metadata: {name: acme}
spec:
  tier: enterprise
  owners: [{group: acme-admins, role: admin}]
  domains: [example.com]
  environments: {production: {}}
  services:
    plain: {image: ghcr.io/example/plain:1.0.0, ports: {http: 8080}, expose: [{host: block.example.com, path: /, port: http}]}
    looked:
      image: ghcr.io/example/looked:1.0.0
      ports: {http: 8080}
      expose: [{host: detect.example.com, path: /, port: http, waf: detect}]
    open: {image: ghcr.io/example/open:1.0.0, ports: {http: 8080}, expose: [{host: off.example.com, path: /, port: http, waf: "off"}]}
    small:
      image: ghcr.io/example/small:1.0.0
      ports: {http: 8080}
      expose: [{host: small.example.com, path: /, port: http}, {host: small-detect.example.com, path: /, port: http, waf: detect}]
      waf: {maxBody: 1k}
    excluding:
      image: ghcr.io/example/excluding:1.0.0
      ports: {http: 8080}
      expose: [{host: exclude.example.com, path: /, port: http}]
      waf: {exclude: [911100]}
    mixed:
      image: ghcr.io/example/mixed:1.0.0
      ports: {http: 8080}
      expose:
        - {host: paths.example.com, path: /, port: http}
        - {host: paths.example.com, path: /search, port: http, waf: detect}
        - {host: paths.example.com, path: /search/v1.0, port: http}
        - {host: paths.example.com, path: "/raw~(a)$b", port: http, waf: "off"}
`

// load is the tenant on the platform, which have to be right.
func load(t *testing.T, platform string) *schemas.Fleet {
	fleet, err := schemas.Load(fstest.MapFS{
		"tenantsmith.yaml": {Data: []byte(platform)}, "tenants/acme.yaml": {Data: []byte(tenant)},
	}, schemas.Options{})
	require.NoError(t, err)
	for _, p := range fleet.Problems {
		require.Equal(t, manifest.Warning, p.Severity, "%s: %s: %s", p.Position, p.Field, p.Message)
	}
	require.Len(t, fleet.Tenants, 1)
	return fleet
}

// configurations are those of the firewall by host, as a gateway gets them for the routes of the tenant; a host with
// none of them has no firewall.
func configurations(t *testing.T) map[string]string {
	fleet, hosts, out := load(t, platform), map[string]string{}, map[string]string{}
	objects := generators.Generate(fleet.Tenants[0], &fleet.Tenants[0].Environments[0])
	for _, o := range objects {
		if o.Kind() == "HTTPRoute" {
			hosts[o.Name()] = in(t, o.Tree, "spec", "hostnames", 0).(string)
			out[hosts[o.Name()]] = ""
		}
	}
	for _, o := range objects {
		if o.Kind() != "EnvoyExtensionPolicy" {
			continue
		}
		config, err := json.Marshal(in(t, o.Tree, "spec", "wasm", 0, "config"))
		require.NoError(t, err)
		for _, ref := range in(t, o.Tree, "spec", "targetRefs").([]any) {
			out[hosts[ref.(map[string]any)["name"].(string)]] = string(config)
		}
	}
	require.Len(t, out, 7)
	return out
}

// gatewayConfiguration is that of the firewall of a gateway of Istio, which all hosts share.
func gatewayConfiguration(t *testing.T) string {
	fleet := load(t, strings.Replace(platform, "router: gateway-api", "router: istio", 1))
	for _, o := range generators.Platform(fleet.Platform, fleet.Platform.Environments[0], nil, fleet.Tenants) {
		if o.Kind() == "WasmPlugin" {
			config, err := json.Marshal(in(t, o.Tree, "spec", "pluginConfig"))
			require.NoError(t, err)
			return string(config)
		}
	}
	require.Fail(t, "no WasmPlugin")
	return ""
}

func in(t *testing.T, tree any, path ...any) any {
	v, ok := manifest.Path(path).Lookup(tree)
	require.True(t, ok, "%v", path)
	return v
}
