# Hosts in what tenantsmith does not render.
package checks.ts_net_007

import data.lib.hosts

# What external-dns, ingress-nginx and cert-manager read as more hosts.
pattern := concat("|", [
	`^external-dns\.(alpha\.)?kubernetes\.io/(internal-)?hostname$`,
	`^nginx\.ingress\.kubernetes\.io/server-alias$`,
	`^cert-manager\.io/(alt-names|common-name)$`,
])

deny contains finding if {
	some key, text in input.object.metadata.annotations
	regex.match(pattern, key)
	some host in split(text, ",")
	fault := wrong(trim(host, " "))
	finding := {"path": ["metadata", "annotations", key], "message": fault}
}

named contains [["spec", "tls", i, "hosts", j], host] if {
	input.object.kind == "Ingress"
	some i, tls in input.object.spec.tls
	some j, host in tls.hosts
}

named contains [["spec", "defaultBackend"], ""] if {
	input.object.kind == "Ingress"
	_ = input.object.spec.defaultBackend
}

named contains [["spec", "listeners", i], object.get(listener, "hostname", "")] if {
	some i, listener in input.object.spec.listeners
}

# Gateways of Istio write the namespace before the host.
named contains [["spec", "servers", i, "hosts", j], parts[count(parts) - 1]] if {
	some i, server in input.object.spec.servers
	some j, host in server.hosts
	parts := split(host, "/")
}

named contains [["spec", "hosts", i], host] if {
	input.object.kind == "ServiceEntry"
	some i, host in input.object.spec.hosts
	not hosts.called(host)
}

named contains [["spec", "dnsNames", i], host] if {
	some i, host in input.object.spec.dnsNames
	not hosts.service(host)
}

# Clients that know no dnsNames go by the common name; what could be no host is for TS-SEC-010.
named contains [["spec", "commonName"], host] if {
	input.object.kind == "Certificate"
	host := input.object.spec.commonName
	common(host)
	not hosts.service(host)
}

common("*")

common(text) if hosts.name(text)

named contains [["spec", "endpoints", i, "dnsName"], endpoint.dnsName] if some i, endpoint in input.object.spec.endpoints
