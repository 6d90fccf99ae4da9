# METADATA
# title: Certificates are bounded
# description: |
#   Hosts in dnsNames and commonName are for TS-NET-007, and names of people and workloads for TS-RBAC-012.
# custom:
#   id: TS-SEC-010
#   severity: medium
#   scope: object
#   waivable: true
#   needs_tenant: true
#   brought: true
#   remedy: request a certificate for hosts of spec.domains or spec.services.<name>.expose; only the platform team can name issuers and the longest time, by platform spec.certificates, or allow an Issuer, by platform spec.kinds.allowed
#   objects: [Certificate, Issuer, Ingress, Gateway]
#   controls:
#     supporting: [iso:A.8.24, soc2:CC6.1, csf:PR.DS-02, csf:PR.AA-03]
package checks.ts_sec_010

import data.lib.hosts
import data.lib.spans

spec := input.object.spec if input.object.kind == "Certificate"

deny contains finding if {
	issuer := object.get(spec.issuerRef, "name", "(no name)")
	foreign(issuer)
	finding := {
		"path": ["spec", "issuerRef", "name"],
		"message": sprintf("issuer %v is not one that the platform names", [issuer]),
	}
}

deny contains finding if {
	input.object.kind in {"Ingress", "Gateway"}
	some key in ["cert-manager.io/issuer", "cert-manager.io/cluster-issuer"]
	issuer := input.object.metadata.annotations[key]
	foreign(issuer)
	finding := {
		"path": ["metadata", "annotations", key],
		"message": sprintf("issuer %v is not one that the platform names", [issuer]),
	}
}

deny contains finding if {
	host := spec.commonName
	host != ""
	not hosts.name(host)
	finding := {
		"path": ["spec", "commonName"],
		"message": sprintf("%v is no name of DNS", [host]),
	}
}

deny contains finding if {
	some field in ["ipAddresses", "uris"]
	some i, text in spec[field]
	not startswith(lower(text), "spiffe:")
	finding := {
		"path": ["spec", field, i],
		"message": sprintf("%s name more than hosts", [field]),
	}
}

deny contains finding if {
	spec.isCA == true
	finding := {
		"path": ["spec", "isCA"],
		"message": "certificate may sign others",
	}
}

deny contains finding if {
	some i, usage in spec.usages
	usage in {"cert sign", "crl sign", "any"}
	finding := {
		"path": ["spec", "usages", i],
		"message": sprintf("certificate may be used for %s", [usage]),
	}
}

deny contains finding if {
	duration := spec.duration
	not brief(duration)
	finding := {
		"path": ["spec", "duration"],
		"message": sprintf("certificate holds %v, and at most %s are allowed", [duration, longest]),
	}
}

deny contains finding if {
	key := spec.privateKey
	weak(key)
	finding := {
		"path": ["spec", "privateKey"],
		"message": sprintf("key of %v %v is too weak", [object.get(key, "algorithm", "RSA"), object.get(key, "size", "bits")]),
	}
}

deny contains finding if {
	input.object.kind == "Issuer"
	input.owner != "platform"
	not allowed
	finding := {
		"path": [],
		"message": "Issuer is not one that the platform names",
	}
}

allowed if {
	some known in input.ctx.platform.allowed_kinds
	known.group == "cert-manager.io"
	known.kind == "Issuer"
}

# Where the platform names no issuers, nobody knows which are right.
foreign(issuer) if {
	issuers := input.ctx.platform.spec.certificates.issuers
	count(issuers) > 0
	not issuer in issuers
}

# Where the platform says nothing, what browsers take at most.
longest := object.get(input.ctx.platform, ["spec", "certificates", "duration"], "398d")

brief(duration) if spans.hours(duration) <= days(longest) * 24

days(text) := to_number(trim_suffix(text, "d")) if endswith(text, "d")

days(text) := spans.hours(text) / 24 if not endswith(text, "d")

weak(key) if {
	object.get(key, "algorithm", "RSA") == "RSA"
	key.size < 2048
}

weak(key) if {
	key.algorithm == "ECDSA"
	key.size < 256
}

weak(key) if not object.get(key, "algorithm", "RSA") in {"RSA", "ECDSA", "Ed25519"}
