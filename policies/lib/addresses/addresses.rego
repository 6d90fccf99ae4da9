# METADATA
# title: Addresses
# description: |
#   What no tenant has business with: where clouds answer a machine about itself, credentials included,
#   and what the platform names beside it, such as its nodes and API servers.
package lib.addresses

forbidden := {
	"100.100.100.200/32", "168.63.129.16/32", "169.254.0.0/16", "fd00:ec2::254/128", "fd20:ce::254/128", "fe80::/10",
} | {range | some range in input.ctx.platform.spec.network.forbidden; net.cidr_is_valid(range)}

# The address of the DNS cache that runs on each node. It is link-local, and harmless.
cache := "169.254.20.10/32"

# Whether some address of the range is among those of another one and not among its exceptions. Of two
# ranges that meet, one holds the other.
open(cidr, exceptions, range) if {
	net.cidr_intersects(cidr, range)
	not range in exceptions # most are told at first sight
	common := narrower(cidr, range)
	not excepted(exceptions, common)
}

narrower(a, b) := b if net.cidr_contains(a, b)

narrower(a, b) := a if not net.cidr_contains(a, b)

excepted(exceptions, range) if {
	some whole in merged(exceptions)
	net.cidr_contains(whole, range)
}

merged(exceptions) := net.cidr_merge([e | some e in exceptions; valid(e)])

valid(cidr) if {
	is_string(cidr)
	net.cidr_is_valid(cidr)
}

# The forbidden ranges that a range with exceptions leaves open, as one text; undefined for none.
open_ranges(cidr, exceptions) := concat(", ", found) if {
	valid(cidr)
	cidr != cache
	found := {range | some range in forbidden; open(cidr, exceptions, range)}
	count(found) > 0
}
