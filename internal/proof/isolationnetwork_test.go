package proof

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// tenancy is a tenant in one environment, as the naive judge sees it: typed policies and labels of a Namespace.
type tenancy struct {
	name     string
	labels   map[string]string
	policies []*networkingv1.NetworkPolicy
}

func (v tenancy) enclosure() Enclosure {
	objects := []manifest.Object{{Tree: map[string]any{"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": v.name, "labels": anyLabels(v.labels)}}}}
	for _, p := range v.policies {
		objects = append(objects, manifest.Object{Tree: manifest.FromTyped(p)})
	}
	return Enclose(Place{Tenant: v.name, Environment: "production", Cluster: "main", Namespace: v.name}, objects)
}

// space are the labels of the Namespace, with the one that the API server sets.
func (v tenancy) space() labels.Set {
	out := labels.Set{nameLabel: v.name}
	for key, value := range v.labels {
		out[key] = value
	}
	return out
}

func anyLabels(m map[string]string) map[string]any {
	out := map[string]any{"pod-security.kubernetes.io/enforce": "restricted"}
	for k, v := range m {
		out[k] = v
	}
	return out
}

// dice makes random policies over few words, so that they often meet.
type dice struct{ *rand.Rand }

func (d dice) one(of ...string) string { return of[d.IntN(len(of))] }

func (d dice) selector(keys ...string) metav1.LabelSelector {
	var s metav1.LabelSelector
	for range d.IntN(3) {
		key := d.one(keys...)
		switch op := metav1.LabelSelectorOperator(d.one("In", "NotIn", "Exists", "DoesNotExist", "match")); op {
		case "match":
			s.MatchLabels = map[string]string{key: d.one("a", "b")}
		case "In", "NotIn":
			values := []string{d.one("a", "b")}
			if d.IntN(3) == 0 {
				values = []string{"a", "b"}
			}
			s.MatchExpressions = append(s.MatchExpressions, metav1.LabelSelectorRequirement{Key: key, Operator: op, Values: values})
		default:
			s.MatchExpressions = append(s.MatchExpressions, metav1.LabelSelectorRequirement{Key: key, Operator: op})
		}
	}
	return s
}

func (d dice) peer() networkingv1.NetworkPolicyPeer {
	pods, namespaces := d.selector("x", serviceLabel), d.selector("team", "zone")
	switch d.IntN(6) {
	case 0:
		return networkingv1.NetworkPolicyPeer{PodSelector: &pods}
	case 1:
		return networkingv1.NetworkPolicyPeer{NamespaceSelector: &namespaces}
	case 2:
		if d.IntN(3) == 0 {
			block := networkingv1.IPBlock{CIDR: d.one("10.0.0.0/8", "::/0", "10.1.2.3/32")}
			if block.CIDR == "10.0.0.0/8" && d.IntN(2) == 0 {
				block.Except = []string{"10.0.0.0/9", "10.128.0.0/9"} // no address is left; pods may have any all the same
			}
			return networkingv1.NetworkPolicyPeer{IPBlock: &block}
		}
	case 3:
		own := metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{{Key: nameLabel,
			Operator: metav1.LabelSelectorOperator(d.one("In", "NotIn")), Values: []string{"tenant-0", d.one("tenant-1", "tenant-3")}}}}
		return networkingv1.NetworkPolicyPeer{NamespaceSelector: &own}
	}
	return networkingv1.NetworkPolicyPeer{PodSelector: &pods, NamespaceSelector: &namespaces}
}

func (d dice) ports() []networkingv1.NetworkPolicyPort {
	var out []networkingv1.NetworkPolicyPort
	for range d.IntN(3) {
		protocol := corev1.Protocol(d.one("TCP", "TCP", "UDP", "UDP", "SCTP"))
		p := networkingv1.NetworkPolicyPort{Protocol: &protocol}
		if protocol == "TCP" && d.IntN(2) == 0 {
			p.Protocol = nil // TCP, unless it is said
		}
		switch d.IntN(4) {
		case 0:
			p.Port = new(intstr.FromString("web"))
		case 1:
			p.Port, p.EndPort = new(intstr.FromInt32(80)), new(int32(90))
		case 2:
			p.Port = new(intstr.FromInt32([]int32{80, 90, 91}[d.IntN(3)]))
		}
		out = append(out, p)
	}
	return out
}

