package proof

import (
	"net/netip"
	"slices"

	"k8s.io/apimachinery/pkg/util/validation"
)

// What the API server refuses is not in the cluster: it closes nothing, whatever it says.

// refused reports what the API server would not take of a NetworkPolicy; empty if nothing.
func refused(spec any) string {
	for _, t := range list(spec, "policyTypes") {
		if t != "Ingress" && t != "Egress" {
			return "a policy type"
		}
	}
	if _, ok := newSelector(get(spec, "podSelector")); !ok {
		return "a selector"
	}
	for rules, peers := range map[string]string{"ingress": "from", "egress": "to"} {
		for _, r := range list(spec, rules) {
			if slices.ContainsFunc(list(r, "ports"), refusedPort) {
				return "a port"
			}
			if slices.ContainsFunc(list(r, peers), refusedPeer) {
				return "a peer"
			}
		}
	}
	return ""
}

// refusedPeer asks for either a block or selectors.
func refusedPeer(peer any) bool {
	block := get(peer, "ipBlock")
	selects := false
	for _, field := range []string{"namespaceSelector", "podSelector"} {
		s := get(peer, field)
		selects = selects || s != nil
		if _, ok := newSelector(s); !ok {
			return true
		}
	}
	return selects == (block != nil) || block != nil && refusedBlock(block)
}

func refusedBlock(block any) bool {
	whole, err := netip.ParsePrefix(text(block, "cidr"))
	return err != nil || slices.ContainsFunc(list(block, "except"), func(v any) bool {
		s, _ := v.(string)
		part, err := netip.ParsePrefix(s)
		return err != nil || part.Bits() <= whole.Bits() || !whole.Contains(part.Addr())
	})
}

func refusedPort(port any) bool {
	switch text(port, "protocol") {
	case "", "TCP", "UDP", "SCTP":
	default:
		return true
	}
	number, end := get(port, "port"), get(port, "endPort")
	first, numbered := whole(number)
	if numbered {
		last, ok := whole(end)
		return !aPort(first) || end != nil && (!ok || !aPort(last) || last < first)
	}
	name, _ := number.(string)
	return end != nil || number != nil && len(validation.IsValidPortName(name)) > 0
}

func aPort(n int64) bool { return n >= 1 && n <= 65535 }

// aLabel reports whether the API server takes the key of a selector and its values.
func aLabel(key string, values ...string) bool {
	return len(validation.IsQualifiedName(key)) == 0 &&
		!slices.ContainsFunc(values, func(v string) bool { return len(validation.IsValidLabelValue(v)) > 0 })
}
