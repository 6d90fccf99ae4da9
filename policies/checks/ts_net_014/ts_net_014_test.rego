package checks.ts_net_014_test

import data.checks.ts_net_014
import data.lib.samples_test as samples

known := samples.within(
	samples.tenant({
		"domains": ["acme.example"],
		"services": {"web": {"calls": [{"tenant": "billing", "service": "invoices"}, {"shared": "kafka"}, {"shared": "none"}, {"host": "api.stripe.com", "port": 443}, {"host": "x.globex-prod.svc.cluster.local", "port": 80}]}},
	}),
	{
		"cluster": {"gateway": "shared"},
		"platform": {"spec": {
			"namespaces": {"gateway": "gateways", "mesh": "istio-system"},
			"namespacePattern": "{tenant}-{env}",
			"sharedServices": {"kafka": {"namespace": "queues"}, "other": {"namespace": "others"}},
		}},
	},
)

istio(kind, spec) := object.union(known, {"object": {
	"apiVersion": "networking.istio.io/v1",
	"kind": kind,
	"metadata": samples.meta("a"),
	"spec": spec,
}})

gateway_api(kind, spec) := object.union(known, {"object": {
	"apiVersion": "gateway.networking.k8s.io/v1",
	"kind": kind,
	"metadata": samples.meta("a"),
	"spec": spec,
}})

virtual(more) := istio("VirtualService", object.union({"hosts": ["acme.example"], "exportTo": ["."]}, more))

to(host) := [{"route": [{"destination": {"host": host}}]}]

elsewhere := ["payments.globex-prod.svc.cluster.local", "payments.globex-prod", "x.globex-prod.svc.cluster.local", "api.globex.example", "*", "10.0.0.1"]

test_violates_export if {
	every kind, field in {"VirtualService": "hosts", "DestinationRule": "none", "ServiceEntry": "hosts"} {
		every scope in [{}, {"exportTo": []}, {"exportTo": ["*"]}, {"exportTo": [".", "globex-prod"]}] {
			count(ts_net_014.deny) == 1 with input as istio(kind, object.union(scope, {field: []}))
		}
	}
}

test_violates_hosts if {
	every host in elsewhere {
		every o in [
			istio("VirtualService", {"exportTo": ["."], "hosts": [host]}),
			istio("ServiceEntry", {"exportTo": ["."], "hosts": [host]}),
			istio("DestinationRule", {"exportTo": ["."], "host": host}),
			virtual({"http": to(host)}),
			virtual({"tcp": to(host)}),
			virtual({"tls": to(host)}),
			virtual({"http": [{"mirror": {"host": host}}]}),
			virtual({"http": [{"mirrors": [{"destination": {"host": host}}]}]}),
		] {
			count(ts_net_014.deny) == 1 with input as o
		}
	}
}

test_violates_gateways if {
	every name in ["globex-prod/own", "gateways/internal", "gateways/globex-prod-tls-0123456789abcdef", "gateways/acme-production-b-tls-0123456789abcdef", "gateways/acme-production-tls-shop", "gateways/acme-production-tls-0123456789abcdef-tls-0123456789abcdef", "gateways/acme-production", "own.globex-prod", "own.globex-prod.svc.cluster.local", "a/b/c"] {
		count(ts_net_014.deny) == 1 with input as virtual({"gateways": [name]})
	}
	count(ts_net_014.deny) == 1 with input as virtual({"http": [{"delegate": {"name": "a", "namespace": "globex-prod"}}]})
	every selector in [{"istio": "ingressgateway"}, {}, {"tenantsmith.dev/tenant": "globex"}] {
		count(ts_net_014.deny) == 1 with input as istio("Gateway", {"selector": selector})
	}
}

test_violates_parents if {
	every parent in [
		{"name": "shared", "namespace": "globex-prod"},
		{"name": "internal", "namespace": "gateways"},
		{"kind": "Service", "group": "", "name": "payments", "namespace": "globex-prod"},
		{"kind": "Service", "name": "shared", "namespace": "gateways"},
	] {
		every kind in ["HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute"] {
			count(ts_net_014.deny) == 1 with input as gateway_api(kind, {"parentRefs": [parent]})
		}
	}
}