// narrow is one port or one range, so that it decides.
func (d dice) narrow() []networkingv1.NetworkPolicyPort {
	protocol := corev1.Protocol("TCP")
	p := networkingv1.NetworkPolicyPort{Protocol: &protocol, Port: new(intstr.FromInt32([]int32{80, 90, 91}[d.IntN(3)]))}
	if d.IntN(4) == 0 {
		p.Port, p.EndPort = new(intstr.FromInt32(80)), new(int32(90))
	}
	return []networkingv1.NetworkPolicyPort{p}
}

func (d dice) policy(name, namespace string) *networkingv1.NetworkPolicy {
	p := &networkingv1.NetworkPolicy{TypeMeta: metav1.TypeMeta{APIVersion: "networking.k8s.io/v1", Kind: "NetworkPolicy"},
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: namespace}, Spec: networkingv1.NetworkPolicySpec{PodSelector: d.selector("x", serviceLabel)}}
	if d.IntN(3) == 0 {
		p.Spec.PodSelector = metav1.LabelSelector{} // default deny, or for all
	}
	for _, t := range []networkingv1.PolicyType{networkingv1.PolicyTypeIngress, networkingv1.PolicyTypeEgress} {
		if d.IntN(2) == 0 {
			p.Spec.PolicyTypes = append(p.Spec.PolicyTypes, t)
		}
	}
	for range d.IntN(2) {
		var peers []networkingv1.NetworkPolicyPeer
		for range d.IntN(3) {
			peers = append(peers, d.peer())
		}
		p.Spec.Ingress = append(p.Spec.Ingress, networkingv1.NetworkPolicyIngressRule{From: peers, Ports: d.ports()})
	}
	for range d.IntN(2) {
		var peers []networkingv1.NetworkPolicyPeer
		for range d.IntN(3) {
			peers = append(peers, d.peer())
		}
		p.Spec.Egress = append(p.Spec.Egress, networkingv1.NetworkPolicyEgressRule{To: peers, Ports: d.ports()})
	}
	return p
}

func (d dice) tenancy(i int) tenancy {
	v := tenancy{name: fmt.Sprintf("tenant-%d", i), labels: map[string]string{}}
	for _, key := range []string{"team", "zone"} {
		if d.IntN(3) > 0 {
			v.labels[key] = d.one("a", "b", "c")
		}
	}
	v.policies = append(v.policies, d.policy("p", v.name), d.policy("q", v.name), d.policy("r", v.name))
	if d.IntN(2) == 0 {
		deny := d.policy("deny", v.name)
		deny.Spec = networkingv1.NetworkPolicySpec{PolicyTypes: []networkingv1.PolicyType{"Ingress", "Egress"}}
		v.policies = append(v.policies, deny)
	}
	return v
}

// caller closes a tenant but for what looks like agreed calls, a little other at times.
func (d dice) caller(v tenancy) tenancy {
	named := func(names ...string) *metav1.LabelSelector {
		return &metav1.LabelSelector{MatchLabels: map[string]string{serviceLabel: d.one(names...)}}
	}
	deny, call := d.policy("deny", v.name), d.policy("call", v.name)
	deny.Spec = networkingv1.NetworkPolicySpec{PolicyTypes: []networkingv1.PolicyType{"Ingress", "Egress"}}
	call.Spec = networkingv1.NetworkPolicySpec{PodSelector: *named("a", "a", "b"), PolicyTypes: []networkingv1.PolicyType{"Egress"},
		Egress: []networkingv1.NetworkPolicyEgressRule{{To: []networkingv1.NetworkPolicyPeer{{NamespaceSelector: &metav1.LabelSelector{}, PodSelector: named("b", "b", "a")}}, Ports: d.narrow()}}}
	serve := d.policy("serve", v.name)
	serve.Spec = networkingv1.NetworkPolicySpec{PodSelector: *named("b", "b", "a"), PolicyTypes: []networkingv1.PolicyType{"Ingress"},
		Ingress: []networkingv1.NetworkPolicyIngressRule{{From: []networkingv1.NetworkPolicyPeer{{NamespaceSelector: &metav1.LabelSelector{}, PodSelector: named("a", "a", "b")}}, Ports: d.narrow()}}}
	v.policies = []*networkingv1.NetworkPolicy{deny, call, serve}
	return v
}

// pod is what the naive judge tries, with every combination of labels; port is what the called one listens on, and how it
// calls it.
type triedPort struct {
	protocol corev1.Protocol
	number   int32
	name     string
}

