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

# The host of a URL, or of a text such as host:port; an address of IPv6 may stand alone.
host(text) := lower(trim_suffix(parts[3], ".")) if {
	is_string(text)
	not valid(concat("", [text, "/128"]))
	[parts] := regex.find_all_string_submatch_n(`^([A-Za-z][-+.A-Za-z0-9]*://)?([^/?#]*@)?(\[[^\]]*\]|[^:/?#]*)`, text, 1)
	parts[3] != ""
}

host(text) := text if {
	is_string(text)
	valid(concat("", [text, "/128"]))
}

# What is wrong with calling a host, a name or an address; undefined for nothing.
fault(host) := "is the machine's own address or a name of the control plane" if {
	host in names
}

fault(host) := "is where clouds or the platform answer about themselves" if {
	ip := trim(host, "[]")
	some range in (forbidden | {"0.0.0.0/8", "127.0.0.0/8", "::1/128"})
	valid(single(ip))
	net.cidr_contains(range, ip)
}

# What the system reads as an address and nobody recognises: 2852039166, 0xa9fea9fe, 169.16689662.
fault(host) := "is an address in a notation that hides it" if {
	regex.match(`^(0x[0-9a-f]*|[0-9]+)(\.(0x[0-9a-f]*|[0-9]+)){0,3}$`, host)
	not valid(single(host))
}

single(ip) := concat("", [ip, "/32"]) if not contains(ip, ":")

single(ip) := concat("", [ip, "/128"]) if contains(ip, ":")

names := {
	"localhost", "metadata", "metadata.google.internal", "metadata.goog", "instance-data", "instance-data.ec2.internal",
	"kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local",
}
