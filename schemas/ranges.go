package schemas

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// metadata are the addresses at which clouds tell machines who they are, and hand them credentials.
// A call that is wholly inside of one can be meant for nothing else.
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

// dnsPort is where names are resolved, which only the platform does: any other resolver is a way out.
const dnsPort = 53

// resolves refuses a call to a resolver.
func (e *resolved) resolves(call manifest.Path) {
	p := e.complain(call.Join("port"), "port %d is closed to tenants: only the platform's resolver resolves names", dnsPort)
	p.Remedy = fmt.Sprintf("remove %s: the platform's resolver needs no call", e.field(call))
}

// ranges judges the addresses that a service calls.
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
		inside := func(m netip.Prefix) bool { return m.Bits() <= p.Bits() && m.Contains(p.Addr()) }
		switch {
		case err != nil:
			e.complain(at, "%s is no range of addresses; write an address and a length, such as 10.1.0.0/16", c.CIDR)
		case p.Addr().Is4In6():
			e.complain(at, "%s holds IPv4 addresses in the form of IPv6; write them as IPv4", c.CIDR)
		case slices.ContainsFunc(metadata(), inside):
			e.complain(at, "the metadata address of machines is closed to tenants")
		case p != p.Masked():
			e.complain(at, "%s is the range %s", c.CIDR, p.Masked()).Severity = manifest.Warning
		}
	}
}