var (
	triedPods  = everyPod()
	triedPorts = []triedPort{{"TCP", 80, ""}, {"TCP", 90, "web"}, {"TCP", 91, "web"}, {"TCP", 80, "web"}, {"TCP", 85, ""}, {"TCP", 7, "web"}, {"TCP", 7, ""},
		{"UDP", 80, ""}, {"UDP", 90, "web"}, {"UDP", 91, "web"}, {"UDP", 80, "web"}, {"UDP", 85, ""}, {"UDP", 7, "web"}, {"UDP", 7, ""}, {"TCP", 85, "web"}, {"UDP", 85, "web"}, {"SCTP", 85, "web"}, {"SCTP", 80, ""}, {"SCTP", 7, "web"}, {"SCTP", 7, ""}}
)

func everyPod() []labels.Set {
	var out []labels.Set
	for _, x := range []string{"", "a", "b", "else"} {
		for _, y := range []string{"", "a", "b", "else"} {
			pod := labels.Set{}
			if x != "" {
				pod["x"] = x
			}
			if y != "" {
				pod[serviceLabel] = y
			}
			out = append(out, pod)
		}
	}
	return out
}

func selects(s *metav1.LabelSelector, l labels.Set) bool {
	sel, err := metav1.LabelSelectorAsSelector(s)
	return err == nil && sel.Matches(l)
}

func admitsPort(all []networkingv1.NetworkPolicyPort, p triedPort) bool {
	for _, q := range all {
		protocol := corev1.ProtocolTCP
		if q.Protocol != nil {
			protocol = *q.Protocol
		}
		switch {
		case protocol != p.protocol:
		case q.Port == nil, q.Port.Type == intstr.String && q.Port.StrVal == p.name,
			q.Port.Type == intstr.Int && q.EndPort == nil && q.Port.IntVal == p.number,
			q.Port.Type == intstr.Int && q.EndPort != nil && q.Port.IntVal <= p.number && p.number <= *q.EndPort:
			return true
		}
	}
	return len(all) == 0
}

// admitsPeer says yes to every address block: pods may have any address.
func admitsPeer(all []networkingv1.NetworkPolicyPeer, other tenancy, pod labels.Set) bool {
	for _, p := range all {
		if p.IPBlock != nil {
			return true
		}
		if p.NamespaceSelector != nil && selects(p.NamespaceSelector, other.space()) && (p.PodSelector == nil || selects(p.PodSelector, pod)) {
			return true
		}
	}
	return len(all) == 0
}

// lets is the words of the NetworkPolicy API, for one pod, one other and one port.
func (v tenancy) lets(direction networkingv1.PolicyType, pod labels.Set, other tenancy, otherPod labels.Set, port triedPort) bool {
	isolated := false
	for _, p := range v.policies {
		types := p.Spec.PolicyTypes
		if len(types) == 0 {
			types = []networkingv1.PolicyType{"Ingress"}
			if len(p.Spec.Egress) > 0 {
				types = append(types, "Egress")
			}
		}
		if !selects(&p.Spec.PodSelector, pod) {
			continue
		}
		for _, t := range types {
			isolated = isolated || t == direction
			for _, r := range p.Spec.Ingress {
				if t == direction && t == "Ingress" && admitsPeer(r.From, other, otherPod) && admitsPort(r.Ports, port) {
					return true
				}
			}
			for _, r := range p.Spec.Egress {
				if t == direction && t == "Egress" && admitsPeer(r.To, other, otherPod) && admitsPort(r.Ports, port) {
					return true
				}
			}
		}
	}
	return !isolated
}

// reaches tries all pods of two tenants and all ports; agreed calls are of service a to service b, at the ports if there are any.
func reaches(from, to tenancy, agreed []Agreed) bool {
	for _, caller := range triedPods {
		for _, called := range triedPods {
			call := len(agreed) > 0 && caller[serviceLabel] == "a" && called[serviceLabel] == "b"
			for _, port := range triedPorts {
				if call && (len(agreed[0].Ports) == 0 || slices.Contains(agreed[0].Ports, Port{string(port.protocol), int64(port.number)})) {
					continue
				}
				if from.lets("Egress", caller, to, called, port) && to.lets("Ingress", called, from, caller, port) {
					return true
				}
			}
		}
	}
	return false
}

// broken is the pairs that the judge has counterexamples for, asked pair by pair, so that none hides behind another.
func broken(all []Enclosure, agreed []Agreed, a, b int) bool {
	two := Isolate([]Enclosure{all[a], all[b]}, agreed, nil) // the calls are those of the first to the second
	for _, x := range two.Breaches {
		if x.Channel == Network && x.From.Tenant == all[a].Tenant {
			return true
		}
	}
	return false
}

