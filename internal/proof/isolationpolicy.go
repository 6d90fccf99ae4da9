package proof

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// side is what the NetworkPolicies of a place let through in one direction, to or from other namespaces. Policies add up: a
// pod that any of them selects is cut off from all that none of them lets through, and a pod that none selects is open.
type side struct {
	rules []rule
	// selects are the pods that policies cut off; policies are their names.
	selects  []selector
	policies []string
	// text is the same for places whose sides are the same.
	text string
}

// rule lets pods of the place talk to pods of the namespaces that it selects.
type rule struct {
	policy string
	path   manifest.Path
	pods   selector // of the place
	free   bool     // of pods that no policy selects: no policy, no path
	// namespaces are the others'; nil where every namespace is meant, by no peers or by an address block.
	namespaces *selector
	peer       selector
	block      string
	ports      []ports
}

// ports is a range of a protocol; the zero value is every port. A named port may be any number: pods name their own.
type ports struct {
	protocol string
	from, to int64
}

func (p ports) String() string {
	switch {
	case p.protocol == "":
		return "every port"
	case p.from <= 1 && p.to >= 65535:
		return "every port of " + p.protocol
	case p.from == p.to:
		return fmt.Sprintf("port %d/%s", p.from, p.protocol)
	}
	return fmt.Sprintf("ports %d to %d/%s", p.from, p.to, p.protocol)
}

// both is what two ranges share.
func (p ports) both(other ports) (ports, bool) {
	switch {
	case p.protocol == "":
		return other, true
	case other.protocol == "":
		return p, true
	case p.protocol != other.protocol:
		return p, false
	}
	shared := ports{p.protocol, max(p.from, other.from), min(p.to, other.to)}
	return shared, shared.from <= shared.to
}

// shared are the ranges that both rules let through.
func shared(a, b []ports) []ports {
	var out []ports
	for _, p := range a {
		for _, q := range b {
			if s, ok := p.both(q); ok {
				out = append(out, s)
			}
		}
	}
	return out
}

// split cuts a range where calls begin and end to be about it. A call that names ports is about none of "every port", which
// holds protocols that have none.
func (p ports) split(agreed []Agreed) []ports {
	if p.protocol == "" {
		return []ports{p}
	}
	var cuts []int64
	for _, a := range agreed {
		for _, port := range a.Ports {
			if port.Protocol == p.protocol {
				cuts = append(cuts, port.Number, port.Number+1)
			}
		}
	}
	slices.Sort(cuts)
	var out []ports
	for _, c := range slices.Compact(cuts) {
		if c > p.from && c <= p.to {
			out = append(out, ports{p.protocol, p.from, c - 1})
			p.from = c
		}
	}
	return append(out, p)
}

// covers reports whether a call is about a range that was split by it.
func (a Agreed) covers(p ports) bool {
	return len(a.Ports) == 0 || slices.Contains(a.Ports, Port{p.protocol, p.from})
}

func newPorts(rule any) []ports {
	var out []ports
	for _, v := range list(rule, "ports") {
		p := ports{protocol: "TCP", to: 65535}
		if s := text(v, "protocol"); s != "" {
			p.protocol = s
		}
		if n, ok := whole(get(v, "port")); ok {
			p.from, p.to = n, n
			if end, ok := whole(get(v, "endPort")); ok {
				p.to = end
			}
		}
		out = append(out, p)
	}
	if len(out) == 0 {
		out = append(out, ports{})
	}
	return out
}

// policy adds a NetworkPolicy to both sides. One that the API server would refuse closes nothing.
func (r *reader) policy() {
	o := r.object
	if r.key.Namespace != r.Namespace {
		return // an opening by itself
	}
	spec := get(o.Tree, "spec")
	if what := refused(spec); what != "" {
		r.doubt(Network, "%s has %s that the API server refuses", r.key, what)
		return
	}
	pods, _ := newSelector(get(spec, "podSelector"))
	var types []string
	for _, t := range list(spec, "policyTypes") {
		types = append(types, fmt.Sprint(t))
	}
	outward := len(list(spec, "egress")) > 0
	if slices.Contains(types, "Ingress") || len(types) == 0 {
		r.ingress.add(o, pods, "ingress", "from")
	}
	if slices.Contains(types, "Egress") || len(types) == 0 && outward {
		r.egress.add(o, pods, "egress", "to")
	}
}

func (s *side) add(o manifest.Object, pods selector, rules, peers string) {
	s.selects, s.policies = append(s.selects, pods), append(s.policies, o.Name())
	for i, r := range list(o.Tree, "spec", rules) {
		path := manifest.Path{"spec", rules, i}
		base := rule{policy: o.Name(), path: path, pods: pods, ports: newPorts(r)}
		all := list(r, peers)
		if len(all) == 0 {
			s.rules = append(s.rules, base)
		}
		for k, p := range all {
			if r, crosses := base.to(p, path.Join(peers, k)); crosses {
				s.rules = append(s.rules, r)
			}
		}
	}
}

// hostProbes are addresses that no pod has: an ambient mesh lets the probes of a node come from them.
var hostProbes = []string{"169.254.7.127/32", "fd16:9254:7127:1337:ffff:ffff:ffff:ffff/128"}

// to is the rule for one peer; false if it does not leave the namespace. An address block may hold the addresses of any pod.
func (r rule) to(peer any, path manifest.Path) (rule, bool) {
	r.path = path
	if block := get(peer, "ipBlock"); block != nil {
		r.block = text(block, "cidr")
		return r, !slices.Contains(hostProbes, r.block)
	}
	if get(peer, "namespaceSelector") == nil {
		return r, false
	}
	namespaces, _ := newSelector(get(peer, "namespaceSelector"))
	r.peer, _ = newSelector(get(peer, "podSelector"))
	r.namespaces = &namespaces
	return r, true
}

// close ends the reading: pods that no policy selects are free, and the text is made.
func (s *side) close() {
	open := !slices.ContainsFunc(s.selects, func(sel selector) bool { return len(sel) == 0 })
	if open {
		s.rules = append(s.rules, rule{free: true, ports: []ports{{}}})
	}
	var b strings.Builder
	for _, r := range s.rules {
		fmt.Fprintf(&b, "%q %s %v %q %s %v ", r.policy, r.path, r.free, r.block, r.peer, r.ports)
		b.WriteString(r.pods.String())
		if r.namespaces != nil {
			b.WriteString(" in " + r.namespaces.String())
		}
		b.WriteByte('\n')
	}
	for i, sel := range s.selects {
		if open || i < 4 {
			fmt.Fprintf(&b, "%q %s\n", s.policies[i], sel)
		}
	}
	s.text = b.String()
}

// own is what pods of the place have to meet so that the rule is theirs.
func (s *side) own(r rule, called bool) (selector, []selector) {
	if !r.free {
		return r.pods.of(called), nil
	}
	clauses := make([]selector, len(s.selects))
	for i, sel := range s.selects {
		clauses[i] = sel.not().of(called)
	}
	return nil, clauses
}
