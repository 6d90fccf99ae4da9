package plan

import (
	"fmt"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

const networkPolicy = "networking.k8s.io/NetworkPolicy"

// path is one thing that a policy lets through.
type allowed struct {
	peer peer
	port port
}

func (a allowed) covers(b allowed) bool { return a.peer.covers(b.peer) && a.port.covers(b.port) }
func (a allowed) meets(b allowed) bool  { return a.peer.meets(b.peer) && a.port.meets(b.port) }

// policy is a network policy in one direction. Policies add up: a pod that any of them selects is cut off from all
// that none of them lets through, and a pod that none selects is open.
type policy struct {
	key       manifest.Key
	namespace string // neutral
	pods      selector
	allows    []allowed
}

// way is a direction, and how it is told.
type way struct{ kind, rules, peers, verb, open string }

var ways = []way{
	{"Ingress", "ingress", "from", "may now be reached from", "are no longer cut off: they may be reached from anywhere"},
	{"Egress", "egress", "to", "may now connect to", "are no longer cut off: they may connect to anywhere"},
}

// mostAllowed bounds what is compared pair by pair.
const mostAllowed = 2000

// openedNetwork compares what the network policies let through, before and after, for each selector that any of them
// uses.
func (c *comparison) openedNetwork() {
	if !slices.ContainsFunc(c.pairs, func(p pair) bool { return p.kind() == networkPolicy }) {
		return
	}
	for _, w := range ways {
		old, few := w.policies(c.Old)
		new, alsoFew := w.policies(c.New)
		if !few || !alsoFew {
			c.opened(manifest.Key{}, manifest.Medium, manifest.Path{"spec"}, "the network policies are too many to compare: they may open a path")
			continue
		}
		told := map[string]bool{}
		for _, at := range slices.Concat(old, new) {
			id := at.namespace + "\x00" + at.pods.text()
			if !told[id] {
				told[id] = true
				c.compareWay(w, at, old, new)
			}
		}
	}
}

// policies reads those of one side; false if they let through too many things.
func (w way) policies(s *Side) ([]policy, bool) {
	n := newNeutral(s.Namespace)
	var out []policy
	total := 0
	for i := range s.Objects {
		o := &s.Objects[i]
		if kindOf(o.Key()) != networkPolicy || !w.in(o.Tree) {
			continue
		}
		p := policy{key: o.Key(), namespace: n.text(o.Namespace()), pods: newSelector(at(o.Tree, "spec", "podSelector"), n)}
		for _, r := range list(at(o.Tree, "spec", w.rules)) {
			p.allows = append(p.allows, w.read(r, n)...)
		}
		total += len(p.allows)
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b policy) int { return compareKeys(a.key, b.key) })
	return out, total <= mostAllowed
}

// in reports whether a policy is about the direction. Without types it is about ingress, and about egress if it has
// rules for it.
func (w way) in(tree any) bool {
	types := texts(at(tree, "spec", "policyTypes"))
	if len(types) == 0 {
		return w.kind == "Ingress" || len(list(at(tree, "spec", w.rules))) > 0
	}
	return slices.Contains(types, w.kind)
}

// read writes out a rule. No peers are anybody, no ports every port.
func (w way) read(r any, n neutral) []allowed {
	peers, ports := []peer{}, []port{}
	for _, v := range list(at(r, w.peers)) {
		peers = append(peers, newPeer(v, n))
	}
	for _, v := range list(at(r, "ports")) {
		ports = append(ports, newPort(v))
	}
	if len(peers) == 0 {
		peers = append(peers, peer{})
	}
	if len(ports) == 0 {
		ports = append(ports, port{})
	}
	var out []allowed
	for _, p := range peers[:min(len(peers), mostAllowed+1)] {
		for _, q := range ports[:min(len(ports), mostAllowed+1)] {
			if out = append(out, allowed{p, q}); len(out) > mostAllowed {
				return out
			}
		}
	}
	return out
}

