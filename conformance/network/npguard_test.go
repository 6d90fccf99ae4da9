package network

import (
	"slices"
	"strconv"
	"testing"

	"github.com/np-guard/netpol-analyzer/pkg/logger"
	"github.com/np-guard/netpol-analyzer/pkg/netpol/eval"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// guard is np-guard's analyzer with the pods of all places.
type guard struct{ *eval.PolicyEngine }

// newGuard hands the places over.
func newGuard(t *testing.T, places []place) guard {
	engine, err := eval.NewPolicyEngineWithOptionsList(eval.WithLogger(logger.NewDefaultLoggerWithVerbosity(logger.LowVerbosity)))
	require.NoError(t, err)
	for _, p := range places {
		require.NoError(t, engine.InsertObject(p.namespaceObject()))
		for _, policy := range p.policies {
			require.NoError(t, engine.InsertObject(widened(policy)))
		}
		for _, pod := range p.pods {
			require.NoError(t, engine.InsertObject(pod))
		}
	}
	return guard{engine}
}

// probes are the addresses that the probes of a node come from in an ambient mesh; they are no pod's.
var probes = []string{"169.254.7.127/32", "fd16:9254:7127:1337:ffff:ffff:ffff:ffff/128"}

// widened is the policy with all pods in the place of address blocks, which hold no pods to np-guard, and with every
// number in the place of none: its eval lets a port without a number be of any protocol. Blocks of probes stay.
func widened(policy *networkingv1.NetworkPolicy) *networkingv1.NetworkPolicy {
	policy = policy.DeepCopy()
	widen := func(peers []networkingv1.NetworkPolicyPeer, ports []networkingv1.NetworkPolicyPort) {
		for i := range peers {
			if block := peers[i].IPBlock; block != nil && !slices.Contains(probes, block.CIDR) {
				peers[i] = networkingv1.NetworkPolicyPeer{NamespaceSelector: &metav1.LabelSelector{}}
			}
		}
		for i := range ports {
			if ports[i].Port == nil {
				ports[i].Port, ports[i].EndPort = new(intstr.FromInt32(1)), new(int32(65535))
			}
		}
	}
	for _, r := range policy.Spec.Ingress {
		widen(r.From, r.Ports)
	}
	for _, r := range policy.Spec.Egress {
		widen(r.To, r.Ports)
	}
	return policy
}

// lets reports whether np-guard lets a pod reach another at a port. It is asked by eval: its list of all connections loses
// some, such as what ports 80 to 90 and 85 to 65535 share.
func (g guard) lets(t *testing.T, from, to *corev1.Pod, protocol corev1.Protocol, port int32) bool {
	ok, err := g.CheckIfAllowed(from.Namespace+"/"+from.Name, to.Namespace+"/"+to.Name, string(protocol), strconv.Itoa(int(port)))
	require.NoError(t, err)
	return ok
}

// tried are the ports that every pod is tried at, beside its own: inside, beside and between the ranges of the policies.
var tried = []corev1.ContainerPort{{ContainerPort: 80, Protocol: "TCP"}, {ContainerPort: 85, Protocol: "TCP"}, {ContainerPort: 91, Protocol: "TCP"},
	{ContainerPort: 80, Protocol: "UDP"}, {ContainerPort: 90, Protocol: "SCTP"}}

// connects reports whether np-guard lets a pod reach another at any of the ports.
func (g guard) connects(t *testing.T, from, to *corev1.Pod) bool {
	ports := append(slices.Clip(tried), to.Spec.Containers[0].Ports[:min(1, len(to.Spec.Containers[0].Ports))]...)
	return slices.ContainsFunc(ports, func(p corev1.ContainerPort) bool { return g.lets(t, from, to, p.Protocol, p.ContainerPort) })
}
