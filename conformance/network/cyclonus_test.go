package network

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"github.com/mattfenwick/cyclonus/pkg/generator"
	"github.com/mattfenwick/cyclonus/pkg/matcher"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/tenantsmith/tenantsmith/internal/proof"
)

// simulator is cyclonus with the policies of all places.
type simulator struct{ *matcher.Policy }

func newSimulator(places []place) simulator {
	var all []*networkingv1.NetworkPolicy
	for _, p := range places {
		for _, n := range p.policies {
			all = append(all, defaulted(n))
		}
	}
	return simulator{matcher.BuildNetworkPolicies(true, all)}
}

// defaulted has the types that the API server gives a policy without any. The simulator wants them written.
func defaulted(n *networkingv1.NetworkPolicy) *networkingv1.NetworkPolicy {
	if len(n.Spec.PolicyTypes) > 0 {
		return n
	}
	n = n.DeepCopy()
	n.Spec.PolicyTypes = []networkingv1.PolicyType{networkingv1.PolicyTypeIngress}
	if len(n.Spec.Egress) > 0 {
		n.Spec.PolicyTypes = append(n.Spec.PolicyTypes, networkingv1.PolicyTypeEgress)
	}
	return n
}

// end is a pod that the simulator is asked about.
type end struct {
	place
	labels  map[string]string
	address netip.Addr
}

func (e end) peer() *matcher.TrafficPeer {
	return &matcher.TrafficPeer{IP: e.address.String(), Internal: &matcher.InternalPeer{Namespace: e.namespace, NamespaceLabels: e.place.labels, PodLabels: e.labels}}
}

// passes reports whether one side lets a connection through: the policies of the called, or those of the caller.
func (s simulator) passes(called bool, from, to end, p corev1.ContainerPort) bool {
	return s.IsIngressOrEgressAllowed(&matcher.Traffic{Source: from.peer(), Destination: to.peer(),
		ResolvedPort: int(p.ContainerPort), ResolvedPortName: p.Name, Protocol: p.Protocol}, called).IsAllowed()
}

// reaches tries all pods at all ports. Addresses of the two ends do not depend on each other: each side sees the other's only.
func (s simulator) reaches(from, to place, words []map[string]string, ports []corev1.ContainerPort, at []netip.Addr) bool {
	for _, x := range words {
		for _, y := range words {
			caller, called := end{from, x, at[0]}, end{to, y, at[0]}
			for _, p := range ports {
				leaves := slices.ContainsFunc(at, func(a netip.Addr) bool { return s.passes(false, caller, end{to, y, a}, p) })
				if leaves && slices.ContainsFunc(at, func(a netip.Addr) bool { return s.passes(true, end{from, x, a}, called, p) }) {
					return true
				}
			}
		}
	}
	return false
}

// confirm asks whether the connection of a counterexample gets through. What the port is called is the pod's choice.
func (s simulator) confirm(t *testing.T, from, to place, x proof.Breach) bool {
	caller := end{from, x.Sample.Caller, address(t, to, x.Causes)}
	called := end{to, x.Sample.Called, address(t, from, x.Causes)}
	passes := func(ingress bool) bool {
		return slices.ContainsFunc(append(names(from, to), ""), func(name string) bool {
			return s.passes(ingress, caller, called, corev1.ContainerPort{Name: name, ContainerPort: int32(x.Sample.Port), Protocol: corev1.Protocol(x.Sample.Protocol)})
		})
	}
	return passes(false) && passes(true)
}

const confirmed = "connections of our counterexamples that cyclonus lets through"

// agree holds both judges against each other on every ordered pair.
func agree(t *testing.T, places []place, words []map[string]string, ports []corev1.ContainerPort, at []netip.Addr, about string) {
	s := newSimulator(places)
	all := make([]proof.Enclosure, len(places))
	for i := range places {
		all[i] = places[i].enclosure()
	}
	for a, from := range places {
		for b, to := range places {
			if a == b {
				continue
			}
			found := ours(t, all[a], all[b])
			if len(found) == 0 {
				require.False(t, s.reaches(from, to, words, ports, at), "%s: cyclonus lets pods of %s reach %s\n%s", about, from.namespace, to.namespace, comparison{places: places})
				count(t, closed, 1)
				continue
			}
			count(t, opened, 1)
			for _, x := range found {
				require.NotNil(t, x.Sample)
				require.True(t, s.confirm(t, from, to, x), "%s: cyclonus does not let it through: %s\n%+v\n%s", about, x.Message, x.Sample, comparison{places: places})
				count(t, confirmed, 1)
			}
		}
	}
}

