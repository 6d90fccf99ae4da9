package network

import (
	"maps"
	"net/netip"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/proof"
)

// place is a namespace of a tenant as every judge gets it.
type place struct {
	tenant, environment, namespace string
	labels                         map[string]string // of the Namespace, with its name
	policies                       []*networkingv1.NetworkPolicy
	pods                           []*corev1.Pod
}

const nameLabel = "kubernetes.io/metadata.name"

// newPlace is one of a tenant that has the name of its namespace.
func newPlace(name string, labels map[string]string) place {
	labels = maps.Clone(labels)
	if labels == nil {
		labels = map[string]string{}
	}
	labels[nameLabel] = name
	return place{tenant: name, environment: "production", namespace: name, labels: labels}
}

func (p place) namespaceObject() *corev1.Namespace {
	return &corev1.Namespace{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Namespace"}, ObjectMeta: metav1.ObjectMeta{Name: p.namespace, Labels: p.labels}}
}

// add gives the place a policy of its own.
func (p *place) add(policy *networkingv1.NetworkPolicy) {
	policy = policy.DeepCopy()
	policy.TypeMeta = metav1.TypeMeta{APIVersion: "networking.k8s.io/v1", Kind: "NetworkPolicy"}
	policy.Namespace = p.namespace
	p.policies = append(p.policies, policy)
}

// pod gives the place a pod with these labels.
func (p *place) pod(name string, labels map[string]string, ports ...corev1.ContainerPort) *corev1.Pod {
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: p.namespace, Labels: labels},
		Spec:   corev1.PodSpec{Containers: []corev1.Container{{Name: "main", Ports: ports}}},
		Status: corev1.PodStatus{HostIP: "192.0.2.1", PodIPs: []corev1.PodIP{{IP: "192.0.2.2"}}}}
	p.pods = append(p.pods, pod)
	return pod
}

// enclosure is how our proof reads the place.
func (p place) enclosure() proof.Enclosure {
	objects := []manifest.Object{{Tree: manifest.FromTyped(p.namespaceObject())}}
	for _, n := range p.policies {
		objects = append(objects, manifest.Object{Tree: tree(n)})
	}
	return proof.Enclose(proof.Place{Tenant: p.tenant, Environment: p.environment, Cluster: "main", Namespace: p.namespace}, objects)
}

// tree is a policy as a file may have it, with lists that are empty: types leave them out.
func tree(n *networkingv1.NetworkPolicy) map[string]any {
	out := manifest.FromTyped(n)
	spec, _ := out["spec"].(map[string]any)
	if spec == nil {
		spec = map[string]any{}
		out["spec"] = spec
	}
	if n.Spec.Egress != nil && len(n.Spec.Egress) == 0 {
		spec["egress"] = []any{}
	}
	if n.Spec.Ingress != nil && len(n.Spec.Ingress) == 0 {
		spec["ingress"] = []any{}
	}
	return out
}

// ours are the ways that our proof finds from one place to the other, beside agreed calls.
func ours(t *testing.T, from, to proof.Enclosure, agreed ...proof.Agreed) []proof.Breach {
	found := proof.Isolate([]proof.Enclosure{from, to}, agreed, nil)
	require.NotContains(t, found.Cut, proof.Network)
	for _, d := range found.Doubts {
		require.NotEqual(t, proof.Network, d.Channel, d.Message)
	}
	return slices.DeleteFunc(found.Breaches, func(b proof.Breach) bool {
		return b.Channel != proof.Network || b.From.Namespace != from.Namespace
	})
}

// names are what the policies of the places call ports.
func names(places ...place) []string {
	var out []string
	note := func(ports []networkingv1.NetworkPolicyPort) {
		for _, p := range ports {
			if p.Port != nil && p.Port.Type == intstr.String && !slices.Contains(out, p.Port.StrVal) {
				out = append(out, p.Port.StrVal)
			}
		}
	}
	for _, p := range places {
		for _, n := range p.policies {
			for _, r := range n.Spec.Ingress {
				note(r.Ports)
			}
			for _, r := range n.Spec.Egress {
				note(r.Ports)
			}
		}
	}
	return out
}

// called is a port that has all of the names.
func called(names []string, number int32, protocol corev1.Protocol) []corev1.ContainerPort {
	out := []corev1.ContainerPort{{ContainerPort: number, Protocol: protocol}}
	for _, name := range names {
		out = append(out, corev1.ContainerPort{Name: name, ContainerPort: number, Protocol: protocol})
	}
	return out
}

// block is the address block that a cause names, if it names one.
func block(t *testing.T, p place, c proof.Cause) map[string]any {
	i := slices.IndexFunc(p.policies, func(n *networkingv1.NetworkPolicy) bool { return n.Name == c.Object.Name })
	require.GreaterOrEqual(t, i, 0)
	found, _ := append(slices.Clip(c.Path), "ipBlock").Lookup(manifest.FromTyped(p.policies[i]))
	out, _ := found.(map[string]any)
	return out
}

// address is one that a counterexample needs the other pod to have: in the address block of the place's policy, else any.
func address(t *testing.T, p place, causes []proof.Cause) netip.Addr {
	for _, c := range causes {
		if c.Object.Namespace != p.namespace {
			continue
		}
		if b := block(t, p, c); b != nil {
			return inside(t, b)
		}
	}
	return addresses[0]
}

// inside is the first address of a block that it does not except.
func inside(t *testing.T, block map[string]any) netip.Addr {
	whole, err := netip.ParsePrefix(block["cidr"].(string))
	require.NoError(t, err)
	var except []netip.Prefix
	list, _ := block["except"].([]any)
	for _, cidr := range list {
		p, err := netip.ParsePrefix(cidr.(string))
		require.NoError(t, err)
		except = append(except, p)
	}
	for a := whole.Masked().Addr(); whole.Contains(a); a = a.Next() {
		if !slices.ContainsFunc(except, func(p netip.Prefix) bool { return p.Contains(a) }) {
			return a
		}
	}
	require.Fail(t, "nothing is left", "%v", block)
	return netip.Addr{}
}

// addresses are those that pods are tried with: outside of all blocks but one, in one, in what it excepts, in cyclonus's.
var addresses = []netip.Addr{netip.MustParseAddr("203.0.113.7"), netip.MustParseAddr("10.2.0.1"), netip.MustParseAddr("10.1.0.1"),
	netip.MustParseAddr("192.168.242.213"), netip.MustParseAddr("192.168.242.1")}
