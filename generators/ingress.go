package generators

import (
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/tenantsmith/tenantsmith/schemas"
)

// ingresses expose services on clusters without a router: one Ingress a service, with all its hosts.
func ingresses(in input) []object {
	var out []object
	all := in.exposed(schemas.NoRouter)
	for name := range in.running() {
		if spec := in.ingressSpec(name, all); len(spec.Rules) > 0 {
			out = append(out, of(name, &networkingv1.Ingress{
				TypeMeta: kind("networking.k8s.io/v1", "Ingress"), ObjectMeta: in.meta(name, name), Spec: spec,
			}))
		}
	}
	return out
}

func (in input) ingressSpec(service string, all []exposure) networkingv1.IngressSpec {
	var spec networkingv1.IngressSpec
	if c := in.env.Cluster; c != nil && c.IngressClass != "" {
		spec.IngressClassName = &c.IngressClass
	}
	for _, paths := range byHost(all) {
		var http networkingv1.HTTPIngressRuleValue
		for _, e := range paths {
			if e.service == service {
				http.Paths = append(http.Paths, ingressPath(e))
			}
		}
		if len(http.Paths) > 0 {
			spec.Rules = append(spec.Rules, networkingv1.IngressRule{
				Host: paths[0].host, IngressRuleValue: networkingv1.IngressRuleValue{HTTP: &http},
			})
			if host := paths[0].host; in.env.Issuer() != "" {
				spec.TLS = append(spec.TLS, networkingv1.IngressTLS{Hosts: []string{host}, SecretName: certificateName(host)})
			}
		}
	}
	return spec
}

func ingressPath(e exposure) networkingv1.HTTPIngressPath {
	return networkingv1.HTTPIngressPath{
		Path: e.path, PathType: new(networkingv1.PathTypePrefix),
		Backend: networkingv1.IngressBackend{Service: &networkingv1.IngressServiceBackend{
			Name: e.service, Port: networkingv1.ServiceBackendPort{Number: e.port},
		}},
	}
}
