package schemas

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What a service asks of those who lead requests to it, and what a cluster makes of it.
func TestTraffic(t *testing.T) {
	const (
		ingress    = "{operators: [rollouts], ingressClass: a}"
		standard   = "{operators: [rollouts], router: gateway-api, gateway: a}"
		meshed     = "{operators: [rollouts], router: gateway-api, gateway: a, mesh: istio}"
		ambient    = "{operators: [rollouts], router: istio, gateway: a, mesh: istio, dataPlane: ambient}"
		sidecars   = "{operators: [rollouts], router: istio, gateway: a, mesh: istio}"
		unrouted   = "{operators: [rollouts], ingressClass: a, mesh: istio, dataPlane: ambient}"
		experiment = "{operators: [rollouts], router: gateway-api, gateway: a, gatewayChannel: experimental}"
		istio      = "{operators: [rollouts], router: istio, gateway: a}"
		old        = "{operators: [rollouts], ingressClass: a, version: v1.30}"
		older      = "{operators: [rollouts], ingressClass: a, version: v1.33}"
		exposed    = "expose: [{host: a.example.com, path: /, port: http}]"
	)
	timeout := func(more string) string {
		return "expose: [{host: a.example.com, path: /, port: http, " + more + "}]"
	}
	for _, c := range []struct{ cluster, service, want string }{
		{istio, timeout("timeout: 15s, retries: 0"), ""},
		{istio, timeout("timeout: 1d"), ""},
		{istio, timeout("timeout: 25h"), "expose[0].timeout: 25h is above the maximum of 24h"},
		{standard, timeout("timeout: 15s"), ""},
		{experiment, timeout("timeout: 15s, retries: 1"), ""},
		{ingress, timeout("timeout: 15s"), "expose[0].timeout: cannot be held on cluster main: an Ingress has no field for it; remove spec.services.web.expose[0].timeout, or have a router installed on cluster main"},
		{ingress, timeout("retries: 1"), "expose[0].retries: cannot be held on cluster main: an Ingress has no field for it; remove spec.services.web.expose[0].retries, or have a router installed on cluster main"},
		{standard, timeout("retries: 1"), "expose[0].retries: cannot be held on cluster main: the standard channel of the Gateway API has no field for it; remove spec.services.web.expose[0].retries, or have gatewayChannel: experimental set for cluster main"},
		{experiment, timeout("retries: 0"), "expose[0].retries: cannot be held on cluster main: an HTTPRoute cannot say that nothing is tried again; remove spec.services.web.expose[0].retries, or set spec.services.web.expose[0].retries to 1 or more"},

		{istio, exposed + ", sessionAffinity: {cookie: A, ttl: 30d}", ""},
		{istio, "sessionAffinity: {}", ""},
		{istio, exposed + ", sessionAffinity: {ttl: 31d}", "sessionAffinity.ttl: 31d is not between 1s and 30d"},
		{istio, exposed + ", sessionAffinity: {ttl: 999ms}", "sessionAffinity.ttl: 999ms is not between 1s and 30d"},
		{experiment, exposed + ", sessionAffinity: {cookie: A}", ""},
		{standard, exposed + ", sessionAffinity: {}", "sessionAffinity: cannot be held on cluster main: the standard channel of the Gateway API has no field for it; remove spec.services.web.sessionAffinity, or have gatewayChannel: experimental set for cluster main"},
		{standard, "sessionAffinity: {ttl: 1h}", ""},
		{meshed, "sessionAffinity: {}", "sessionAffinity: cannot be held on cluster main: the mesh takes it from no Service, and the service is not exposed; remove spec.services.web.sessionAffinity, or expose the service"},
		{ambient, "sessionAffinity: {}", "sessionAffinity: cannot be held on cluster main: the mesh takes it from no Service, and the service is not exposed; remove spec.services.web.sessionAffinity, or expose the service"},
		{unrouted, "sessionAffinity: {}", "sessionAffinity: cannot be held on cluster main: the mesh takes it from no Service, and the service is not exposed; remove spec.services.web.sessionAffinity, or have a router installed on cluster main and expose the service"},
		{ambient, exposed + ", sessionAffinity: {cookie: A}", ""},
		{sidecars, "sessionAffinity: {}", ""},
		{ingress, exposed + ", sessionAffinity: {}", "sessionAffinity: cannot be held on cluster main: an Ingress has no field for it; remove spec.services.web.sessionAffinity, or have a router installed on cluster main"},
		{ingress, "sessionAffinity: {ttl: 24h}", ""},
		{ingress, "sessionAffinity: {ttl: 25h}", "sessionAffinity.ttl: 25h is above 24h, the most for clients that are told apart by their address"},
		{ingress, "sessionAffinity: {cookie: A}", "sessionAffinity.cookie: cannot be held on cluster main: no router sets cookies in requests to the service; remove spec.services.web.sessionAffinity.cookie, or leave clients to be told apart by their address"},

		{ingress, "trafficDistribution: node", ""},
		{old, "trafficDistribution: any", ""},
		{old, "trafficDistribution: zone", "trafficDistribution: zone needs Kubernetes v1.31, and cluster main is at v1.30; remove spec.services.web.trafficDistribution, or set it to any"},
		{older, "trafficDistribution: zone", ""},
		{older, "trafficDistribution: node", "trafficDistribution: node needs Kubernetes v1.34, and cluster main is at v1.33; set spec.services.web.trafficDistribution to zone, or remove it"},
	} {
		fleet := loaded(t, map[string]string{
			"tenantsmith.yaml": platformWith("  baseDomain: example.com\n  clusters: {main: " + c.cluster + "}\n"),
			"tenants/acme.yaml": tenantWith("acme", "premium", "{production: {}}",
				"  services: {web: {image: \"a.io/a:1.0\", ports: {http: 8080}, release: {strategy: rolling}, "+c.service+"}}\n"),
		})
		require.Equal(t, c.want, mends(fleet), c)
	}
}

