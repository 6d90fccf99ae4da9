package generators

import (
	"cmp"
	"fmt"

	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/tenantsmith/tenantsmith/internal/krm"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

const (
	// holdsFor is how long a certificate holds unless the platform says otherwise.
	holdsFor = "90d"
	// renewal is how much of its time is left when a certificate is renewed, in percent. It is no span: an issuer may give
	// a certificate another time than it was asked for.
	renewal = int32(33)
	// longestOuter leaves room for the kind in the name of a file.
	longestOuter = 200
)

// certificates make that of each exposed host, where the tenant ends TLS and cert-manager is installed. One host is one
// certificate, whichever services share it, so that a host that cannot be issued holds no other one back. It stands where
// the gateway looks for it: in the gateway's namespace for Istio, otherwise in the tenant's.
func certificates(in input) []object {
	if in.env.Issuer() == "" {
		return nil
	}
	var out []object
	for _, paths := range byHost(in.exposed(in.router())) {
		host, owner := paths[0].host, hostOwner(paths)
		if in.router() != schemas.Istio {
			out = append(out, of(owner, in.certificate(in.meta(certificateName(host), owner), host)))
		} else if in.env.Name != "" {
			out = append(out, in.outer(owner, in.certificate(in.unawaited(in.outerMeta(host, owner)), host)))
		}
	}
	return out
}

// certificateName is that of a host's certificate, of the Secret it is in and of what serves it.
func certificateName(host string) string { return routeName("tls", host) }

// outerCertificate is the same in a namespace that tenants share: no namespace has a dot, so that it is the tenant's alone.
func (in input) outerCertificate(host string) string {
	name := in.namespace() + "." + schemas.RouteName("tls", host)
	if len(name) <= longestOuter {
		return name
	}
	tail := "-" + digest(name)
	return name[:longestOuter-len(tail)] + tail
}

// outerMeta is the metadata of a host's certificate in the gateway's namespace.
func (in input) outerMeta(host, service string) metav1.ObjectMeta {
	return in.besideGateway(in.outerCertificate(host), service)
}

// besideGateway is the metadata of an object in the gateway's namespace.
func (in input) besideGateway(name, service string) metav1.ObjectMeta {
	meta := in.meta(name, service)
	meta.Namespace = in.gatewayNamespace()
	meta.Labels[labelEnvironment] = in.env.Name
	return meta
}

// unawaited is the metadata of an object among the guard rails for whose health Argo CD holds no workloads back; Flux is
// told by its Kustomizations.
func (in input) unawaited(meta metav1.ObjectMeta) metav1.ObjectMeta {
	if in.engine() == "argocd" {
		meta.Annotations = map[string]string{argoHealth: "true"}
	}
	return meta
}

// outer is an object in the gateway's namespace that a service asked for.
func (in input) outer(service string, typed any) object {
	return object{owner: manifest.OwnerPlatform, subject: servicePath(service, "expose"), outer: true, typed: typed}
}

func (in input) certificate(meta metav1.ObjectMeta, host string) *krm.Certificate {
	set := in.env.Platform.Certificates
	return &krm.Certificate{TypeMeta: kind(krm.CertManagerAPI, "Certificate"), ObjectMeta: meta, Spec: krm.CertificateSpec{
		SecretName: meta.Name,
		DNSNames:   []string{host},
		IssuerRef: krm.IssuerReference{
			Name: in.env.Issuer(), Kind: cmp.Or(set.IssuerKind, "ClusterIssuer"), Group: cmp.Or(set.IssuerGroup, "cert-manager.io"),
		},
		Duration:    hours(cmp.Or(set.Duration, holdsFor)),
		RenewBefore: renewal,
		PrivateKey:  krm.CertificatePrivateKey{Algorithm: "ECDSA", Size: 256, RotationPolicy: "Always"},
		Usages:      []string{"digital signature", "server auth"},
	}}
}

// hours is a duration as Go writes it, which knows no days; at least one hour, which cert-manager demands.
func hours(duration string) string {
	return fmt.Sprintf("%dh", max(schemas.Milliseconds(duration)/3600_000, 1))
}

// certificateCount is how many certificates stand in the tenant's namespace.
func (in input) certificateCount() int64 {
	if in.env.Issuer() == "" || in.router() == schemas.Istio {
		return 0
	}
	return int64(len(byHost(in.exposed(in.router()))))
}

// The pods in which cert-manager answers the questions of an issuer, and their port.
const (
	solverLabel = "acme.cert-manager.io/http01-solver"
	solverPort  = int32(8089)
)

// solvers open the pods of cert-manager to the gateway, through which an issuer asks whether the host is the tenant's.
// They run where the certificate stands, and only while one is issued.
func solvers(in input) []object {
	peers := namespacePeers(in.gatewayNamespace())
	if in.certificateCount() == 0 || len(peers) == 0 {
		return nil
	}
	return []object{in.policy("allow-certificates", "", "spec.services", networkingv1.NetworkPolicySpec{
		PodSelector: metav1.LabelSelector{MatchLabels: map[string]string{solverLabel: "true"}},
		PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeIngress},
		Ingress:     []networkingv1.NetworkPolicyIngressRule{{From: peers, Ports: []networkingv1.NetworkPolicyPort{tcp(solverPort)}}},
	})}
}