// compareWay tells what the pods of one selector may newly do.
func (c *comparison) compareWay(w way, at policy, old, new []policy) {
	before, wasCut := applying(at, old)
	after, isCut := applying(at, new)
	switch {
	case wasCut && !isCut:
		c.openedWhole(w, at, old, new)
	case wasCut:
		c.grown(w, at, before, after, "")
	default:
		// Nothing held all of these pods back, but a policy for others may have held back some of them.
		for _, o := range old {
			if o.namespace == at.namespace && !o.pods.apart(at.pods) {
				some, _ := applying(o, old)
				c.grown(w, at, some, after, "some of them perhaps not before")
			}
		}
	}
}

// applying lists what policies that surely select all pods of a selector let through, and whether there is any.
func applying(at policy, policies []policy) (out []policy, cut bool) {
	for _, p := range policies {
		if p.namespace == at.namespace && p.pods.covers(at.pods) {
			out, cut = append(out, p), true
		}
	}
	return out, cut
}

// openedWhole tells of pods that no policy cuts off any more.
func (c *comparison) openedWhole(w way, at policy, old, new []policy) {
	message := fmt.Sprintf("%s %s", at.pods, w.open)
	severity := manifest.Critical
	if slices.ContainsFunc(new, func(p policy) bool { return p.namespace == at.namespace && !p.pods.apart(at.pods) }) {
		message, severity = fmt.Sprintf("some %s perhaps %s", at.pods, w.open), manifest.High
	}
	for _, p := range old {
		if p.namespace == at.namespace && p.pods.covers(at.pods) {
			c.opened(p.key, severity, manifest.Path{"spec"}, message)
			return
		}
	}
}

// grown tells what policies let through that those before did not.
func (c *comparison) grown(w way, at policy, before, after []policy, doubt string) {
	for _, p := range after {
		for _, a := range p.allows {
			sure, some := through(a, before)
			if sure {
				continue
			}
			verb := w.verb
			if some || doubt != "" {
				verb = "perhaps " + verb
			}
			message := fmt.Sprintf("%s %s %s, %s", at.pods, verb, a.peer, a.port)
			if doubt != "" {
				message += "; " + doubt
			}
			c.opened(p.key, breadth(a), manifest.Path{"spec", w.rules}, message)
		}
	}
}

// through reports whether policies surely let something through, and whether they let some of it through.
func through(a allowed, policies []policy) (sure, some bool) {
	for _, p := range policies {
		for _, b := range p.allows {
			if b.covers(a) {
				return true, true
			}
			some = some || b.meets(a)
		}
	}
	return false, some
}

// breadth grades what is let through by how many it is.
func breadth(a allowed) manifest.Severity {
	switch {
	case a.peer.kind == anybody, a.peer.kind == blocked && a.peer.block.Bits() == 0:
		return manifest.High
	case a.peer.kind == selected && a.peer.namespaces != nil && len(a.peer.namespaces.needs) == 0:
		return manifest.High
	}
	return manifest.Medium
}

// opened notes a path that a policy opens; each once.
func (c *comparison) opened(k manifest.Key, s manifest.Severity, path manifest.Path, message string) {
	p := c.networkPair(k)
	same := func(r Risk) bool { return r.Class == OpenedPath && r.Message == message && r.Object == p.key }
	if !slices.ContainsFunc(c.risks, same) {
		c.risk(OpenedPath, s, p, path, message, "")
	}
}

// networkPair is the change of a policy; of one that does not change itself, the first change of another.
func (c *comparison) networkPair(k manifest.Key) *pair {
	var first *pair
	for i := range c.pairs {
		p := &c.pairs[i]
		if p.key == k || p.old != nil && p.old.Key() == k {
			return p
		}
		if first == nil && p.kind() == networkPolicy {
			first = p
		}
	}
	return first
}