// TestNaive: on random policies the verdict on each pair is that of a judge who tries every pod, and the counts of all
// tenants together name the same pairs.
func TestNaive(t *testing.T) {
	d := dice{rand.New(rand.NewPCG(7, 11))}
	open, closed, onlyAgreed := 0, 0, 0
	rounds := 30
	if testing.Short() {
		rounds = 8
	}
	for round := range rounds {
		var some []tenancy
		var all []Enclosure
		for i := range 4 {
			v := d.tenancy(i)
			if i == 1 || i == 2 {
				v = d.caller(v)
			}
			if i == 3 && d.IntN(2) == 0 { // one of the same shape as another
				twin := some[0]
				v.policies, v.labels = nil, twin.labels
				for _, p := range twin.policies {
					p = p.DeepCopy()
					p.Namespace = v.name
					v.policies = append(v.policies, p)
				}
			}
			some, all = append(some, v), append(all, v.enclosure())
		}
		var pairs []string
		together := Isolate(all, nil, nil)
		for a := range some {
			for b := range some {
				if a == b {
					continue
				}
				want := reaches(some[a], some[b], nil)
				require.Equal(t, want, broken(all, nil, a, b), "round %d, %d to %d:\n%s", round, a, b, dump(some[a], some[b]))
				agreed := []Agreed{{From: 0, To: 1, Callers: []string{"a"}, Callees: []string{"b"}}}
				if round%2 == 1 {
					agreed[0].Ports = []Port{{"TCP", 80}, {"TCP", 90}, {"UDP", 80}}
				}
				rest := reaches(some[a], some[b], agreed)
				require.Equal(t, rest, broken(all, agreed, a, b), "round %d, %d to %d, but for agreed calls:\n%s", round, a, b, dump(some[a], some[b]))
				if want != rest {
					onlyAgreed++
				}
				if want {
					open++
					pairs = append(pairs, fmt.Sprint(a, b))
				} else {
					closed++
				}
			}
		}
		told := 0
		for _, x := range together.Breaches {
			require.Equal(t, Network, x.Channel)
			require.Positive(t, x.Pairs)
			told += x.Pairs
			var a, b int
			_, err := fmt.Sscanf(x.From.Tenant+" "+x.To.Tenant, "tenant-%d tenant-%d", &a, &b)
			require.NoError(t, err)
			require.Contains(t, pairs, fmt.Sprint(a, b))
		}
		require.GreaterOrEqual(t, told, len(pairs))
		require.Equal(t, len(pairs) > 0, len(together.Breaches) > 0)
	}
	require.Greater(t, open, rounds*3/2)
	require.Greater(t, closed, rounds*3/2)
	require.Positive(t, onlyAgreed)
}

func dump(all ...tenancy) string {
	out := ""
	for _, v := range all {
		out += fmt.Sprintln(v.name, v.labels)
		for _, p := range v.policies {
			out += fmt.Sprintf("  %s\n", p.Spec.String())
		}
	}
	return out
}

// TestPolicyTypes: without types a policy closes what comes in, and what goes out only where it has rules for that.
func TestPolicyTypes(t *testing.T) {
	const p = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: x, namespace: %s}\nspec: {podSelector: {}%s}"
	for spec, reaches := range map[string]bool{
		"": true, ", egress: []": true, ", egress: null": true, ", policyTypes: [], egress: []": true, ", ingress: [], egress: []": true,
		", egress: [{to: [{podSelector: {}}]}]": false, ", policyTypes: [Egress]": false, ", policyTypes: [Ingress], egress: [{to: [{podSelector: {}}]}]": true,
	} {
		from := Enclose(placed("acme"), parsed(t, fmt.Sprintf(p, "acme", spec)))
		to := Enclose(placed("shop"), parsed(t, fmt.Sprintf(p, "shop", ", ingress: [{}]")))
		found := Isolate([]Enclosure{from, to}, nil, nil)
		require.Equal(t, reaches, slices.ContainsFunc(found.Breaches, func(b Breach) bool { return b.Channel == Network && b.From.Tenant == "acme" }), "%q", spec)
	}
}

