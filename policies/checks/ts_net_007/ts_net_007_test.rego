package checks.ts_net_007_test

import data.checks.ts_net_007
import data.lib.samples_test as samples

judged(kind, spec) := annotated({"kind": kind, "metadata": samples.meta("a"), "spec": spec})

annotated(o) := object.union(
	samples.within(
		samples.tenant({
			"domains": ["acme.example", "*.acme.org"],
			"services": {"web": {"calls": [{"host": "api.stripe.com", "port": 443}]}},
		}),
		{"platform": {"spec": {"baseDomain": "apps.example.com"}}},
	),
	{"object": o},
)

foreign := ["api.globex.example", "acme.example.evil.com", "notacme.example", "apps.example.com", "*.apps.example.com", "*.example", "web"]

own := ["acme.example", "ACME.example.", "shop.acme.example", "*.acme.example", "acme.org", "a.b.acme.org", "acme.apps.example.com"]

none := {"", "*"}

inputs(host) := [
	judged("Ingress", {"rules": [{"host": host}]}),
	judged("Ingress", {"rules": [{"host": "acme.example"}], "tls": [{"hosts": [host]}]}),
	judged("HTTPRoute", {"hostnames": [host], "parentRefs": [{"name": "shared"}]}),
	judged("GRPCRoute", {"hostnames": [host]}),
	judged("TLSRoute", {"hostnames": [host]}),
	judged("Gateway", {"listeners": [{"hostname": host}]}),
	judged("ListenerSet", {"listeners": [{"hostname": host}]}),
	judged("XListenerSet", {"listeners": [{"hostname": host}]}),
	judged("Gateway", {"servers": [{"hosts": [concat("", ["./", host])]}]}),
	judged("Gateway", {"servers": [{"hosts": [host]}]}),
	judged("DNSEndpoint", {"endpoints": [{"dnsName": host}]}),
	annotated({"kind": "Service", "metadata": {"annotations": {"external-dns.alpha.kubernetes.io/hostname": host}}}),
	annotated({"kind": "Service", "metadata": {"annotations": {"external-dns.kubernetes.io/internal-hostname": concat(", ", ["acme.example", host])}}}),
	annotated({"kind": "Ingress", "metadata": {"annotations": {"nginx.ingress.kubernetes.io/server-alias": host}}}),
	annotated({"kind": "Ingress", "metadata": {"annotations": {"cert-manager.io/alt-names": concat(",", ["acme.example", host])}}}),
	annotated({"kind": "Gateway", "metadata": {"annotations": {"cert-manager.io/common-name": host}}}),
]

test_violates_foreign_hosts if {
	every host in foreign {
		every o in inputs(host) {
			some finding in ts_net_007.deny with input as o
			finding.message == sprintf("host %s is neither one of the tenant's domains nor below one", [host])
		}
	}
}

test_violates_no_host if {
	every host in none {
		every o in inputs(host) {
			some finding in ts_net_007.deny with input as o
			finding.message == "names no host, and so takes the requests to every one"
		}
	}
}

test_violates_without_host if {
	every o in [
		judged("Ingress", {"rules": [{"http": {}}]}),
		judged("Ingress", {"defaultBackend": {"service": {"name": "a"}}}),
		judged("HTTPRoute", {"parentRefs": [{"name": "shared"}]}),
		judged("HTTPRoute", {"parentRefs": [{"kind": "Service", "name": "web"}, {"kind": "Gateway", "name": "shared"}], "hostnames": []}),
		judged("Gateway", {"listeners": [{"name": "http", "port": 80}]}),
	] {
		count(ts_net_007.deny) == 1 with input as o
	}
}

test_violates_no_name if {
	every host in ["shöp.acme.example", "acme.example/../x", "*.*.acme.example", "a..acme.example", "ac me.example", 1] {
		some finding in ts_net_007.deny with input as judged("HTTPRoute", {"hostnames": [host]})
		contains(finding.message, "which is no name of DNS")
	}
}

virtual(gateways, hosts) := judged("VirtualService", {"gateways": gateways, "hosts": hosts})

test_violates_objects_of_the_mesh if {
	count(ts_net_007.deny) == 1 with input as virtual(["gateways/shared"], ["api.globex.example"])
	count(ts_net_007.deny) == 1 with input as virtual(["mesh", "gateways/shared"], ["web.globex-production.svc.cluster.local"])
	count(ts_net_007.deny) == 1 with input as judged("ServiceEntry", {"hosts": ["api.globex.example"]})
	count(ts_net_007.deny) == 1 with input as judged("Certificate", {"dnsNames": ["acme.example", "api.globex.example"]})
	every host in ["api.globex.example", "*.globex.example", "*", "db.globex-production.svc", "10.0.0.1"] {
		{f.path | some f in ts_net_007.deny} == {["spec", "commonName"]} with input as judged("Certificate", {"commonName": host})
	}
}

test_passes_own_hosts if {
	every host in own {
		every o in inputs(host) {
			count(ts_net_007.deny) == 0 with input as o
		}
	}
}