test_violates_references if {
	foreign := {"name": "payments", "namespace": "globex-prod"}
	every o in [
		gateway_api("HTTPRoute", {"rules": [{"backendRefs": [foreign]}]}),
		gateway_api("HTTPRoute", {"rules": [{"backendRefs": [{"kind": "Hostname", "name": "payments.globex-prod.svc.cluster.local"}]}]}),
		gateway_api("TLSRoute", {"rules": [{"backendRefs": [{"kind": "Hostname", "name": "Payments.globex-prod.svc"}]}]}),
		object.union(gateway_api("XListenerSet", {"parentRef": {"name": "shared", "namespace": "elsewhere"}}), {"object": {"apiVersion": "gateway.networking.x-k8s.io/v1alpha1"}}),
		gateway_api("HTTPRoute", {"rules": [{"filters": [{"requestMirror": {"backendRef": foreign}}]}]}),
		gateway_api("HTTPRoute", {"rules": [{"backendRefs": [{"name": "a", "filters": [{"requestMirror": {"backendRef": foreign}}]}]}]}),
		gateway_api("HTTPRoute", {"rules": [{"filters": [{"externalAuth": {"backendRef": foreign}}]}]}),
		gateway_api("HTTPRoute", {"useDefaultGateways": "All"}),
		gateway_api("ListenerSet", {"parentRef": {"name": "shared", "namespace": "globex-prod"}}),
		gateway_api("ListenerSet", {"listeners": [{"tls": {"certificateRefs": [foreign]}}]}),
		gateway_api("Gateway", {"listeners": [{"tls": {"certificateRefs": [foreign]}}]}),
		gateway_api("Gateway", {"listeners": [{"allowedRoutes": {"namespaces": {"from": "All"}}}]}),
		gateway_api("Gateway", {"allowedListeners": {"namespaces": {"from": "Selector"}}}),
		gateway_api("ReferenceGrant", {"from": [{"kind": "HTTPRoute", "namespace": "globex-prod"}]}),
		gateway_api("ReferenceGrant", {"from": [{"kind": "HTTPRoute", "namespace": "gateways"}]}),
		istio("Telemetry", {"targetRefs": [foreign]}),
		istio("RequestAuthentication", {"targetRefs": [foreign]}),
	] {
		count(ts_net_014.deny) == 1 with input as o
	}
}

test_violates_sidecars if {
	every host in ["*/*", "globex-prod/*", "others/*", "billing-staging/*", "globex-prod/payments.globex-prod.svc.cluster.local"] {
		count(ts_net_014.deny) == 1 with input as istio("Sidecar", {"egress": [{"hosts": ["./*", host]}]})
	}
}

test_passes_export if {
	every scope in [["."], [".", "gateways"], ["acme-production"], ["~"]] {
		count(ts_net_014.deny) == 0 with input as istio("DestinationRule", {"host": "web", "exportTo": scope})
	}
}

test_passes_hosts if {
	every host in ["web", "web.acme-production.svc.cluster.local", "api.stripe.com", "shop.acme.example"] {
		count(ts_net_014.deny) == 0 with input as virtual({"http": to(host)})
		count(ts_net_014.deny) == 0 with input as istio("DestinationRule", {"host": host, "exportTo": ["."]})
	}
}

test_passes_gateways if {
	every name in ["mesh", "own", "./own", "acme-production/own", "own.acme-production", "gateways/shared", "shared.gateways.svc.cluster.local", "gateways/acme-production-tls-0123456789abcdef"] {
		count(ts_net_014.deny) == 0 with input as virtual({"gateways": [name]})
	}
	count(ts_net_014.deny) == 0 with input as istio("Gateway", {"selector": {"tenantsmith.dev/tenant": "acme", "app": "own"}})
	placed := object.union(istio("Gateway", {"selector": {"istio": "ingressgateway"}}), {"owner": "platform"})
	count(ts_net_014.deny) == 1 with input as placed
	count(ts_net_014.deny) == 0 with input as object.union(placed, {"object": {"metadata": {"namespace": "gateways"}}})
	count(ts_net_014.deny) == 0 with input as virtual({"http": [{"delegate": {"name": "a"}}]})
}

test_passes_local_references if {
	every parent in [
		{"name": "shared", "namespace": "gateways"},
		{"name": "own"},
		{"kind": "Service", "name": "web", "namespace": "acme-production"},
	] {
		count(ts_net_014.deny) == 0 with input as gateway_api("HTTPRoute", {
			"parentRefs": [parent],
			"rules": [{"backendRefs": [
				{"name": "web"}, {"name": "web", "namespace": "acme-production"},
				{"kind": "Hostname", "name": "web.acme-production.svc.cluster.local"}, {"kind": "Hostname", "name": "api.stripe.com"},
			]}],
		})
	}
	every o in [
		gateway_api("Gateway", {"listeners": [{"allowedRoutes": {"namespaces": {"from": "Same"}}}, {}]}),
		gateway_api("Gateway", {"allowedListeners": {"namespaces": {"from": "None"}}}),
		gateway_api("ReferenceGrant", {"from": [{"kind": "HTTPRoute", "namespace": "acme-production"}, {"kind": "Gateway", "namespace": "gateways"}]}),
		istio("Sidecar", {"egress": [{"hosts": ["./*", "~/*", "istio-system/*", "acme-production/web", "billing-production/*", "queues/*"]}]}),
	] {
		count(ts_net_014.deny) == 0 with input as o
	}
}

classed(class, o) := object.union(samples.within(known, {"cluster": class}), {"object": object.union({"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": samples.meta("a")}, o)})

named_class := [{"spec": {"ingressClassName": "internal"}}, {"metadata": {"annotations": {"kubernetes.io/ingress.class": "internal"}}}]

test_violates_classes if {
	every o in named_class {
		{f.message | some f in ts_net_014.deny} == {"Ingress is of class internal, and the cluster's for tenants is public"} with input as classed({"ingressClass": "public"}, o)
	}
}

test_passes_classes if {
	every o in named_class {
		count(ts_net_014.deny) == 0 with input as classed({}, o)
		count(ts_net_014.deny) == 0 with input as classed({"ingressClass": "internal"}, o)
	}
	count(ts_net_014.deny) == 0 with input as classed({"ingressClass": "public"}, {"spec": {}})
}
