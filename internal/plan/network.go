package plan

import (
	"fmt"
	"slices"
	"sync"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

const networkPolicy = "networking.k8s.io/NetworkPolicy"

// policy is a network policy in one direction. Policies add up: a pod that any of them selects is cut off from all
// that none of them lets through, and a pod that none selects is open.
type policy struct {
	key       manifest.Key
	namespace string // neutral
	pods      selector
	allows    []allowed
}

// way is a direction, and how it is told.
type way struct{ kind, rules, peers, verb string }

var ways = []way{
	{"Ingress", "ingress", "from", "may now be reached from"},
	{"Egress", "egress", "to", "may now connect to"},
}

// mostAllowed bounds what is compared pair by pair.
const mostAllowed = 1000

// openedNetwork compares what the network policies let through, before and after, for each selector that any of them
// uses.
func (c *comparison) openedNetwork() {
	if !slices.ContainsFunc(c.pairs, func(p pair) bool { return p.kind == networkPolicy }) {
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
		if o.Kind() != "NetworkPolicy" || kindOf(o.Key()) != networkPolicy || !w.in(o.Tree) {
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
		if rest, _ := remainder(allowed{}, rules(before)); len(rest) > 0 {
			c.openedWhole(w, at, old, new)
		}
	case wasCut:
		c.grown(w, at, before, after, "")
	default:
		// Nothing held all of these pods back, but a policy for others may have held back some of them.
		for _, o := range old {
			if o.namespace == at.namespace && !o.pods.apart(at.pods) {
				some, _ := applying(o, old)
				c.grown(w, at, some, after, "; another policy may have cut some of them off before")
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
	message := fmt.Sprintf("%s %s anywhere: no policy cuts them off any more", at.pods, w.verb)
	severity := manifest.Critical
	if slices.ContainsFunc(new, func(p policy) bool { return p.namespace == at.namespace && !p.pods.apart(at.pods) }) {
		message, severity = fmt.Sprintf("%s %s anywhere, but for those that another policy selects", at.pods, w.verb), manifest.High
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
	known := rules(before)
	comes := sync.OnceValue(func() bool { return c.comes(at) })
	for _, p := range after {
		for _, a := range p.allows {
			rest, sure := remainder(a, known)
			if len(rest) > 0 && breadth(a) == manifest.Medium && comes() {
				continue
			}
			doubt := doubt
			if !sure {
				doubt += "; other rules together may have allowed it before"
			}
			for _, ports := range rest {
				c.opened(p.key, breadth(a), manifest.Path{"spec", w.rules}, fmt.Sprintf("%s %s %s, %s%s", at.pods, w.verb, a.peer, ports, doubt))
			}
		}
	}
}

// comes reports whether the pods that a policy selects are those of workloads that come with it: then nothing that is
// there opens, and only what reaches far is told.
func (c *comparison) comes(at policy) bool {
	of := func(o *manifest.Object) bool {
		way, ok := templates[kindOf(o.Key())]
		if !ok || o.Namespace() != at.key.Namespace || len(at.pods) == 0 {
			return false
		}
		labels := map[string]any{"matchLabels": under(o.Tree, way.Join("metadata", "labels"))}
		return at.pods.covers(newSelector(labels, newNeutral(c.New.Namespace)))
	}
	come := slices.ContainsFunc(c.pairs, func(p pair) bool { return p.action == Added && of(p.new) })
	return come && !slices.ContainsFunc(c.Old.Objects, func(o manifest.Object) bool { return of(&o) })
}

// rules are all that policies let through.
func rules(policies []policy) []allowed {
	var out []allowed
	for _, p := range policies {
		out = append(out, p.allows...)
	}
	return out
}

// breadth grades what is let through by how many it is.
func breadth(a allowed) manifest.Severity {
	switch {
	case a.peer.kind == anybody, a.peer.kind == blocked && a.peer.block.Bits() == 0:
		return manifest.High
	case a.peer.kind == selected && a.peer.namespaces != nil && len(*a.peer.namespaces) == 0:
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
		if first == nil && p.kind == networkPolicy {
			first = p
		}
	}
	return first
}
