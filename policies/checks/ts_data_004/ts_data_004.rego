# METADATA
# title: Declared transfers only
# description: |
#   Asked where data is confidential or personal. Private addresses, and names inside of the cluster,
#   are no transfer; where an address really is, nobody can tell from here. Countries outside of the
#   European Economic Area need a mechanism and a reference; whether it holds is for lawyers, since
#   decisions on adequacy come and go.
# custom:
#   id: TS-DATA-004
#   severity: high
#   scope: [object, set]
#   waivable: true
#   remedy: name who gets the data in spec.compliance.transfers, with host or cidr, country, mechanism and reference, or remove the destination
#   objects: [NetworkPolicy, ServiceEntry, Service, AnalysisTemplate, ClusterAnalysisTemplate, AnalysisRun, AlertmanagerConfig, tenant]
#   when: {spec.compliance.dataClassification: [confidential, personal]}
#   controls:
#     supporting: [gdpr:44, gdpr:45, gdpr:46, gdpr:30.1, gdpr:28.2, gdpr:28.4, gdpr:13, iso:A.5.14, iso:A.5.19, iso:A.5.20, iso:A.5.22, iso:A.8.12, soc2:CC6.7, soc2:CC9.2, soc2:P6.1, csf:ID.AM-03, csf:ID.AM-04, csf:GV.SC-04]
package checks.ts_data_004

import data.lib.holdings

deny contains of_tenant(field, undeclared(host)) if {
	_ = input.facts
	holdings.sensitive
	some [field, host] in named
	not known(host)
}

deny contains of_tenant(["spec", "services", name, "calls", i, "cidr"], undeclared(range)) if {
	_ = input.facts
	holdings.sensitive
	some name, service in input.ctx.spec.services
	some i, call in service.calls
	range := call.cidr
	not known_range(range)
}

deny contains of_tenant(["spec", "compliance", "transfers", i], message) if {
	_ = input.facts
	holdings.sensitive
	some i, transfer in holdings.compliance.transfers
	country := object.get(transfer, "country", "")
	not country in area
	some field in ["mechanism", "reference"]
	object.get(transfer, field, "") == ""
	message := sprintf("%s in %s gets data outside of the European Economic Area without a %s", [object.get(transfer, "to", ""), country, field])
}

of_tenant(field, message) := {"path": [], "field": field, "message": message}

undeclared(destination) := sprintf("data may go to %v, which spec.compliance.transfers does not name", [destination])

# Where the tenant's file says that something goes, as [field, host].
named contains [["spec", "services", name, "calls", i, "host"], call.host] if {
	some name, service in input.ctx.spec.services
	some i, call in service.calls
}

named contains [["spec", "notifications", "slack"], "hooks.slack.com"] if input.ctx.spec.notifications.slack

named contains [["spec", "notifications", "pagerduty"], "events.pagerduty.com"] if input.ctx.spec.notifications.pagerduty

known(host) if inside(name_of(host))

known(host) if {
	some transfer in holdings.compliance.transfers
	covers(transfer.host, name_of(host))
}

known(host) if known_range(host)

name_of(host) := lower(trim_suffix(host, "."))

inside(name) if not regex.match(`[.:]`, name)

inside(name) if endswith(name, ".svc")

inside(name) if contains(name, ".svc.")

covers(pattern, name) if pattern == name

covers(pattern, name) if {
	startswith(pattern, "*.")
	endswith(name, substring(pattern, 1, -1))
}

known_range(range) if {
	some outer in private
	within(outer, range)
}

known_range(range) if {
	some outer in input.ctx.platform.spec.network.cluster
	within(outer, range)
}

known_range(range) if {
	some transfer in holdings.compliance.transfers
	within(transfer.cidr, range)
}

# Whether a range, or a single address, is part of another one.
within(outer, range) if {
	net.cidr_is_valid(outer)
	some length in ["", "/32", "/128"]
	whole := concat("", [range, length])
	net.cidr_is_valid(whole)
	net.cidr_contains(outer, whole)
}

private := {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "fc00::/7", "fe80::/10", "::1/128"}

# The European Economic Area, by ISO 3166.
area := {
	"AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS", "IT", "LI", "LT",
	"LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
}
