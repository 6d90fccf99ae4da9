package generators

import (
	"cmp"
	"net/netip"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/tenantsmith/tenantsmith/schemas"
)

// allowCalls opens the way out to what a service declares that it calls. Hosts are not among them: a
// NetworkPolicy knows no names, and opening their ports to the world would be more than was declared.
func (in input) allowCalls(name string, s schemas.Service) []object {
	var rules []networkingv1.NetworkPolicyEgressRule
	for _, c := range in.calls(in.first(name), s) {
		switch {
		case in.isOwn(c):
			rules = append(rules, in.callService(c)...)
		case c.Tenant != "":
			rules = append(rules, in.callTenant(c))
		case c.Shared != "":
			rules = append(rules, in.callShared(c)...)
		case c.CIDR != "":
			rules = append(rules, in.callAddresses(c)...)
		}
	}
	if len(rules) == 0 {
		return nil
	}
	return []object{in.policy("allow-calls-"+name, name, servicePath(name, "calls"), networkingv1.NetworkPolicySpec{
		PodSelector: podsOf(name),
		PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeEgress},
		Egress:      rules,
	})}
}

// callService reaches a service of the tenant itself, and the second version that it tests.
func (in input) callService(c schemas.Call) []networkingv1.NetworkPolicyEgressRule {
	s := in.env.Spec.Services[c.Service]
	ports, names := policyPorts(served(s)), []string{c.Service}
	if b := in.beside(c.Service, s); b != "" {
		names = append(names, b)
	}
	if len(ports) == 0 {
		return nil
	}
	return []networkingv1.NetworkPolicyEgressRule{{To: podPeers(names...), Ports: ports}}
}

// callShared reaches a service of the platform, if it is for the tenant.
func (in input) callShared(c schemas.Call) []networkingv1.NetworkPolicyEgressRule {
	s, ok := in.env.Platform.SharedServices[c.Shared]
	if !ok || !s.Serves(in.tenant.Name) {
		return nil
	}
	peer := networkingv1.NetworkPolicyPeer{NamespaceSelector: named(s.Namespace)}
	if len(s.Pods) > 0 {
		peer.PodSelector = &metav1.LabelSelector{MatchLabels: s.Pods}
	}
	var ports []networkingv1.NetworkPolicyPort
	for _, p := range s.Ports {
		ports = append(ports, policyPort(corev1.Protocol(cmp.Or(p.Protocol, "TCP")), p.Port))
	}
	return []networkingv1.NetworkPolicyEgressRule{{To: []networkingv1.NetworkPolicyPeer{peer}, Ports: ports}}
}

// callTenant reaches one service of another tenant in the same environment. Whether that tenant opens
// the door, at which ports, and whether it tests a second version is in its own file, which this one
// does not know.
func (in input) callTenant(c schemas.Call) networkingv1.NetworkPolicyEgressRule {
	return networkingv1.NetworkPolicyEgressRule{
		Ports: anyPort(),
		To: []networkingv1.NetworkPolicyPeer{{
			NamespaceSelector: in.namespacesOf(c.Tenant), PodSelector: podsOfEither(c.Service),
		}},
	}
}

// callAddresses reaches a range of addresses, as far as it may be reached at all.
func (in input) callAddresses(c schemas.Call) []networkingv1.NetworkPolicyEgressRule {
	block := reachable(c.CIDR, in.env.Platform.Closed())
	if block == nil {
		return nil
	}
	return []networkingv1.NetworkPolicyEgressRule{{
		Ports: []networkingv1.NetworkPolicyPort{tcp(c.Port)},
		To:    []networkingv1.NetworkPolicyPeer{{IPBlock: block}},
	}}
}

// reachable is the range without the closed addresses in it, or nil where nothing remains. Text that is
// no range opens nothing either.
func reachable(cidr string, closed []netip.Prefix) *networkingv1.IPBlock {
	p, err := netip.ParsePrefix(cidr)
	if err != nil || p.Addr().Is4In6() {
		return nil
	}
	p = p.Masked()
	b := &networkingv1.IPBlock{CIDR: p.String()}
	for _, c := range closed {
		switch {
		case c.Bits() <= p.Bits() && c.Contains(p.Addr()):
			return nil
		case p.Contains(c.Addr()):
			b.Except = append(b.Except, c.String())
		}
	}
	return b
}

func tcp(number int32) networkingv1.NetworkPolicyPort {
	return policyPort(corev1.ProtocolTCP, number)
}

// anyPort is every port. It stands where the other side's policy names the ports: a rule that names
// none would also let through what has no ports.
func anyPort() []networkingv1.NetworkPolicyPort {
	tcp, udp := policyPort(corev1.ProtocolTCP, 1), policyPort(corev1.ProtocolUDP, 1)
	tcp.EndPort, udp.EndPort = new(int32(65535)), new(int32(65535))
	return []networkingv1.NetworkPolicyPort{tcp, udp}
}