test_passes_objects_of_the_mesh if {
	count(ts_net_007.deny) == 0 with input as virtual(["gateways/shared"], ["shop.acme.example", "web", "web.acme-production.svc.cluster.local"])
	count(ts_net_007.deny) == 0 with input as virtual(["mesh"], ["web.globex-production"])
	count(ts_net_007.deny) == 0 with input as judged("VirtualService", {"hosts": ["api.stripe.com"]})
	count(ts_net_007.deny) == 0 with input as judged("ServiceEntry", {"hosts": ["api.stripe.com"]})
	count(ts_net_007.deny) == 0 with input as judged("Certificate", {"dnsNames": ["web.acme-production.svc", "acme.example"]})
	every host in ["web.acme-production.svc", "ACME.example.", "", "web", "acme's own"] {
		count(ts_net_007.deny) == 0 with input as judged("Certificate", {"commonName": host})
	}
	count(ts_net_007.deny) == 0 with input as judged("HTTPRoute", {"parentRefs": [{"kind": "Service", "name": "web"}]})
	count(ts_net_007.deny) == 0 with input as annotated({"kind": "Service", "metadata": {"annotations": {"example.com/hostname": "x"}}})
}

ingress(name, host, path) := {
	"kind": "Ingress", "metadata": samples.meta(name),
	"spec": {"rules": [{"host": host, "http": {"paths": [path]}}]},
}

route(name, rules) := {"kind": "HTTPRoute", "metadata": samples.meta(name), "spec": {"hostnames": ["acme.example"], "rules": rules}}

mesh_route(name, gateway, http) := {
	"kind": "VirtualService", "metadata": samples.meta(name),
	"spec": {"hosts": ["acme.example"], "gateways": [gateway], "http": http},
}

test_violates_same_path_twice if {
	every objects in [
		[ingress("a", "acme.example", {"path": "/a", "pathType": "Prefix"}), ingress("b", "ACME.example", {"path": "/a/"})],
		[ingress("a", "acme.example", {}), ingress("b", "acme.example", {"path": "/"})],
		[route("a", [{}]), route("b", [{}])],
		[route("a", [{"matches": [{"path": {"value": "/a"}}, {"path": {"value": "/b"}}]}]), route("b", [{"matches": [{"path": {"value": "/b"}}]}])],
		[mesh_route("a", "gateways/shared", [{}]), mesh_route("b", "gateways/shared", [{}])],
		[mesh_route("a", "x/y", [{"match": [{"uri": {"prefix": "/"}}]}, {"match": [{"uri": {"prefix": "/"}}]}])],
	] {
		found := ts_net_007.deny with input as samples.set(objects)
		count(found) == 2
		every finding in found { finding.message == "the same host and path leads to more than one place" }
	}
}

test_passes_other_paths if {
	canary := json.patch(
		ingress("b", "acme.example", {"path": "/a"}),
		[{"op": "add", "path": "/metadata/annotations", "value": {"nginx.ingress.kubernetes.io/canary": "true"}}],
	)
	every objects in [
		[ingress("a", "acme.example", {"path": "/a"}), ingress("b", "acme.example", {"path": "/b"})],
		[ingress("a", "acme.example", {"path": "/a"}), ingress("b", "shop.acme.example", {"path": "/a"})],
		[ingress("a", "acme.example", {"path": "/a", "pathType": "Exact"}), ingress("b", "acme.example", {"path": "/a", "pathType": "Prefix"})],
		[ingress("a", "acme.example", {"path": "/a"}), canary],
		[route("a", [{"matches": [{"headers": [{"name": "x"}]}]}, {}])],
		[mesh_route("a", "mesh", [{}]), mesh_route("b", "mesh", [{}])],
	] {
		count(ts_net_007.deny) == 0 with input as samples.set(objects)
	}
}

shared(holders) := {"shared": [{"kind": "domain", "value": "x", "holders": [
{"member": i, "tenant": holder[0], "kind": holder[1], "value": holder[2], "object": i + 5, "path": ["spec", "hostnames", i], "field": holder[3]} |
	some i, holder in holders
]}]}

expose := ["spec", "services", "web", "expose", 0, "host"]

test_violates_two_tenants if {
	found := ts_net_007.deny with input as shared([["acme", "host", "api.example.com", []], ["globex", "host", "API.example.com.", expose]])
	found == {
		{
			"member": 0, "object": 5, "path": ["spec", "hostnames", 0],
			"message": "host api.example.com belongs to another tenant as well",
		},
		{"member": 1, "path": [], "field": expose, "message": "host API.example.com. belongs to another tenant as well"},
	}
}

test_violates_wildcards if {
	found := ts_net_007.deny with input as shared([["acme", "host", "*.example.com", []], ["globex", "host", "api.example.com", []]])
	{finding.message | some finding in found} == {
		"host *.example.com covers a host of another tenant",
		"host api.example.com is covered by a wildcard of another tenant",
	}
}

test_violates_domain_of_another if {
	every host in ["shop.example", "a.shop.example", "*.shop.example"] {
		found := ts_net_007.deny with input as shared([["acme", "host", host, []], ["globex", "domain", "shop.example", []]])
		{finding.message | some finding in found} == {sprintf("host %s belongs to the domain of another tenant", [host])}
	}
}

test_passes_apart if {
	every holders in [
		[["acme", "host", "example.com", []], ["globex", "host", "api.example.com", []]],
		[["acme", "host", "example.com", []], ["globex", "host", "*.example.com", []]],
		[["acme", "host", "api.example.com", []], ["acme", "host", "api.example.com", []]],
		[["acme", "host", "a.example.com", []], ["globex", "domain", "b.a.example.com", []]],
		[["acme", "domain", "example.com", []], ["globex", "domain", "example.com", []]],
	] {
		count(ts_net_007.deny) == 0 with input as shared(holders)
	}
}

# Who asks in plain HTTP is sent to the same host, where another route leads on.
test_passes_redirects if {
	away := {"filters": [{"type": "RequestRedirect", "requestRedirect": {"scheme": "https"}}]}
	count(ts_net_007.deny) == 0 with input as samples.set([route("a", [away]), route("b", [{}])])
}
