package checks.ts_net_008_test

import data.checks.ts_net_008
import data.lib.samples_test as samples

ingress(annotations, tls) := {
	"kind": "Ingress",
	"metadata": object.union(samples.meta("a"), {"annotations": annotations}),
	"spec": {"rules": [{"host": "Shop.acme.example"}], "tls": tls},
}

certificate := {"kind": "Certificate", "metadata": samples.meta("a"), "spec": {"secretName": "cert"}}

external(spec) := {"kind": "ExternalSecret", "metadata": samples.meta("cert"), "spec": spec}

own_tls(objects) := samples.within(samples.set(objects), {"cluster": {"tls": "tenant"}})

covered(host) := [{"hosts": [host], "secretName": "cert"}]

test_violates_host_without_certificate if {
	every objects in [
		[ingress({}, [])],
		[ingress({}, covered("shop.acme.example"))],
		[ingress({}, covered("*.shop.acme.example")), certificate],
		[ingress({}, covered("*.example")), certificate],
		[ingress({}, covered("other.acme.example")), certificate],
		[ingress({}, [{"hosts": ["shop.acme.example"]}]), certificate],
		[ingress({}, covered("shop.acme.example")), object.union(certificate, {"metadata": {"namespace": "globex"}})],
		[ingress({}, covered("shop.acme.example")), external({"target": {"name": "other"}})],
		[{"kind": "Ingress", "metadata": samples.meta("a"), "spec": {"rules": [{}], "tls": covered("shop.acme.example")}}, certificate],
	] {
		found := ts_net_008.deny with input as own_tls(objects)
		{finding.path | some finding in found} == {["spec", "rules", 0]}
	}
}

test_passes_certificates if {
	every objects in [
		[ingress({}, covered("shop.acme.example.")), certificate],
		[ingress({}, covered("*.acme.example")), certificate],
		[ingress({}, covered("shop.acme.example")), external({})],
		[ingress({}, covered("shop.acme.example")), external({"target": {"name": "cert"}})],
		[ingress({"cert-manager.io/cluster-issuer": "letsencrypt"}, covered("shop.acme.example"))],
	] {
		count(ts_net_008.deny) == 0 with input as own_tls(objects)
	}
}

test_passes_where_the_gateway_ends_tls if {
	count(ts_net_008.deny) == 0 with input as samples.set([ingress({}, [])])
	count(ts_net_008.deny) == 0 with input as samples.within(samples.set([ingress({}, [])]), {"cluster": {"tls": "gateway"}})
}

test_violates_annotations if {
	every key, value in {
		"nginx.ingress.kubernetes.io/ssl-redirect": "false",
		"nginx.ingress.kubernetes.io/force-ssl-redirect": "False",
		"haproxy.org/ssl-redirect": "off",
		"nginx.org/redirect-to-https": false,
		"kubernetes.io/ingress.allow-http": "true",
		"nginx.ingress.kubernetes.io/ssl-passthrough": "true",
		"projectcontour.io/tls-minimum-protocol-version": "1.1",
		"alb.ingress.kubernetes.io/ssl-policy": "ELBSecurityPolicy-TLS-1-1-2017-01",
		"alb.ingress.kubernetes.io/listen-ports": `[{"HTTP": 80}, {"HTTPS": 443}]`,
		"traefik.ingress.kubernetes.io/router.tls": "false",
	} {
		found := ts_net_008.deny with input as samples.of(ingress({key: value}, []))
		{finding.path | some finding in found} == {["metadata", "annotations", key]}
	}
	count(ts_net_008.deny) == 1 with input as samples.of(ingress({"ingress.kubernetes.io/allow-http": "true"}, []))
}

test_passes_annotations if {
	every annotations in [
		{"nginx.ingress.kubernetes.io/ssl-redirect": "true"},
		{"kubernetes.io/ingress.allow-http": "false"},
		{"nginx.ingress.kubernetes.io/ssl-passthrough": "false"},
		{"projectcontour.io/tls-minimum-protocol-version": "1.3"},
		{"alb.ingress.kubernetes.io/ssl-policy": "ELBSecurityPolicy-TLS13-1-2-2021-06"},
		{"alb.ingress.kubernetes.io/listen-ports": `[{"HTTP": 80}, {"HTTPS": 443}]`, "alb.ingress.kubernetes.io/ssl-redirect": "443"},
		{"traefik.ingress.kubernetes.io/router.tls": "true"},
		{"example.com/note": "false"},
	] {
		count(ts_net_008.deny) == 0 with input as samples.of(ingress(annotations, []))
	}
}

server(protocol, tls) := {"kind": "Gateway", "metadata": samples.meta("a"), "spec": {"servers": [{"port": {"protocol": protocol}, "tls": tls}]}}

test_violates_servers if {
	every o in [
		server("HTTP", {}),
		server("HTTP2", {"httpsRedirect": false}),
		server("HTTPS", {"mode": "SIMPLE", "minProtocolVersion": "TLSV1_0"}),
		server("TLS", {"mode": "PASSTHROUGH"}),
		server("TLS", {"mode": "AUTO_PASSTHROUGH"}),
	] {
		count(ts_net_008.deny) == 1 with input as samples.of(o)
	}
}

