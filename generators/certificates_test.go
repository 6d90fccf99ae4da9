package generators

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/proof"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// secured is a tenant with these services on a cluster where tenants end TLS.
func secured(router string, services map[string]schemas.Service) input {
	in := behind(router, services, "cert-manager")
	in.env.Cluster.TLS = "tenant"
	in.env.Platform.Certificates = schemas.Certificates{Issuers: []string{"letsencrypt", "internal"}}
	return in
}

// shared is a host of two services, and a wildcard of one.
func shared() map[string]schemas.Service {
	web, api := shop(schemas.Release{Strategy: "rolling"}), shop(schemas.Release{Strategy: "rolling"})
	web.Expose = append(web.Expose, schemas.Expose{Host: "*.shop.example.com", Port: "http"})
	api.Expose[0].Path = "/api"
	return map[string]schemas.Service{"web": web, "api": api}
}

// routing is what requests from outside meet.
func routing(in input) []manifest.Object {
	kinds := []string{"Certificate", "Gateway", "HTTPRoute", "Ingress", "ListenerSet", "VirtualService"}
	return slices.DeleteFunc(render(in), func(o manifest.Object) bool {
		return !slices.Contains(kinds, o.Kind()) && o.Name() != "allow-certificates"
	})
}

func TestGoldenCertificates(t *testing.T) {
	for _, router := range []string{schemas.NoRouter, schemas.Istio, schemas.GatewayAPI} {
		t.Run(router, func(t *testing.T) {
			golden(t, "certificates-"+router, routing(secured(router, shared())))
		})
	}
}

// The tenant chooses among the platform's issuers, and the platform says what they are and for how long they issue.
func TestIssuers(t *testing.T) {
	in := secured(schemas.NoRouter, shared())
	in.env.Spec.TLS.Issuer = "internal"
	in.env.Platform.Certificates.IssuerKind, in.env.Platform.Certificates.IssuerGroup = "AWSPCAClusterIssuer", "awspca.cert-manager.io"
	in.env.Platform.Certificates.Duration = "7d"
	c := one(t, render(in), "Certificate", "tls-shop-example-com")
	require.Equal(t, map[string]any{"name": "internal", "kind": "AWSPCAClusterIssuer", "group": "awspca.cert-manager.io"}, at(t, c, "spec.issuerRef"))
	require.Equal(t, "168h", at(t, c, "spec.duration"))
	in.env.Platform.Certificates.Duration = "1m"
	require.Equal(t, "1h", at(t, one(t, render(in), "Certificate", "tls-shop-example-com"), "spec.duration"))
}

// Where the gateway has the certificates, where nothing issues them and where nobody does, there are none, and hosts hang
// on the platform's gateway.
func TestNoCertificates(t *testing.T) {
	for name, change := range map[string]func(*schemas.Environment){
		"gateway":  func(e *schemas.Environment) { e.Cluster.TLS = "gateway" },
		"operator": func(e *schemas.Environment) { e.Cluster.Operators = []string{"rollouts"} },
		"issuer":   func(e *schemas.Environment) { e.Platform.Certificates.Issuers = nil },
		"hosts":    func(e *schemas.Environment) { e.Spec.Services = map[string]schemas.Service{"web": web()} },
	} {
		for _, router := range []string{schemas.NoRouter, schemas.Istio, schemas.GatewayAPI} {
			in := secured(router, shared())
			change(in.env)
			for _, o := range routing(in) {
				require.NotContains(t, []string{"Certificate", "Gateway", "ListenerSet", "NetworkPolicy"}, o.Kind(), name)
				text := string(manifest.Marshal(o.Tree))
				require.NotContains(t, text, "tls", name)
			}
		}
	}
}

// What stands in the gateway's namespace is the tenant's alone by its name, however long that is.
func TestOuterNames(t *testing.T) {
	in := secured(schemas.Istio, shared())
	in.env.Namespace = strings.Repeat("n", 63)
	host := strings.Repeat("a.", 110) + "example.com"
	name := in.outerCertificate(host)
	require.LessOrEqual(t, len(name), longestOuter)
	require.True(t, strings.HasPrefix(name, in.env.Namespace+"."))
	require.NotEqual(t, name, in.outerCertificate("b."+host))
	require.Equal(t, in.env.Namespace+".tls-example-com", in.outerCertificate("example.com"))
}

