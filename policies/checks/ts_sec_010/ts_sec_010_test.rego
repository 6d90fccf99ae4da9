package checks.ts_sec_010_test

import data.checks.ts_sec_010
import data.lib.samples_test as samples

ctx := object.union(samples.ctx, {
	"spec": {"domains": ["shop.example.com", "*.acme.example"]},
	"platform": {"spec": {"baseDomain": "apps.example.com", "certificates": {"issuers": ["letsencrypt"], "duration": "90d"}}},
})

given(o) := object.union(samples.of(o), {"ctx": ctx})

ask(spec) := found if {
	found := {f.path | some f in ts_sec_010.deny} with input as given({"kind": "Certificate", "spec": object.union(fine, spec)})
}

fine := {
	"secretName": "tls",
	"issuerRef": {"name": "letsencrypt", "kind": "ClusterIssuer"},
	"dnsNames": ["shop.example.com", "WWW.shop.example.com", "*.acme.example", "acme.apps.example.com"],
	"commonName": "shop.example.com",
	"duration": "2160h0m0s",
	"usages": ["digital signature", "server auth"],
}

test_violates_issuers if {
	ask({"issuerRef": {"name": "root-ca"}}) == {["spec", "issuerRef", "name"]}
	every kind in ["Ingress", "Gateway"] {
		every key in ["cert-manager.io/issuer", "cert-manager.io/cluster-issuer"] {
			o := {"kind": kind, "metadata": {"annotations": {key: "root-ca"}}}
			{f.path | some f in ts_sec_010.deny} == {["metadata", "annotations", key]} with input as given(o)
		}
	}
	count(ts_sec_010.deny) == 1 with input as given({"kind": "Certificate", "spec": {"issuerRef": {}}})
}

test_violates_names if {
	ask({"commonName": "Globex, Inc."}) == {["spec", "commonName"]}
	every field in ["ipAddresses", "uris"] {
		ask({field: ["x"]}) == {["spec", field, 0]}
	}
}

test_passes_what_other_checks_tell if {
	ask({"commonName": "api.globex.example", "uris": ["spiffe://cluster.local/ns/globex/sa/web"], "literalSubject": "CN=globex"}) == set()
}

test_violates_bounds if {
	ask({"isCA": true}) == {["spec", "isCA"]}
	ask({"usages": ["server auth", "cert sign"]}) == {["spec", "usages", 1]}
	every duration in ["2161h", "forever"] {
		ask({"duration": duration}) == {["spec", "duration"]}
	}
	every key in [{"algorithm": "RSA", "size": 1024}, {"size": 1024}, {"algorithm": "ECDSA", "size": 224}, {"algorithm": "DSA"}] {
		ask({"privateKey": key}) == {["spec", "privateKey"]}
	}
}

test_violates_duration_where_the_platform_says_nothing if {
	o := {"kind": "Certificate", "spec": {"duration": "87600h"}}
	{f.message | some f in ts_sec_010.deny} == {"certificate holds 87600h, and at most 398d are allowed"} with input as samples.of(o)
}

test_violates_issuer_of_a_tenant if {
	ts_sec_010.deny == {{"path": [], "message": "Issuer is not one that the platform names"}} with input as given({"kind": "Issuer"})
}

test_passes if {
	ask({}) == set()
	every host in ["WWW.shop.example.com.", "web.acme-production.svc", "acme.apps.example.com", "a.acme.example"] {
		ask({"commonName": host}) == set()
	}
	every key in [{"algorithm": "Ed25519"}, {"algorithm": "ECDSA", "size": 256}, {"algorithm": "RSA", "size": 4096}, {"algorithm": "ECDSA"}] {
		ask({"privateKey": key}) == set()
	}
	ask({"privateKey": {}, "ipAddresses": [], "isCA": false, "commonName": ""}) == set()
	hourly := object.union(ctx, {"platform": {"spec": {"certificates": {"duration": "2160h"}}}})
	count(ts_sec_010.deny) == 0 with input as object.union(samples.of({"kind": "Certificate", "spec": fine}), {"ctx": hourly})
	count(ts_sec_010.deny) == 0 with input as given({"kind": "Ingress", "metadata": {"annotations": {"cert-manager.io/cluster-issuer": "letsencrypt"}}})
}

test_passes_issuers_where_the_platform_names_none if {
	every platform in [{}, {"spec": {"certificates": {"issuers": []}}}] {
		o := {"kind": "Certificate", "spec": {"issuerRef": {"name": "root-ca"}}}
		count(ts_sec_010.deny) == 0 with input as object.union(samples.of(o), {"ctx": {"platform": platform}})
	}
}

test_passes_issuer_that_the_platform_knows if {
	known := object.union(ctx, {"platform": {"allowed_kinds": [{"group": "cert-manager.io", "kind": "Issuer", "scope": "Namespaced"}]}})
	count(ts_sec_010.deny) == 0 with input as object.union(samples.of({"kind": "Issuer"}), {"ctx": known})
	count(ts_sec_010.deny) == 0 with input as object.union(given({"kind": "Issuer"}), {"owner": "platform"})
}