test_passes_servers if {
	every o in [
		server("HTTP", {"httpsRedirect": true}),
		server("HTTPS", {"mode": "SIMPLE", "minProtocolVersion": "TLSV1_2"}),
		server("HTTPS", {"mode": "MUTUAL"}),
	] {
		count(ts_net_008.deny) == 0 with input as samples.of(o)
	}
}

gateway(listener) := {"kind": "Gateway", "metadata": samples.meta("own"), "spec": {"listeners": [listener]}}

route(parent, filters) := {"kind": "HTTPRoute", "metadata": samples.meta("a"), "spec": {"parentRefs": [parent], "rules": [{"filters": filters}]}}

plain := {"name": "http", "port": 80, "protocol": "HTTP"}

redirect := [{"type": "RequestRedirect", "requestRedirect": {"scheme": "https"}}]

test_violates_listeners if {
	count(ts_net_008.deny) == 1 with input as samples.of(gateway({"protocol": "TLS", "tls": {"mode": "Passthrough"}}))
	own := object.union(gateway(plain), {"kind": "ListenerSet"})
	count(ts_net_008.deny) == 1 with input as samples.set([own, route({"kind": "ListenerSet", "name": "own"}, [])])
	every parent in [{"name": "own"}, {"name": "own", "namespace": "acme-production", "sectionName": "http"}] {
		count(ts_net_008.deny) == 1 with input as samples.set([gateway(plain), route(parent, [])])
		count(ts_net_008.deny) == 1 with input as samples.set([
			gateway(plain),
			route(parent, [{"requestRedirect": {"scheme": "http"}}]),
		])
	}
}

test_passes_listeners if {
	count(ts_net_008.deny) == 0 with input as samples.of(gateway({"protocol": "HTTPS", "tls": {"mode": "Terminate"}}))
	count(ts_net_008.deny) == 0 with input as samples.set([gateway(plain), route({"kind": "ListenerSet", "name": "own"}, [])])
	every objects in [
		[gateway(plain), route({"name": "own"}, redirect)],
		[gateway(plain), route({"name": "own", "sectionName": "https"}, [])],
		[gateway(plain), route({"name": "own", "namespace": "gateways"}, [])],
		[gateway(plain), route({"name": "shared"}, [])],
		[gateway({"name": "https", "protocol": "HTTPS"}), route({"name": "own"}, [])],
	] {
		count(ts_net_008.deny) == 0 with input as samples.set(objects)
	}
}

# The platform's gateway, on a cluster where tenants end TLS.
shared(objects) := samples.within(own_tls(objects), {
	"cluster": {"gateway": "shared"},
	"platform": {"spec": {"namespaces": {"gateway": "gateways"}}},
})

listening(parent, filters) := shared([route(parent, filters)])

test_violates_routes_without_certificate if {
	platform := {"name": "shared", "namespace": "gateways"}
	every parent in [platform, object.union(platform, {"kind": "Gateway", "sectionName": "http"})] {
		every filters in [[], [{"requestRedirect": {"scheme": "http"}}]] {
			{f.path | some f in ts_net_008.deny} == {["spec", "parentRefs", 0]} with input as listening(parent, filters)
		}
	}
	every name in ["gateways/shared", "shared.gateways", "shared.gateways.svc.cluster.local"] {
		{f.path | some f in ts_net_008.deny} == {["spec", "gateways", 1]} with input as shared([object.remove(virtual(["mesh", name]), ["tls"])])
	}
}

test_passes_routes_with_certificate if {
	platform := {"name": "shared", "namespace": "gateways"}
	count(ts_net_008.deny) == 0 with input as listening(platform, redirect)
	every parent in [{"kind": "ListenerSet", "name": "own"}, {"kind": "Service", "name": "shared"}, {"name": "shared"}] {
		count(ts_net_008.deny) == 0 with input as listening(parent, [])
	}
	count(ts_net_008.deny) == 0 with input as samples.within(listening(platform, []), {"cluster": {"tls": "gateway"}})
	every name in ["mesh", "gateways/acme-production-tls-0123456789abcdef", "own"] {
		count(ts_net_008.deny) == 0 with input as shared([virtual([name])])
	}
}

virtual(gateways) := {"kind": "VirtualService", "metadata": samples.meta("a"), "spec": {"gateways": gateways, "tls": [{"match": []}]}}

test_violates_routes_of_the_handshake if count(ts_net_008.deny) == 1 with input as samples.of(virtual(["mesh", "gateways/shared"]))

test_passes_routes_of_the_mesh if count(ts_net_008.deny) == 0 with input as samples.of(virtual(["mesh"]))

balancer(port) := {"kind": "Service", "metadata": samples.meta("a"), "spec": {"type": "LoadBalancer", "ports": [port]}}

test_violates_load_balancers if {
	every port in [{"port": 80}, {"port": 8080, "name": "http-api"}, {"port": 8080, "appProtocol": "http"}] {
		count(ts_net_008.deny) == 1 with input as samples.of(balancer(port))
	}
}

test_passes_load_balancers if {
	every port in [{"port": 443, "name": "https"}, {"port": 5432, "name": "postgres"}] {
		count(ts_net_008.deny) == 0 with input as samples.of(balancer(port))
	}
}