// A Gateway of Istio has a DNS label for a name, which no other host and no other namespace has.
func TestOuterGateways(t *testing.T) {
	in, whose := secured(schemas.Istio, shared()), map[string]string{}
	namespaces := []string{"acme", "acme-tls", "acme-tls-0123456789abcdef", "9", strings.Repeat("n", 41) + "-x", strings.Repeat("n", 42), strings.Repeat("n", 63), strings.Repeat("n", 62) + "o"}
	for _, namespace := range namespaces {
		for _, host := range []string{"example.com", "*.example.com", "all.example.com", "a-b.example.com", "a.b.example.com", strings.Repeat("a.", 110) + "example.com"} {
			in.env.Namespace = namespace
			name := in.outerGateway(host)
			require.Regexp(t, `^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`, name)
			require.LessOrEqual(t, len(name), longestName)
			require.Empty(t, whose[name])
			whose[name] = namespace + " " + host
		}
	}
}

// The Gateway that is rendered has the name by which the routes know it, and takes the certificate of its host.
func TestGatewaysOfIstioAreFound(t *testing.T) {
	in := secured(schemas.Istio, shared())
	gateways, secrets := map[any]bool{}, map[any]bool{}
	objects := render(in)
	for _, o := range objects {
		switch o.Kind() {
		case "Gateway":
			gateways[in.gatewayNamespace()+"/"+o.Name()] = true
			secrets[at(t, o, "spec.servers[0].tls.credentialName")] = true
			require.NotContains(t, o.Name(), ".")
		}
	}
	require.Len(t, gateways, len(secrets))
	require.NotEmpty(t, gateways)
	for _, o := range objects {
		switch o.Kind() {
		case "Certificate":
			require.True(t, secrets[at(t, o, "spec.secretName")])
		case "VirtualService":
			if name := at(t, o, "spec.gateways[0]"); name != "mesh" {
				require.True(t, gateways[name], name)
			}
		}
	}
}

// The base has nothing in namespaces that tenants share, and speaks of the first environment.
func TestBaseHasNoOuterCertificates(t *testing.T) {
	in := secured(schemas.Istio, shared())
	first := *in.env
	in.tenant.Environments = []schemas.Environment{first}
	base := first
	base.Name, base.Namespace = "", ""
	for _, o := range routing(input{in.tenant, &base}) {
		require.Equal(t, "VirtualService", o.Kind())
		if gateways := at(t, o, "spec.gateways[0]"); gateways != "mesh" {
			require.Contains(t, gateways, "gateway/"+first.Namespace+"-tls-")
		}
	}
}

// The quota has room for the Secrets of certificates, the next key of each, and what answers for them.
func TestRoomForCertificates(t *testing.T) {
	plain, issued := secured(schemas.NoRouter, shared()), secured(schemas.NoRouter, shared())
	plain.env.Cluster.TLS = "gateway"
	hard := func(in input, what string) int64 {
		q := in.objectCounts(proof.Measurement{})[corev1.ResourceName(what)]
		return q.Value()
	}
	require.Equal(t, hard(plain, "count/certificates.cert-manager.io"), hard(issued, "count/certificates.cert-manager.io"))
	for _, what := range []string{"count/secrets", "services"} {
		require.Equal(t, hard(plain, what)+2, hard(issued, what), what)
	}
}

// People see certificates and listeners where they have some.
func TestCertificatesAreSeen(t *testing.T) {
	look := func(in input) []string {
		var out []string
		for _, rule := range in.rules(viewer) {
			for _, r := range rule.Resources {
				out = append(out, r+"."+rule.APIGroups[0])
			}
		}
		return out
	}
	wanted := map[string][]string{
		schemas.NoRouter:   {"certificates.cert-manager.io", "orders.acme.cert-manager.io"},
		schemas.GatewayAPI: {"certificates.cert-manager.io", "listenersets.gateway.networking.k8s.io"},
	}
	for _, router := range slices.Sorted(maps.Keys(wanted)) {
		in := secured(router, shared())
		for _, r := range wanted[router] {
			require.Contains(t, look(in), r)
		}
		in.env.Cluster.TLS = "gateway"
		for _, r := range wanted[router] {
			require.NotContains(t, look(in), r)
		}
	}
}
