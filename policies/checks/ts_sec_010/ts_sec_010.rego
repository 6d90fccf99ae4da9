# METADATA
# title: Certificates are bounded
# description: |
#   A host is the tenant's if it is one of its domains or below one, or if one of its services is exposed there.
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
	some named in hosts
	not own(lower(named.host))
	finding := {
		"path": named.path,
		"message": sprintf("host %v is not the tenant's", [named.host]),
	}
}

deny contains finding if {
	some field in ["ipAddresses", "uris", "emailAddresses", "otherNames", "literalSubject"]
	count(spec[field]) > 0
	finding := {
		"path": ["spec", field],
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

# Each name that a certificate is asked for is {"path", "host"}.
hosts contains {"path": ["spec", "dnsNames", i], "host": host} if some i, host in spec.dnsNames

hosts contains {"path": ["spec", "commonName"], "host": spec.commonName} if spec.commonName != ""

own(host) if {
	some domain in input.ctx.spec.domains
	below(trim_prefix(host, "*."), trim_prefix(domain, "*."))
}

own(host) if {
	some service in input.ctx.spec.services
	some exposed in service.expose
	host == exposed.host
}

below(host, domain) if host == domain

below(host, domain) if endswith(host, concat("", [".", domain]))

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
