package generators

import (
	"github.com/tenantsmith/tenantsmith/internal/krm"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// destinationRules make Istio pass by pods that fail, and in a mesh encrypt the way to them, for each
// Service that requests are routed to.
func destinationRules(in input) []object {
	var out []object
	for name, s := range in.running() {
		c := in.env.Cluster
		if s.Router(c) != schemas.Istio || in.first(name) != name {
			continue
		}
		visible := in.visible(len(s.Expose) > 0)
		balancer := istioAffinity(name, s)
		out = append(out, of(name, in.destinationRule(name, name, visible, balancer)))
		if routed(s, c) {
			out = append(out, of(name, in.destinationRule(canaryService(name), name, visible, balancer)))
		}
		if b := in.beside(name, s); b != "" {
			out = append(out, of(name, in.destinationRule(b, b, visible, balancer)))
		}
	}
	return out
}

func (in input) destinationRule(host, service string, visible []string, balancer *krm.IstioLoadBalancer) *krm.DestinationRule {
	return &krm.DestinationRule{
		TypeMeta:   kind(krm.IstioAPI, "DestinationRule"),
		ObjectMeta: in.meta(host, service),
		Spec: krm.DestinationRuleSpec{Host: host, ExportTo: visible, TrafficPolicy: krm.IstioTrafficPolicy{
			LoadBalancer: balancer,
			OutlierDetection: krm.IstioOutlierDetection{
				Consecutive5xxErrors: 5, Interval: "10s", BaseEjectionTime: "30s", MaxEjectionPercent: 50,
			},
		}},
	}
}
