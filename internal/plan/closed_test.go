package plan

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// parsed are the objects of a YAML stream.
func parsed(t *testing.T, text string) []manifest.Object {
	docs, problems := manifest.Parse("objects.yaml", []byte(text), manifest.ManifestLimits)
	require.Empty(t, problems)
	var out []manifest.Object
	for _, d := range docs {
		out = append(out, manifest.Object{Tree: d.Tree().(map[string]any)})
	}
	return out
}

const (
	served = `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web, namespace: acme-production}
spec: {parentRefs: [{kind: ListenerSet, name: tls}], hostnames: [a.example], rules: [{backendRefs: [{name: web, port: 80}]}]}
---
`
	redirected = `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: to-tls, namespace: acme-production}
spec: {parentRefs: [{name: public, namespace: gateway, port: 80}], hostnames: [a.example], rules: [{filters: [{type: RequestRedirect, requestRedirect: {scheme: https}}]}]}
---
`
	listened443 = `
apiVersion: gateway.networking.k8s.io/v1
kind: ListenerSet
metadata: {name: tls, namespace: acme-production}
spec: {listeners: [{name: https, hostname: a.example, port: 443}]}
---
`
	certified = `
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: tls, namespace: acme-production}
spec: {dnsNames: [a.example], issuerRef: {name: letsencrypt}}
---
`
	signedByOthers = `
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: tls, namespace: acme-production}
spec: {dnsNames: [a.example], issuerRef: {name: internal}}
---
`
	istioServer = `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: acme-production.tls, namespace: gateway}
spec: {servers: [{hosts: [acme-production/a.example], tls: {mode: SIMPLE}}]}
---
`
)

// What a change takes from the hosts that a tenant serves, and what it says once they are gone as a whole.
func TestTakenFromHosts(t *testing.T) {
	for name, c := range map[string]struct{ old, new, want string }{
		"nothing": {served + redirected + certified, served + redirected + certified, ""},
		"certificate": {served + redirected + certified, served + redirected,
			"removed-guard medium Certificate tls spec.dnsNames: nobody renews the certificate of a.example any more\n"},
		"redirect": {served + redirected + certified, served + certified,
			"removed-guard medium HTTPRoute to-tls spec.rules: requests to a.example in plain text are no longer sent to the encrypted address\n"},
		"issuer": {served + certified, served + signedByOthers,
			"removed-guard low Certificate tls spec.issuerRef: another issuer signs the certificate: who does not trust it does not get to the host\n"},
		"host": {served + redirected + listened443 + certified, listened443[:0] + "{apiVersion: v1, kind: ConfigMap, metadata: {name: c, namespace: acme-production}}",
			"closed-path medium HTTPRoute to-tls spec: a.example no longer leads into the namespace\n"},
		"server of istio":                    {istioServer + served, served, ""},
		"a server of istio, and nothing new": {served, istioServer + served, ""},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.want, told(risksOf(change(parsed(t, c.old), parsed(t, c.new)))))
		})
	}
}
