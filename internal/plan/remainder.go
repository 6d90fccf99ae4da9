package plan

import (
	"net/netip"
	"slices"
)

// allowed is what a policy lets through: a party on a range of ports.
type allowed struct {
	peer peer
	port port
}

// remainder is what of a rule others do not let through. It is exact for ports and address blocks. For selectors it
// asks whether one of the others covers it alone; sure is false where several of them together might.
func remainder(a allowed, others []allowed) (rest []port, sure bool) {
	sure = true
	for _, part := range a.port.split(others) {
		var same []peer
		for _, o := range others {
			if o.port.covers(part) {
				same = append(same, o.peer)
			}
		}
		if left, certain := a.peer.beyond(same); left {
			rest = joined(rest, part)
			sure = sure && certain
		}
	}
	return rest, sure
}

// split cuts a range of ports where one of the others begins or ends, so that each part is in another wholly or not
// at all.
func (p port) split(others []allowed) []port {
	if p.protocol == "" || p.name != "" {
		return []port{p}
	}
	cuts := []int64{p.from}
	for _, o := range others {
		if o.port.protocol != p.protocol || o.port.name != "" {
			continue
		}
		for _, at := range []int64{o.port.from, o.port.to + 1} {
			if at > p.from && at <= p.to {
				cuts = append(cuts, at)
			}
		}
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	var out []port
	for i, from := range cuts {
		to := p.to
		if i+1 < len(cuts) {
			to = cuts[i+1] - 1
		}
		out = append(out, port{protocol: p.protocol, from: from, to: to})
	}
	return out
}

// joined adds a range to a list whose last one may end where it begins.
func joined(list []port, p port) []port {
	if n := len(list); n > 0 && p.name == "" && list[n-1].protocol == p.protocol && list[n-1].to+1 == p.from {
		list[n-1].to = p.to
		return list
	}
	return append(list, p)
}

// beyond reports whether a party holds more than others together, and whether that is certain.
func (p peer) beyond(others []peer) (more, certain bool) {
	meeting := 0
	for _, o := range others {
		if o.covers(p) {
			return false, true
		}
		if o.meets(p) {
			meeting++
		}
	}
	switch p.kind {
	case blocked:
		return p.left(p.block, others), true
	case anybody:
		// A block of all addresses holds pods as well for some networks, and not for others.
		return true, !slices.ContainsFunc(others, func(o peer) bool { return o.kind == blocked && o.block.Bits() == 0 })
	}
	return true, meeting < 2
}

// left reports whether p has an address within x that no other has. It halves x until it lies in or out of every
// block: as often as there are bits for each of them.
func (p peer) left(x netip.Prefix, others []peer) bool {
	inside := func(e netip.Prefix) bool { return contains(e, x) }
	if slices.ContainsFunc(p.except, inside) {
		return false
	}
	divided := slices.ContainsFunc(p.except, x.Overlaps)
	for _, o := range others {
		if o.kind != blocked || !o.block.Overlaps(x) || slices.ContainsFunc(o.except, inside) {
			continue
		}
		if contains(o.block, x) && !slices.ContainsFunc(o.except, x.Overlaps) {
			return false
		}
		divided = true
	}
	if !divided || x.IsSingleIP() {
		return true
	}
	low, high := halves(x)
	return p.left(low, others) || p.left(high, others)
}

func halves(x netip.Prefix) (low, high netip.Prefix) {
	bits := x.Bits()
	low = netip.PrefixFrom(x.Addr(), bits+1)
	b := x.Addr().AsSlice()
	b[bits/8] |= 1 << (7 - bits%8)
	at, _ := netip.AddrFromSlice(b)
	return low, netip.PrefixFrom(at, bits+1)
}
