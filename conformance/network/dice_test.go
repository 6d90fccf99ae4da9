package network

import (
	"fmt"
	"math/rand/v2"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// dice make random policies of few words, so that they often meet.
type dice struct {
	*rand.Rand
	// plain leaves out NotIn, which cyclonus reads in its own way.
	plain bool
}

const service = "app.kubernetes.io/name"

func (d dice) one(of ...string) string { return of[d.IntN(len(of))] }

func (d dice) chance(percent int) bool { return d.IntN(100) < percent }

// fleet is two to four tenants. Half of them are closed but for a few rules, as ours are.
func (d dice) fleet() []place {
	var out []place
	for i := range 2 + d.IntN(3) {
		p := newPlace(fmt.Sprintf("tenant-%d", i), d.namespaceLabels())
		if d.chance(60) {
			p.add(policy("deny", networkingv1.NetworkPolicySpec{PolicyTypes: both}))
		}
		n := 1 + d.IntN(3)
		if d.chance(25) {
			d.calls(&p)
			n = d.IntN(2)
		}
		for n := range n {
			p.add(policy(fmt.Sprintf("random-%d", n), d.spec()))
		}
		out = append(out, p)
	}
	return out
}

var both = []networkingv1.PolicyType{"Ingress", "Egress"}

// calls are policies as we render them: closed but for a service that calls and one that is called.
func (d dice) calls(p *place) {
	named := func(names ...string) *metav1.LabelSelector {
		return &metav1.LabelSelector{MatchLabels: map[string]string{service: d.one(names...)}}
	}
	peer := func(names ...string) []networkingv1.NetworkPolicyPeer {
		return []networkingv1.NetworkPolicyPeer{{NamespaceSelector: &metav1.LabelSelector{}, PodSelector: named(names...)}}
	}
	p.add(policy("close", networkingv1.NetworkPolicySpec{PolicyTypes: both}))
	p.add(policy("call", networkingv1.NetworkPolicySpec{PodSelector: *named("a", "a", "a", "b"), PolicyTypes: both[1:],
		Egress: []networkingv1.NetworkPolicyEgressRule{{To: peer("b", "b", "b", "a"), Ports: d.ports()}}}))
	p.add(policy("serve", networkingv1.NetworkPolicySpec{PodSelector: *named("b", "b", "b", "a"), PolicyTypes: both[:1],
		Ingress: []networkingv1.NetworkPolicyIngressRule{{From: peer("a", "a", "a", "b"), Ports: d.ports()}}}))
}

func policy(name string, spec networkingv1.NetworkPolicySpec) *networkingv1.NetworkPolicy {
	return &networkingv1.NetworkPolicy{ObjectMeta: metav1.ObjectMeta{Name: name}, Spec: spec}
}

func (d dice) namespaceLabels() map[string]string {
	out := map[string]string{}
	for _, key := range []string{"team", "zone"} {
		if d.chance(70) {
			out[key] = d.one("a", "b", "c")
		}
	}
	return out
}

// spec has every form of policyTypes: none, with and without rules to go with it, one and both.
func (d dice) spec() networkingv1.NetworkPolicySpec {
	s := networkingv1.NetworkPolicySpec{PodSelector: d.selector("x", service)}
	s.PolicyTypes = [][]networkingv1.PolicyType{nil, {"Ingress"}, {"Egress"}, {"Ingress", "Egress"}}[d.IntN(4)]
	for range d.IntN(3) {
		s.Ingress = append(s.Ingress, networkingv1.NetworkPolicyIngressRule{From: d.peers(), Ports: d.ports()})
	}
	for range d.IntN(3) {
		s.Egress = append(s.Egress, networkingv1.NetworkPolicyEgressRule{To: d.peers(), Ports: d.ports()})
	}
	if d.chance(20) {
		s.Egress = []networkingv1.NetworkPolicyEgressRule{}
	}
	return s
}

func (d dice) selector(keys ...string) metav1.LabelSelector {
	var s metav1.LabelSelector
	for range d.IntN(3) {
		key := d.one(keys...)
		switch op := metav1.LabelSelectorOperator(d.one("match", "match", "In", "NotIn", "Exists", "DoesNotExist")); op {
		case "match":
			s.MatchLabels = map[string]string{key: d.one("a", "b")}
		case "In", "NotIn":
			if op == "NotIn" && d.plain {
				continue
			}
			values := []string{d.one("a", "b")}
			if d.chance(30) {
				values = []string{"a", "b"}
			}
			s.MatchExpressions = append(s.MatchExpressions, metav1.LabelSelectorRequirement{Key: key, Operator: op, Values: values})
		default:
			s.MatchExpressions = append(s.MatchExpressions, metav1.LabelSelectorRequirement{Key: key, Operator: op})
		}
	}
	return s
}

func (d dice) peers() []networkingv1.NetworkPolicyPeer {
	var out []networkingv1.NetworkPolicyPeer
	for range []int{0, 1, 1, 1, 2}[d.IntN(5)] {
		out = append(out, d.peer())
	}
	return out
}

func (d dice) peer() networkingv1.NetworkPolicyPeer {
	pods, namespaces := d.selector("x", service), d.selector("team", "zone")
	switch d.IntN(10) {
	case 0, 1:
		return networkingv1.NetworkPolicyPeer{PodSelector: &pods}
	case 2, 3:
		return networkingv1.NetworkPolicyPeer{NamespaceSelector: &namespaces}
	case 4:
		namespaces = metav1.LabelSelector{MatchLabels: map[string]string{nameLabel: d.one("tenant-0", "tenant-1", "tenant-2")}}
	case 5:
		return networkingv1.NetworkPolicyPeer{IPBlock: &[]networkingv1.IPBlock{
			{CIDR: "10.0.0.0/8", Except: []string{"10.1.0.0/16"}}, {CIDR: "10.1.0.0/16"}, {CIDR: "0.0.0.0/0", Except: []string{"10.0.0.0/8", "192.168.0.0/16"}}, {CIDR: "192.168.0.0/16"},
		}[d.IntN(4)]}
	}
	return networkingv1.NetworkPolicyPeer{PodSelector: &pods, NamespaceSelector: &namespaces}
}

func (d dice) ports() []networkingv1.NetworkPolicyPort {
	var out []networkingv1.NetworkPolicyPort
	for range d.IntN(3) {
		var p networkingv1.NetworkPolicyPort
		if protocol := d.one("", "TCP", "TCP", "UDP", "SCTP"); protocol != "" {
			p.Protocol = new(corev1.Protocol(protocol))
		}
		switch d.IntN(5) {
		case 0:
			p.Port = new(intstr.FromString(d.one("web", "http")))
		case 1, 2:
			p.Port, p.EndPort = new(intstr.FromInt32([]int32{1, 80, 85}[d.IntN(3)])), new([]int32{85, 90, 65535}[d.IntN(3)])
		case 3:
			p.Port = new(intstr.FromInt32([]int32{80, 90, 91}[d.IntN(3)]))
		}
		out = append(out, p)
	}
	return out
}

// vocabulary is a pod for every choice of labels that the policies can tell apart.
func vocabulary() []map[string]string {
	var out []map[string]string
	for _, x := range []string{"", "a", "b", "else"} {
		for _, name := range []string{"", "a", "b", "else"} {
			labels := map[string]string{}
			if x != "" {
				labels["x"] = x
			}
			if name != "" {
				labels[service] = name
			}
			out = append(out, labels)
		}
	}
	return out
}

// some are as many of them.
func (d dice) some(of []map[string]string, n int) []map[string]string {
	d.Shuffle(len(of), func(i, k int) { of[i], of[k] = of[k], of[i] })
	return of[:n]
}
