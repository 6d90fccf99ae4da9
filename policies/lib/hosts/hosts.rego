# METADATA
# title: Hosts
# description: |
#   Names of DNS, compared as DNS does: in lower case, without the dot at the end. A text with other
#   characters than such names have, those beyond ASCII among them, is no name: nobody could tell what
#   it is equal to.
package lib.hosts

name(text) := trim_suffix(lower(text), ".") if {
	is_string(text)
	regex.match(`^(\*\.)?([A-Za-z0-9_]([-A-Za-z0-9_]{0,61}[A-Za-z0-9_])?\.)*[A-Za-z0-9_]([-A-Za-z0-9_]{0,61}[A-Za-z0-9_])?\.?$`, text)
}

# Without the wildcard, which stands for all that is below.
bare(name) := trim_prefix(name, "*.")

below(name, domain) if endswith(name, concat("", [".", domain]))

# At or below a domain of the tenant. Below the platform's own domain hosts are whose they are; the
# domain itself and the wildcard for all below it are nobody's.
own(text) if {
	host := bare(name(text))
	some domain in input.ctx.spec.domains
	host == bare(domain)
}

own(text) if {
	host := bare(name(text))
	some domain in input.ctx.spec.domains
	below(host, bare(domain))
}

own(text) if below(bare(name(text)), input.ctx.platform.spec.baseDomain)

# A Service of the tenant, by its own name or with its namespace.
service(text) if {
	host := name(text)
	not contains(host, ".")
	host != "localhost"
}

service(text) if {
	parts := split(trim_suffix(name(text), ".cluster.local"), ".")
	parts[1] in input.ctx.namespaces
	array.slice(parts, 2, count(parts)) in [[], ["svc"]]
}

# A host outside that a service declares to call.
called(text) if {
	host := name(text)
	some service in input.ctx.spec.services
	some call in service.calls
	call.host == host
}

called(text) if {
	host := bare(name(text))
	some service in input.ctx.spec.services
	some call in service.calls
	startswith(call.host, "*.")
	below(host, bare(call.host))
}

# A name of something inside the cluster, whoever it belongs to.
inside(text) if regex.match(`(^|\.)svc(\.|$)|(^|\.)cluster\.local$`, name(text))
