package lib.addresses

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
