package pipeline

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

func object(t *testing.T, text string) manifest.Object {
	nodes, problems := manifest.Parse("a.yaml", []byte(text), manifest.ManifestLimits)
	require.Empty(t, problems)
	return manifest.Object{Tree: nodes[0].Tree().(map[string]any)}
}

// Each host stands where the object names it; what the tenant's file exposes is told there.
func TestRoutedHosts(t *testing.T) {
	const meta = "metadata: {name: a, namespace: acme-production}"
	for _, c := range []struct{ object, host, path string }{
		{"{kind: Ingress, " + meta + ", spec: {rules: [{host: known.example.com}, {host: a.example.com}]}}", "a.example.com", "spec.rules[1].host"},
		{"{kind: HTTPRoute, " + meta + ", spec: {hostnames: ['*.example.com']}}", "*.example.com", "spec.hostnames[0]"},
		{"{kind: Gateway, " + meta + ", spec: {listeners: [{}, {hostname: a.example.com}]}}", "a.example.com", "spec.listeners[1].hostname"},
		{"{kind: Gateway, " + meta + ", spec: {servers: [{hosts: [./a.example.com]}]}}", "a.example.com", "spec.servers[0].hosts[0]"},
		{"{kind: VirtualService, " + meta + ", spec: {gateways: [mesh, x/y], hosts: [web, a.example.com]}}", "a.example.com", "spec.hosts[1]"},
		{"{kind: VirtualService, " + meta + ", spec: {gateways: [mesh], hosts: [api.stripe.com]}}", "", ""},
		{"{kind: Certificate, " + meta + ", spec: {dnsNames: [web.acme-production.svc, web.acme-production.svc.cluster.local, a.example.com]}}", "a.example.com", "spec.dnsNames[2]"},
		{"{kind: Service, metadata: {name: a, annotations: {external-dns.kubernetes.io/hostname: 'known.example.com, a.example.com'}}}", "a.example.com", `metadata.annotations["external-dns.kubernetes.io/hostname"]`},
		{"{kind: Ingress, metadata: {name: a, annotations: {cert-manager.io/alt-names: 'known.example.com,a.example.com'}}}", "a.example.com", `metadata.annotations["cert-manager.io/alt-names"]`},
		{"{kind: Ingress, " + meta + ", spec: {rules: [{host: 1}, a], tls: 1}}", "", ""},
		{"{kind: HTTPRoute, " + meta + ", spec: {hostnames: a.example.com}}", "", ""},
	} {
		claims := routed([]manifest.Object{object(t, "{kind: ConfigMap}"), object(t, c.object)}, map[string]bool{"known.example.com": true})
		if c.host == "" {
			require.Empty(t, claims, c.object)
			continue
		}
		require.Len(t, claims, 1, c.object)
		require.Equal(t, "host", claims[0].Kind)
		require.Equal(t, c.host, claims[0].Value)
		require.Equal(t, 1, claims[0].Object)
		require.Equal(t, c.path, claims[0].Path.String())
	}
}

func TestPublicSuffixes(t *testing.T) {
	domains := []string{"example.com", "co.uk", "shop.co.uk", "*.github.io", "acme.github.io", "corp.internal"}
	require.Equal(t, []string{"co.uk", "*.github.io"}, publicSuffixes(domains))
}

const caller = `apiVersion: tenantsmith.dev/v1alpha1
kind: Tenant
metadata: {name: caller}
spec:
  tier: premium
  owners: [{group: caller, role: admin}]
  domains: [caller.example]
  environments: {production: {}}
  services:
    web:
      image: ghcr.io/example/web:1.0.0
      ports: {http: 8080}
      calls: [{tenant: acme, service: web}]
`

// A call needs the other tenant's word, in each environment.
func TestConsent(t *testing.T) {
	files := map[string]string{"tenants/acme.yaml": acme, "tenants/caller.yaml": caller}
	res := run(t, files, Options{Checks: []string{"TS-TEN-004"}})
	require.Equal(t, []string{"tenants/caller.yaml:13:24 spec.services.web.calls[0].tenant"}, found(res, "TS-TEN-004"), "%v", res.Problems)
	require.Equal(t, []string{"caller"}, res.Held)

	files["tenants/acme.yaml"] = acme + "  accepts: [{tenant: caller, service: web}]\n"
	require.Empty(t, found(run(t, files, Options{}), "TS-TEN-004"))

	files["tenants/acme.yaml"] = acme + "  accepts: [{tenant: caller, service: web}]\n"
	files["overrides/acme/production.yaml"] = "apiVersion: tenantsmith.dev/v1alpha1\nkind: Override\nmetadata: {name: acme}\nspec: {accepts: []}\n"
	require.Len(t, found(run(t, files, Options{}), "TS-TEN-004"), 1)
}

// A host of one tenant in an object of another, and a domain that is nobody's.
func TestHostsAcrossTenants(t *testing.T) {
	route := "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: extra}\nspec:\n" +
		"  rules: [{host: Shop.Caller.example, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 8080}}}}]}}]\n"
	res := run(t, map[string]string{
		"tenants/acme/tenant.yaml":              acme + "  domains: [co.uk]\n",
		"tenants/acme/resources/all/extra.yaml": route,
		"tenants/caller.yaml":                   caller,
	}, Options{Checks: []string{"TS-NET-007", "TS-TEN-002"}})
	require.Equal(t, []string{"tenants/acme/tenant.yaml:17:13 spec.domains[0]"}, found(res, "TS-TEN-002"), "%v", res.Problems)
	said := map[string]bool{}
	for _, p := range res.Problems {
		if p.Check == "TS-NET-007" {
			said[p.Tenant+": "+p.Message] = true
		}
	}
	require.Equal(t, map[string]bool{
		"acme: host Shop.Caller.example belongs to the domain of another tenant":              true,
		"acme: host Shop.Caller.example is neither one of the tenant's domains nor below one": true,
	}, said)
}
