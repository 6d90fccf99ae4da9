package schemas

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// metadata are the addresses at which clouds tell machines who they are, and hand them credentials.
// No tenant has business there, whatever it declares.
func metadata() []netip.Prefix {
	return []netip.Prefix{
		netip.MustParsePrefix("169.254.0.0/16"),
		netip.MustParsePrefix("100.100.100.200/32"),
		netip.MustParsePrefix("168.63.129.16/32"),
		netip.MustParsePrefix("fe80::/10"),
		netip.MustParsePrefix("fd00:ec2::254/128"),
		netip.MustParsePrefix("fd20:ce::254/128"),
	}
}

// Forbidden are the addresses that no tenant may reach: those of clouds' metadata, and those of the
// platform's network.forbidden. They are sorted, and none is part of another.
func (p *Platform) Forbidden() []netip.Prefix {
	return disjoint(append(metadata(), p.networks("forbidden")...))
}

// Closed are the addresses that no call by cidr opens: those that are forbidden, and those of pods and
// Services, behind which are all tenants.
func (p *Platform) Closed() []netip.Prefix {
	return disjoint(slices.Concat(metadata(), p.networks("forbidden"), p.networks("cluster")))
}

// networks are the ranges of a field of network.
func (p *Platform) networks(field string) []netip.Prefix {
	if p == nil {
		return nil
	}
	fields, _ := p.Network.(map[string]any)
	listed, _ := fields[field].([]any)
	var out []netip.Prefix
	for _, item := range listed {
		text, _ := item.(string)
		if r, err := netip.ParsePrefix(text); err == nil {
			out = append(out, r.Masked())
		}
	}
	return out
}

// disjoint sorts ranges and leaves out those that are part of others.
func disjoint(ranges []netip.Prefix) []netip.Prefix {
	slices.SortFunc(ranges, func(a, b netip.Prefix) int {
		return cmp.Or(a.Addr().Compare(b.Addr()), cmp.Compare(a.Bits(), b.Bits()))
	})
	var out []netip.Prefix
	for _, r := range ranges {
		if len(out) == 0 || !holds(out[len(out)-1], r) {
			out = append(out, r)
		}
	}
	return out
}

// holds reports whether all of a range is part of another.
func holds(whole, part netip.Prefix) bool {
	return whole.Bits() <= part.Bits() && whole.Contains(part.Addr())
}

// dnsPort is where names are resolved, which only the platform does: any other resolver is a way out.
const dnsPort = 53

// resolves refuses a call to a resolver.
func (e *resolved) resolves(call manifest.Path) {
	p := e.complain(call.Join("port"), "port %d is closed to tenants: only the platform's resolver resolves names", dnsPort)
	p.Remedy = fmt.Sprintf("remove %s: the platform's resolver needs no call", e.field(call))
}

// ranges judges the addresses that a service calls. What is closed within a range that is wider is left
// out of it; a call of closed addresses alone opens nothing, and is refused.
func (e *resolved) ranges(path manifest.Path, s Service) {
	for i, c := range s.Calls {
		if c.CIDR == "" {
			continue
		}
		at := path.Join("calls", i, "cidr")
		if c.Port == dnsPort {
			e.resolves(path.Join("calls", i))
		}
		p, err := netip.ParsePrefix(c.CIDR)
		inside := func(r netip.Prefix) bool { return holds(r, p) }
		facts := e.resolver.facts
		switch {
		case err != nil:
			e.complain(at, "%s is no range of addresses; write an address and a length, such as 10.1.0.0/16", c.CIDR)
		case p.Addr().Is4In6():
			e.complain(at, "%s holds IPv4 addresses in the form of IPv6; write them as IPv4", c.CIDR)
		case slices.ContainsFunc(metadata(), inside):
			e.complain(at, "the metadata address of machines is closed to tenants")
		case slices.ContainsFunc(facts.networks("forbidden"), inside):
			e.complain(at, "%s is closed to tenants by platform spec.network.forbidden", c.CIDR)
		case slices.ContainsFunc(facts.networks("cluster"), inside):
			p := e.complain(at, "%s is among the addresses of the cluster's pods and Services", c.CIDR)
			p.Remedy = fmt.Sprintf("call a service by its name: {service: NAME}, with {tenant: NAME} for that of another tenant, in place of %s", e.field(path.Join("calls", i)))
		case p != p.Masked():
			e.complain(at, "%s is the range %s", c.CIDR, p.Masked()).Severity = manifest.Warning
		}
	}
}