// TestRandomAddresses asks cyclonus about random sets, with the addresses of their blocks.
func TestRandomAddresses(t *testing.T) {
	d := dice{rand.New(rand.NewPCG(5, 3)), true}
	ports := append(slices.Clip(tried), corev1.ContainerPort{Name: "web", ContainerPort: 7, Protocol: "TCP"}, corev1.ContainerPort{Name: "http", ContainerPort: 90, Protocol: "UDP"})
	for round := range 300 {
		agree(t, d.fleet(), d.some(vocabulary(), 6), ports, addresses[:4], fmt.Sprint("round ", round))
		count(t, sets, 1)
	}
	counted(t, 300, sets, opened, closed, confirmed)
}

// TestCases takes the policies of each of cyclonus's cases into tenants' namespaces, and judges all pairs after each step.
func TestCases(t *testing.T) {
	cases := generator.NewTestCaseGenerator(true, addresses[3].String(), []string{"x", "y", "z"}, nil, nil).GenerateTestCases()
	for _, c := range cases {
		w := newWorld()
		for _, step := range c.Steps {
			for _, a := range step.Actions {
				w.apply(t, a)
			}
			for _, f := range []form{{}, {twice: true}, {closed: true}, {true, true}} {
				agree(t, w.places(f), caseWords, casePorts, caseAddresses, c.Description)
				count(t, "steps judged, each in four forms", 1)
			}
		}
		count(t, "cases of cyclonus", 1)
	}
	counted(t, 100, "cases of cyclonus", opened, closed, confirmed)
}

// caseWords, casePorts and caseAddresses are what pods of the cases have, and what none has.
var (
	caseWords     = []map[string]string{{}, {"pod": "a"}, {"pod": "b"}, {"pod": "c"}, {"pod": "b", "new-label": "abc"}}
	casePorts     = caseServes()
	caseAddresses = []netip.Addr{addresses[3], addresses[4], addresses[0]}
)

func caseServes() []corev1.ContainerPort {
	out := []corev1.ContainerPort{{ContainerPort: 53, Protocol: "UDP"}, {ContainerPort: 53, Protocol: "TCP"}}
	for _, number := range []int32{79, 80, 81, 82, 7981} {
		for _, protocol := range []corev1.Protocol{"TCP", "UDP", "SCTP"} {
			out = append(out, corev1.ContainerPort{Name: serve(number, protocol), ContainerPort: number, Protocol: protocol})
		}
	}
	return out
}

// serve is how cyclonus calls its ports.
func serve(number int32, protocol corev1.Protocol) string {
	return fmt.Sprintf("serve-%d-%s", number, map[corev1.Protocol]string{"TCP": "tcp", "UDP": "udp", "SCTP": "sctp"}[protocol])
}

// world is what the steps of a case leave behind.
type world struct {
	labels   map[string]map[string]string // of namespaces
	policies map[string]*networkingv1.NetworkPolicy
}

func newWorld() world {
	w := world{map[string]map[string]string{}, map[string]*networkingv1.NetworkPolicy{}}
	for _, ns := range []string{"x", "y", "z"} {
		w.labels[ns] = map[string]string{"ns": ns}
	}
	return w
}

// apply does what an action asks. Pods are no part of it: all are tried.
func (w world) apply(t *testing.T, a *generator.Action) {
	key := func(namespace, name string) string { return namespace + "/" + name }
	switch {
	case a.CreatePolicy != nil:
		w.policies[key(a.CreatePolicy.Policy.Namespace, a.CreatePolicy.Policy.Name)] = a.CreatePolicy.Policy
	case a.UpdatePolicy != nil:
		w.policies[key(a.UpdatePolicy.Policy.Namespace, a.UpdatePolicy.Policy.Name)] = a.UpdatePolicy.Policy
	case a.DeletePolicy != nil:
		delete(w.policies, key(a.DeletePolicy.Namespace, a.DeletePolicy.Name))
	case a.CreateNamespace != nil:
		w.labels[a.CreateNamespace.Namespace] = a.CreateNamespace.Labels
	case a.SetNamespaceLabels != nil:
		w.labels[a.SetNamespaceLabels.Namespace] = a.SetNamespaceLabels.Labels
	case a.DeleteNamespace != nil:
		delete(w.labels, a.DeleteNamespace.Namespace)
	default:
		require.True(t, a.CreatePod != nil || a.SetPodLabels != nil || a.DeletePod != nil, "an action that is not known")
	}
}

// form is how a case is judged: as it is, with its policies in a second namespace, so that both ends have some, and with
// those namespaces closed but for what the policies let through, so that they decide.
type form struct{ twice, closed bool }

// places has each namespace as one of a tenant.
func (w world) places(f form) []place {
	var out []place
	for _, ns := range slices.Sorted(maps.Keys(w.labels)) {
		p := newPlace(ns, w.labels[ns])
		for _, key := range slices.Sorted(maps.Keys(w.policies)) {
			if f.twice && ns == "y" || w.policies[key].Namespace == ns {
				p.add(w.policies[key])
			}
		}
		if f.closed && len(p.policies) > 0 {
			p.add(policy("deny", networkingv1.NetworkPolicySpec{PolicyTypes: both}))
		}
		out = append(out, p)
	}
	return out
}
