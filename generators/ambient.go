package generators

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
)

// TunnelPort is where requests between pods arrive in an ambient mesh: they travel in a tunnel (HBONE),
// from the proxy of one node to that of another, with the pod's address. Which port of the pod is meant
// stands inside: that the mesh's own policies judge.
const TunnelPort = 15008

// hostProbes are the addresses, of no pod, that an ambient mesh gives the kubelet's probes, so that
// they pass its proxies: in IPv4 a link-local one.
var hostProbes = []string{"169.254.7.127/32", "fd16:9254:7127:1337:ffff:ffff:ffff:ffff/128"}

// allowProbes lets the probes in. Without a mesh they come from the node, which no policy stops.
func (in input) allowProbes() []object {
	if !in.env.Cluster.IsAmbient() {
		return nil
	}
	every := tcp(1)
	every.EndPort = new(int32(65535))
	rule := networkingv1.NetworkPolicyIngressRule{Ports: []networkingv1.NetworkPolicyPort{every}}
	for _, cidr := range hostProbes {
		rule.From = append(rule.From, networkingv1.NetworkPolicyPeer{IPBlock: &networkingv1.IPBlock{CIDR: cidr}})
	}
	return []object{in.policy("allow-mesh", "", "metadata.name", networkingv1.NetworkPolicySpec{
		PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeIngress},
		Ingress:     []networkingv1.NetworkPolicyIngressRule{rule},
	})}
}

// tunnelled opens the tunnel of an ambient mesh wherever policies open a port of pods, to and from the
// same pods. The cluster's resolver is outside of the mesh.
func (in input) tunnelled(policies []object) []object {
	for _, o := range policies {
		p, ok := o.typed.(*networkingv1.NetworkPolicy)
		if !ok || p.Name == "allow-dns" {
			continue
		}
		for i := range p.Spec.Ingress {
			p.Spec.Ingress[i].Ports = in.withTunnel(p.Spec.Ingress[i].Ports, p.Spec.Ingress[i].From)
		}
		for i := range p.Spec.Egress {
			p.Spec.Egress[i].Ports = in.withTunnel(p.Spec.Egress[i].Ports, p.Spec.Egress[i].To)
		}
	}
	return policies
}

// withTunnel are the ports, and in an ambient mesh that of the tunnel where it is not among them: only
// TCP between pods takes it, and no ports are all of them.
func (in input) withTunnel(ports []networkingv1.NetworkPolicyPort, peers []networkingv1.NetworkPolicyPeer) []networkingv1.NetworkPolicyPort {
	carries := slices.ContainsFunc(ports, isTCP)
	open := slices.ContainsFunc(ports, func(p networkingv1.NetworkPolicyPort) bool { return isTCP(p) && covers(p, TunnelPort) })
	pods := slices.ContainsFunc(peers, func(p networkingv1.NetworkPolicyPeer) bool { return p.IPBlock == nil })
	if !in.env.Cluster.IsAmbient() || !carries || open || !pods {
		return ports
	}
	return append(ports, tcp(TunnelPort))
}

func isTCP(p networkingv1.NetworkPolicyPort) bool {
	return p.Protocol == nil || *p.Protocol == corev1.ProtocolTCP
}

// covers reports whether a port, or a range of them, has the number.
func covers(p networkingv1.NetworkPolicyPort, number int32) bool {
	if p.Port == nil {
		return true
	}
	from := p.Port.IntVal
	return from <= number && number <= max(from, or(p.EndPort, from))
}
