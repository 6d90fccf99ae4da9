# METADATA
# title: Only own hostnames are routed
# custom:
#   id: TS-NET-007
#   severity: critical
#   scope: [object, set, fleet]
#   waivable: false
#   needs_tenant: true
#   remedy: use a host at or below one of spec.domains, or below the platform's own domain; name hosts outside in spec.services.<name>.calls
#   objects: [all]
#   controls:
#     direct: [csf:PR.IR-01]
#     supporting: [mtb:MTB-PL1-CC-TI-2, iso:A.8.21, iso:A.8.22, iso:A.5.9, soc2:CC6.1, soc2:CC6.6, csf:ID.AM-02, gdpr:32.1.b, gdpr:5.1.f]
package checks.ts_net_007

import data.lib.hosts

deny contains finding if {
	input.object.kind in {
		"Ingress", "HTTPRoute", "GRPCRoute", "TLSRoute", "Gateway", "ListenerSet", "XListenerSet", "VirtualService",
		"ServiceEntry", "Certificate", "DNSEndpoint",
	}
	all := named
	some [path, host] in all
	fault := wrong(host)
	finding := {"path": path, "message": fault}
}

wrong(host) := "names no host, and so takes the requests to every one" if host in {"", "*"}

wrong(host) := sprintf("names %v, which is no name of DNS", [host]) if {
	not host in {"", "*"}
	not hosts.name(host)
}

wrong(host) := sprintf("host %v is neither one of the tenant's domains nor below one", [host]) if {
	_ = hosts.name(host)
	not hosts.own(host)
}

# Each host that the object at hand names is [path, host]; an empty one stands for none.
named contains [["spec", "rules", i, "host"], object.get(rule, "host", "")] if {
	input.object.kind == "Ingress"
	some i, rule in input.object.spec.rules
}

named contains [["spec", "hostnames", i], host] if some i, host in input.object.spec.hostnames

# Routes of the mesh belong to a Service and need no host.
named contains [["spec"], ""] if {
	some parent in input.object.spec.parentRefs
	object.get(parent, "kind", "Gateway") != "Service"
	count(object.get(input.object.spec, "hostnames", [])) == 0
}

named contains [["spec", "hosts", i], host] if {
	input.object.kind == "VirtualService"
	some gateway in input.object.spec.gateways
	gateway != "mesh"
	some i, host in input.object.spec.hosts
	not hosts.service(host)
}

# Each path that leads to a service of the tenant is [index, path, place], where place is what requests
# are told apart by: the host, and below it the path or the whole match.
routes contains [entry.index, ["spec", "rules", i, "http", "paths", j], [hosts.name(rule.host), trim_suffix(object.get(path, "path", ""), "/"), exact]] if {
	some entry in input.kinds.Ingress
	not entry.object.metadata.annotations["nginx.ingress.kubernetes.io/canary"] == "true"
	some i, rule in entry.object.spec.rules
	some j, path in rule.http.paths
	exact := object.get(path, "pathType", "") == "Exact"
}

routes contains [entry.index, ["spec", "rules", i, "matches", j], [kind, hosts.name(host), match]] if {
	some kind in ["HTTPRoute", "GRPCRoute"]
	some entry in input.kinds[kind]
	some host in entry.object.spec.hostnames
	some i, rule in entry.object.spec.rules
	not redirects(rule)
	some j, match in object.get(rule, "matches", [{}])
}

# From plain HTTP, on another listener, to where the host really leads.
redirects(rule) if {
	some filter in rule.filters
	filter.requestRedirect
}

routes contains [entry.index, ["spec", "http", i, "match", j], [gateway, hosts.name(host), match]] if {
	some entry in input.kinds.VirtualService
	some gateway in entry.object.spec.gateways
	gateway != "mesh"
	some host in entry.object.spec.hosts
	some i, route in entry.object.spec.http
	some j, match in object.get(route, "match", [{}])
}

sharers[place] contains [index, path] if some [index, path, place] in routes

deny contains finding if {
	some place, all in sharers
	count(all) > 1
	some [index, path] in all
	finding := {"object": index, "path": path, "message": "the same host and path leads to more than one place"}
}

# Hosts that two tenants route, and those below a wildcard or a domain of another one.
deny contains finding if {
	some shared in input.shared
	shared.kind == "domain"
	some holder in shared.holders
	holder.kind == "host"
	some other in shared.holders
	other.tenant != holder.tenant
	fault := taken(hosts.name(holder.value), other.kind, hosts.name(other.value))
	finding := object.union(at(holder), {"member": holder.member, "message": sprintf("host %v %s", [holder.value, fault])})
}

taken(host, "host", host) := "belongs to another tenant as well"

taken(host, "host", other) := "is covered by a wildcard of another tenant" if {
	startswith(other, "*.")
	host != other
	hosts.below(hosts.bare(host), hosts.bare(other))
}

taken(host, "host", other) := "covers a host of another tenant" if {
	startswith(host, "*.")
	host != other
	hosts.below(hosts.bare(other), hosts.bare(host))
}

taken(host, "domain", domain) := "belongs to the domain of another tenant" if hosts.bare(host) == hosts.bare(domain)

taken(host, "domain", domain) := "belongs to the domain of another tenant" if hosts.below(hosts.bare(host), hosts.bare(domain))

# The tenant's file says so, or an object.
at(holder) := {"path": [], "field": holder.field} if count(holder.field) > 0

at(holder) := {"path": holder.path, "object": holder.object} if count(holder.field) == 0
