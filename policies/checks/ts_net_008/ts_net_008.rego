# METADATA
# title: Public traffic is TLS
# custom:
#   id: TS-NET-008
#   severity: high
#   scope: [object, set]
#   waivable: true
#   remedy: remove the setting from the patch or object of your own; where each tenant ends TLS and the cluster has no cert-manager, bring the certificate and what serves it; only the platform team can end TLS at the gateway, by platform spec.clusters.<name>.tls
#   objects: [Ingress, Gateway, ListenerSet, HTTPRoute, VirtualService, Service]
#   controls:
#     direct: [nsa:NET-08, iso:A.8.24, soc2:CC6.7, csf:PR.DS-02, gdpr:32.1.a]
#     supporting: [iso:A.5.14, iso:A.8.21, soc2:CC6.1, gdpr:5.1.f]
package checks.ts_net_008

import data.lib.hosts

# Where tenants end TLS themselves, each host has a secret that an object of theirs fills. Everywhere
# else the ingress or gateway has certificates of its own, and sends plain requests on to TLS.
deny contains finding if {
	some entry in input.kinds.Ingress
	input.ctx.cluster.tls == "tenant"
	ingress := entry.object
	some i, rule in ingress.spec.rules
	host := object.get(rule, "host", "")
	not served(ingress, host)
	finding := {
		"object": entry.index,
		"path": ["spec", "rules", i],
		"message": sprintf("host %v has no certificate: nothing of the tenant fills a secret for it in spec.tls", [host]),
	}
}

served(ingress, host) if {
	some tls in ingress.spec.tls
	some covered in tls.hosts
	covers(hosts.name(covered), hosts.name(host))
	filled(ingress, tls.secretName)
}

covers(host, host)

covers(wildcard, host) if {
	startswith(wildcard, "*.")
	substring(host, indexof(host, "."), -1) == trim_prefix(wildcard, "*")
}

filled(ingress, secret) if {
	some certificate in input.kinds.Certificate
	certificate.object.spec.secretName == secret
	certificate.object.metadata.namespace == ingress.metadata.namespace
}

filled(ingress, secret) if {
	some external in input.kinds.ExternalSecret
	metadata := external.object.metadata
	object.get(external.object, ["spec", "target", "name"], metadata.name) == secret
	metadata.namespace == ingress.metadata.namespace
}

# cert-manager makes the certificate that an Ingress asks for.
filled(ingress, _) if {
	some key in ["cert-manager.io/issuer", "cert-manager.io/cluster-issuer"]
	ingress.metadata.annotations[key]
}

# The platform's gateway has no certificate of the tenant, and so serves the hosts that hang on it in plain HTTP.
deny contains finding if {
	input.ctx.cluster.tls == "tenant"
	some entry in input.kinds.HTTPRoute
	some i, parent in entry.object.spec.parentRefs
	object.get(parent, "kind", "Gateway") == "Gateway"
	[parent.namespace, parent.name] == gateway
	some rule in entry.object.spec.rules
	not secured(rule)
	finding := {
		"object": entry.index,
		"path": ["spec", "parentRefs", i],
		"message": "hosts have no certificate: the route hangs on the platform's gateway, where the tenant has none",
	}
}

deny contains finding if {
	input.ctx.cluster.tls == "tenant"
	some entry in input.kinds.VirtualService
	some i, name in entry.object.spec.gateways
	platforms(name)
	finding := {
		"object": entry.index,
		"path": ["spec", "gateways", i],
		"message": "hosts have no certificate: the route is for the platform's gateway, where the tenant has none",
	}
}

# The namespace and the name of the platform's gateway.
gateway := [object.get(input.ctx.platform, ["spec", "namespaces", "gateway"], ""), object.get(input.ctx, ["cluster", "gateway"], "")]

# A gateway is named as namespace/name or, in the old way, as name.namespace.
platforms(name) if split(name, "/") == gateway

platforms(name) if array.slice(split(name, "."), 0, 2) == [gateway[1], gateway[0]]

# What only sends requests on to TLS.
secured(rule) if {
	some filter in rule.filters
	filter.requestRedirect.scheme == "https"
}