// TestPlain: what other requirements imply is not told, and of two that say the same one stays.
func TestPlain(t *testing.T) {
	for text, want := range map[string]string{
		"a=x; a not in (y); label a":           "a=x",
		"a in (x, y); a=x":                     "a=x",
		"a=x; a=x":                             "a=x",
		"no label a; a not in (x); no label a": "no label a",
		"label a; label a; a not in (x)":       "label a; a not in (x)",
		"a not in (x); a not in (x, y)":        "a not in (x, y)",
		"a in (x, y); a not in (y, z)":         "a in (x, y); a not in (y, z)",
		"a=x; b not in (y)":                    "a=x; b not in (y)",
	} {
		require.Equal(t, want, words(read(text).plain()), text)
	}
	both := selector{{key: "a", op: in, values: []string{"x"}}, {key: "a", op: exists, called: true}}
	require.Equal(t, both, both.plain(), "of different pods")
}

// read and words are requirements as messages tell them, between semicolons.
func read(text string) selector {
	var s selector
	for part := range strings.SplitSeq(text, "; ") {
		r := requirement{op: in}
		if key, ok := strings.CutPrefix(part, "label "); ok {
			r = requirement{key: key, op: exists}
		} else if key, ok := strings.CutPrefix(part, "no label "); ok {
			r = requirement{key: key, op: absent}
		} else if key, value, ok := strings.Cut(part, "="); ok {
			r = requirement{key: key, op: in, values: []string{value}}
		} else {
			if key, rest, ok := strings.Cut(part, " not in ("); ok {
				r, part = requirement{key: key, op: notIn}, rest
			} else {
				r.key, part, _ = strings.Cut(part, " in (")
			}
			r.values = strings.Split(strings.TrimSuffix(part, ")"), ", ")
		}
		s = append(s, r)
	}
	return s
}

func words(s selector) string {
	var out []string
	for _, r := range s {
		out = append(out, r.String())
	}
	return strings.Join(out, "; ")
}

// TestSample: the labels of a sample meet what was found, and nothing that it forbids.
func TestSample(t *testing.T) {
	for _, text := range []string{"a=x", "label a; a not in (some0, some1)", "a in (x, y); a not in (x)", "no label a; label b", "a not in (x)", "label a; a in (y); label a"} {
		s := read(text)
		require.True(t, s.holds(s.labels(false)), "%s: %v", text, s.labels(false))
		require.Empty(t, s.labels(true))
	}
	require.Equal(t, map[string]string{"a": "some2"}, read("label a; a not in (some0, some1)").labels(false))
}

// TestRefusedPolicies: a policy that the API server refuses closes nothing, and is a doubt; the same policy in its words is neither.
func TestRefusedPolicies(t *testing.T) {
	const closing = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: x, namespace: acme}\nspec: {podSelector: {}, policyTypes: [Ingress], ingress: [%s]}"
	shop := Enclose(placed("shop"), nil)
	for rule, wrong := range map[string]bool{
		"{from: [{podSelector: {}}]}":                              false,
		"{from: [{podSelector: {}, ipBlock: {cidr: 10.0.0.0/8}}]}": true,
		"{from: [{}]}": true,
		"{from: [{podSelector: {matchLabels: {a: 'b, c'}}}]}":                                        true,
		"{from: [{podSelector: {matchExpressions: [{key: 'a b', operator: Exists}]}}]}":              true,
		"{from: [{podSelector: {matchExpressions: [{key: a, operator: In, values: [b, 'c d']}]}}]}":  true,
		"{from: [{ipBlock: {cidr: 10.0.0.0}}]}":                                                      true,
		"{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [11.0.0.0/16]}}]}":                             true,
		"{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.0.0.0/8]}}]}":                              true,
		"{from: [{podSelector: {}}], ports: [{protocol: tcp}]}":                                      true,
		"{from: [{podSelector: {}}], ports: [{port: 0}]}":                                            true,
		"{from: [{podSelector: {}}], ports: [{port: 80, endPort: 79}]}":                              true,
		"{from: [{podSelector: {}}], ports: [{port: web, endPort: 90}]}":                             true,
		"{from: [{podSelector: {}}], ports: [{endPort: 90}]}":                                        true,
		"{from: [{podSelector: {}}], ports: [{port: '80'}]}":                                         true,
		"{from: [{podSelector: {}}], ports: [{port: web}, {port: 80, endPort: 90, protocol: SCTP}]}": false,
	} {
		found := Isolate([]Enclosure{shop, Enclose(placed("acme"), parsed(t, fmt.Sprintf(closing, rule)))}, nil, nil)
		require.Equal(t, wrong, slices.ContainsFunc(found.Doubts, func(d Doubt) bool { return d.Channel == Network }), rule)
		require.Equal(t, wrong, slices.ContainsFunc(found.Breaches, func(b Breach) bool { return b.Channel == Network && b.To.Tenant == "acme" }), rule)
	}
}
