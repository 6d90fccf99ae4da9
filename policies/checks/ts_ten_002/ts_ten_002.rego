# METADATA
# title: One tenant per domain
# custom:
#   id: TS-TEN-002
#   severity: critical
#   scope: [tenant, fleet]
#   waivable: false
#   needs_tenant: true
#   remedy: name in spec.domains what the tenant alone has registered
#   objects: [tenant]
#   controls:
#     supporting: [mtb:MTB-PL1-CC-TI-2, iso:A.5.9, iso:A.8.22, soc2:CC6.1, csf:ID.AM-02, csf:PR.AA-03, gdpr:32.1.b]
package checks.ts_ten_002

import data.lib.hosts

deny contains finding if {
	some shared in input.shared
	shared.kind == "domain"
	some holder in shared.holders
	holder.kind == "domain"
	some other in shared.holders
	other.kind == "domain"
	other.tenant != holder.tenant
	fault := taken(hosts.bare(hosts.name(holder.value)), hosts.bare(hosts.name(other.value)))
	finding := {
		"member": holder.member,
		"path": [],
		"field": holder.field,
		"message": sprintf("domain %s %s", [holder.value, fault]),
	}
}

taken(domain, domain) := "belongs to another tenant as well"

taken(domain, other) := "is below a domain of another tenant" if hosts.below(domain, other)

taken(domain, other) := "has a domain of another tenant below it" if hosts.below(other, domain)

# Domains below which anybody may have a name, such as co.uk and github.io.
deny contains finding if {
	some i, domain in input.ctx.spec.domains
	domain in input.ctx.public_suffixes
	finding := {
		"path": [],
		"field": ["spec", "domains", i],
		"message": sprintf("%s belongs to nobody: everybody may register names below it", [domain]),
	}
}

# The domain below which the platform gives every tenant its hosts.
deny contains finding if {
	some i, domain in input.ctx.spec.domains
	base := input.ctx.platform.spec.baseDomain
	above(base, hosts.bare(domain))
	finding := {
		"path": [],
		"field": ["spec", "domains", i],
		"message": sprintf("%s holds the platform's own domain %s", [domain, base]),
	}
}

above(base, base)

above(base, domain) if hosts.below(base, domain)
