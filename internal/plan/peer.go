package plan

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// peer is one party that a network policy lets through; the zero value is anybody.
type peer struct {
	kind       peerKind
	namespaces *selector // nil is the namespace of the policy
	pods       selector
	block      netip.Prefix
	except     []netip.Prefix
	text       string
}

type peerKind uint8

const (
	anybody peerKind = iota
	selected
	blocked // an address block
	unread  // one that cannot be read: only its text is compared
)

func newPeer(v any, n neutral) peer {
	p := peer{kind: unread, text: string(encode(nil, v, n))}
	if b := child(v, "ipBlock"); b != nil {
		block, err := netip.ParsePrefix(text(b, "cidr"))
		if err != nil {
			return p
		}
		p.kind, p.block = blocked, block.Masked()
		for _, e := range texts(b["except"]) {
			if x, err := netip.ParsePrefix(e); err == nil {
				p.except = append(p.except, x.Masked())
			}
		}
		return p
	}
	pods, namespaces := at(v, "podSelector"), at(v, "namespaceSelector")
	if pods == nil && namespaces == nil {
		return p
	}
	p.kind, p.pods = selected, newSelector(pods, n)
	if namespaces != nil {
		s := newSelector(namespaces, n)
		p.namespaces = &s
	}
	return p
}

func (p peer) String() string {
	switch p.kind {
	case anybody:
		return "anywhere"
	case blocked:
		s := p.block.String()
		if len(p.except) > 0 {
			s += " but for " + strings.Trim(fmt.Sprint(p.except), "[]")
		}
		return s
	case selected:
		if p.namespaces == nil {
			return p.pods.String() + " of the same namespace"
		}
		if len(p.namespaces.needs) == 0 {
			return p.pods.String() + " of every namespace"
		}
		return p.pods.String() + " of namespaces with " + p.namespaces.text()
	}
	return "a party that cannot be read"
}

// covers reports whether p surely holds all that other holds.
func (p peer) covers(other peer) bool {
	switch {
	case p.kind == anybody:
		return true
	case p.kind != other.kind:
		return false
	case p.kind == blocked:
		return contains(p.block, other.block) && !slices.ContainsFunc(p.except, func(x netip.Prefix) bool { return !other.leavesOut(x) })
	case p.kind == unread:
		return p.text == other.text
	case p.namespaces == nil && other.namespaces != nil:
		return false
	case p.namespaces != nil && other.namespaces == nil:
		return len(p.namespaces.needs) == 0 && p.pods.covers(other.pods)
	}
	return (p.namespaces == nil || p.namespaces.covers(*other.namespaces)) && p.pods.covers(other.pods)
}

// leavesOut reports whether no address of a block is in p.
func (p peer) leavesOut(x netip.Prefix) bool {
	return !x.Overlaps(p.block) || slices.ContainsFunc(p.except, func(e netip.Prefix) bool { return contains(e, x) })
}

// meets reports whether the two may hold the same party, so far as that is known: then several old rules together may
// allow what none of them does alone.
func (p peer) meets(other peer) bool {
	if p.kind == blocked && other.kind == blocked {
		return p.block.Overlaps(other.block)
	}
	return p.covers(other) || other.covers(p)
}

func contains(outer, inner netip.Prefix) bool {
	return outer.Bits() <= inner.Bits() && outer.Contains(inner.Addr())
}
