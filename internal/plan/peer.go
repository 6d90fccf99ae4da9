package plan

import (
	"fmt"
	"net/netip"
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
		if len(*p.namespaces) == 0 {
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
		return !other.left(other.block, []peer{p})
	case p.kind == unread:
		return p.text == other.text
	case p.namespaces == nil && other.namespaces != nil:
		return false
	case p.namespaces != nil && other.namespaces == nil:
		return len(*p.namespaces) == 0 && p.pods.covers(other.pods)
	}
	return (p.namespaces == nil || p.namespaces.covers(*other.namespaces)) && p.pods.covers(other.pods)
}

// meets reports whether the two may hold the same party: then several old rules together may allow what none of them
// does alone.
func (p peer) meets(other peer) bool {
	switch {
	case p.kind != other.kind || p.kind == unread:
		return false
	case p.kind == blocked:
		return p.block.Overlaps(other.block)
	case p.namespaces != nil && other.namespaces != nil && p.namespaces.apart(*other.namespaces):
		return false
	}
	return !p.pods.apart(other.pods)
}

func contains(outer, inner netip.Prefix) bool {
	return outer.Bits() <= inner.Bits() && outer.Contains(inner.Addr())
}