// mends are the problems of the one service, with what mends them.
func mends(f *Fleet) string {
	var out []string
	for _, p := range f.Problems {
		text := strings.TrimPrefix(p.Field, "spec.services.web.") + ": " + p.Message
		if p.Remedy != "" {
			text += "; " + p.Remedy
		}
		out = append(out, text)
	}
	return strings.Join(out, "\n")
}

// Who issues the certificates of a tenant that ends TLS.
func TestIssuer(t *testing.T) {
	const service = "  services: {web: {image: \"a.io/a:1.0\", ports: {http: 8080}, release: {strategy: rolling}, expose: [{host: a.example.com, port: http}, {host: b.example.com, port: http}]}}\n"
	const tenant, issued = "operators: [rollouts, cert-manager], tls: tenant", "  certificates: {issuers: [letsencrypt, internal]}\n"
	for _, c := range []struct{ cluster, platform, own, issuer, want string }{
		{tenant, issued, "", "letsencrypt", ""},
		{tenant, issued, "  tls: {issuer: internal}\n", "internal", ""},
		{tenant, "", "  tls: {issuer: own}\n", "", "spec.tls.issuer: there is no issuer own: the platform names none that tenants may use; have certificates.issuers set in tenantsmith.yaml"},
		{"operators: [cert-manager]", issued, "", "", ""},
		{"operators: [rollouts], tls: tenant", issued, "", "", ""},
		{tenant, issued, "  tls: {issuer: intern}\n", "", "spec.tls.issuer: there is no issuer intern; did you mean internal?; use letsencrypt or internal"},
		{tenant, "", "", "", "expose[0].host: nobody issues a certificate for a.example.com: tenants end TLS on cluster main, and the platform names no issuer; have certificates.issuers set in tenantsmith.yaml"},
		{"operators: [cert-manager]", issued, "  tls: {issuer: internal}\n", "", "spec.tls.issuer: is for clusters where tenants end TLS, and on cluster main the gateway does; remove spec.tls.issuer, or have tls: tenant set for cluster main"},
		{"operators: [rollouts], tls: tenant", issued, "  tls: {issuer: internal}\n", "", "spec.tls.issuer: needs cert-manager, which cluster main does not have; remove spec.tls.issuer, or have cert-manager installed on cluster main"},
	} {
		fleet := loaded(t, map[string]string{
			"tenantsmith.yaml":  platformWith("  baseDomain: example.com\n  clusters: {main: {" + c.cluster + ", ingressClass: a}}\n" + c.platform),
			"tenants/acme.yaml": tenantWith("acme", "premium", "{production: {}}", service+c.own),
		})
		require.Equal(t, c.want, mends(fleet), c)
		if c.want == "" {
			require.Equal(t, c.issuer, fleet.Tenants[0].Environments[0].Issuer(), c)
		}
	}
	require.Empty(t, (&Environment{}).Issuer())
}

// Rules of a route are told apart by more than ports.
func TestRouteRoomOfTimeouts(t *testing.T) {
	var expose []string
	for i := range 17 {
		expose = append(expose, "{host: a.example.com, path: /"+string(rune('a'+i))+", port: http, timeout: "+string(rune('1'+i%9))+strings.Repeat("0", i/9)+"s}")
	}
	fleet := loaded(t, map[string]string{
		"tenantsmith.yaml": platformWith("  baseDomain: example.com\n  clusters: {main: {operators: [rollouts], router: gateway-api, gateway: a}}\n"),
		"tenants/acme.yaml": tenantWith("acme", "premium", "{production: {}}",
			"  services: {web: {image: \"a.io/a:1.0\", ports: {http: 8080}, release: {strategy: rolling}, expose: ["+strings.Join(expose, ", ")+"]}}\n"),
	})
	require.Equal(t, "expose[16].host: an HTTPRoute has room for 16 different ports, timeouts and retries of a host and service; set spec.services.web.expose[16].host, and that of those after it, to other hosts", mends(fleet))
}
