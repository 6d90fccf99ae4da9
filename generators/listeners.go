package generators

import (
	"crypto/sha256"
	"encoding/hex"

	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/tenantsmith/tenantsmith/internal/krm"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// The ports of a gateway, and the name of the listener that ends TLS.
const (
	plainPort      = 80
	securePort     = 443
	secureListener = "https"
)

// listeners add the hosts with certificates of the tenant to the platform's gateway: one ListenerSet a host, for the
// gateway refuses a set as a whole. The platform's Gateway has to allow them.
func listeners(in input) []object {
	if in.router() != schemas.GatewayAPI || in.env.Issuer() == "" {
		return nil
	}
	var out []object
	for _, paths := range byHost(in.exposed(schemas.GatewayAPI)) {
		host, owner := paths[0].host, hostOwner(paths)
		out = append(out, of(owner, in.listenerSet(host, owner)), of(owner, in.toTLS(host, owner)))
	}
	return out
}

func (in input) listenerSet(host, service string) *gatewayv1.ListenerSet {
	name, gateway := certificateName(host), in.platformGateway()
	return &gatewayv1.ListenerSet{
		TypeMeta:   kind(gatewayAPI, "ListenerSet"),
		ObjectMeta: in.meta(name, service),
		Spec: gatewayv1.ListenerSetSpec{
			ParentRef: gatewayv1.ParentGatewayReference{
				Group: gateway.Group, Kind: gateway.Kind, Name: gateway.Name, Namespace: gateway.Namespace,
			},
			Listeners: []gatewayv1.ListenerEntry{{
				Name:     secureListener,
				Hostname: new(gatewayv1.Hostname(host)),
				Port:     securePort,
				Protocol: gatewayv1.HTTPSProtocolType,
				TLS: &gatewayv1.ListenerTLSConfig{
					Mode: new(gatewayv1.TLSModeTerminate),
					CertificateRefs: []gatewayv1.SecretObjectReference{{
						Group: new(gatewayv1.Group("")), Kind: new(gatewayv1.Kind("Secret")), Name: gatewayv1.ObjectName(name),
					}},
				},
				AllowedRoutes: &gatewayv1.AllowedRoutes{Namespaces: &gatewayv1.RouteNamespaces{From: new(gatewayv1.NamespacesFromSame)}},
			}},
		},
	}
}

// toTLS sends plain requests on to TLS. It hangs on the port of the platform's gateway, and on no listener of the tenant's
// own: there the routes of an issuer would not be asked, which come to this port and have longer paths. Two dots keep its
// name apart from those of services and their ports.
func (in input) toTLS(host, service string) *gatewayv1.HTTPRoute {
	gateway := in.platformGateway()
	gateway.Port = new(gatewayv1.PortNumber(plainPort))
	r := in.httpRoute(fit("to.tls."+schemas.RouteName("host", host)), service, gateway)
	r.Spec.Hostnames = []gatewayv1.Hostname{gatewayv1.Hostname(host)}
	r.Spec.Rules = []gatewayv1.HTTPRouteRule{{
		Matches: []gatewayv1.HTTPRouteMatch{{Path: &gatewayv1.HTTPPathMatch{
			Type: new(gatewayv1.PathMatchPathPrefix), Value: new("/"),
		}}},
		Filters: []gatewayv1.HTTPRouteFilter{{
			Type:            gatewayv1.HTTPRouteFilterRequestRedirect,
			RequestRedirect: &gatewayv1.HTTPRequestRedirectFilter{Scheme: new("https"), StatusCode: new(301)},
		}},
	}}
	return r
}

// istioGateways serve the hosts with certificates of the tenant. They stand beside the gateway, where it takes
// certificates from, and let nobody but the tenant's namespace route their hosts.
func istioGateways(in input) []object {
	if in.router() != schemas.Istio || in.env.Issuer() == "" || in.env.Name == "" {
		return nil
	}
	var out []object
	for _, paths := range byHost(in.exposed(schemas.Istio)) {
		host, owner := paths[0].host, hostOwner(paths)
		out = append(out, in.outer(owner, in.istioServers(host, owner)))
	}
	return out
}

// outerNamespace is how much of the tenant's namespace is in the name of a Gateway of Istio: the rest of the 63
// characters is "-tls-" and a digest.
const outerNamespace = 42

// outerGateway is the name of a host's Gateway, a DNS label, which istiod demands. What stands before an end of fixed
// length tells which tenant's it is, where that is the whole namespace; beyond that the digest, which is longer than
// others since no tenant may find a host that makes another one's.
func (in input) outerGateway(host string) string {
	namespace := in.namespace()
	sum := sha256.Sum256([]byte(namespace + "\x00" + host))
	return namespace[:min(len(namespace), outerNamespace)] + "-tls-" + hex.EncodeToString(sum[:8])
}

func (in input) istioServers(host, service string) *krm.IstioGateway {
	meta, hosts := in.besideGateway(in.outerGateway(host), service), []string{in.env.Namespace + "/" + host}
	return &krm.IstioGateway{TypeMeta: kind(krm.IstioAPI, "Gateway"), ObjectMeta: meta, Spec: krm.IstioGatewaySpec{
		Selector: gatewayLabels(in.env.Cluster),
		Servers: []krm.IstioServer{
			{Port: krm.IstioServerPort{Number: securePort, Name: "https", Protocol: "HTTPS"}, Hosts: hosts,
				TLS: krm.IstioServerTLS{Mode: "SIMPLE", CredentialName: in.outerCertificate(host), MinProtocolVersion: "TLSV1_2"}},
			{Port: krm.IstioServerPort{Number: plainPort, Name: "http", Protocol: "HTTP"}, Hosts: hosts,
				TLS: krm.IstioServerTLS{HTTPSRedirect: true}},
		},
	}}
}
