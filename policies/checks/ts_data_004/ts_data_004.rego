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
import data.lib.metrics
import data.lib.network

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

deny contains {"path": array.concat(p.path, ["ipBlock", "cidr"]), "message": undeclared(range)} if {
	some p in network.peers
	p.direction == "egress"
	range := p.peer.ipBlock.cidr
	holdings.sensitive
	not known_range(range)
	not told_range(range)
}

deny contains {"path": path, "message": undeclared(host)} if {
	some [path, host] in destinations
	holdings.sensitive
	not known(host)
	not host in told
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

# What the file says is told at its line, and not once more at the object that is made of it.
told contains host if some [_, host] in named

told_range(range) if {
	some service in input.ctx.spec.services
	some call in service.calls
	within(call.cidr, range)
}

# Where the object at hand lets something go, as [path, host].
destinations contains [["spec", "hosts", i], host] if {
	entry
	some i, host in input.object.spec.hosts
}

destinations contains [["spec", "endpoints", i, "address"], endpoint.address] if {
	entry
	some i, endpoint in input.object.spec.endpoints
}

destinations contains [["spec", "externalName"], input.object.spec.externalName] if {
	input.object.kind == "Service"
	input.object.spec.type == "ExternalName"
}

destinations contains [["spec", "metrics", i, "provider", name, field], host_of(address)] if {
	some i, metric in metrics.template.spec.metrics
	some name, settings in metric.provider
	some field in ["url", "address"]
	address := settings[field]
	not address in offered
}

destinations contains [["spec", "receivers", i, field], host] if {
	input.object.kind == "AlertmanagerConfig"
	some i, receiver in input.object.spec.receivers
	some field, host in services
	some _ in receiver[field]
}

destinations contains [["spec", "receivers", i, "webhookConfigs", j, "url"], host_of(webhook.url)] if {
	input.object.kind == "AlertmanagerConfig"
	some i, receiver in input.object.spec.receivers
	some j, webhook in receiver.webhookConfigs
}

entry if {
	input.object.kind == "ServiceEntry"
	startswith(input.object.apiVersion, "networking.istio.io/")
}

# Where Alertmanager sends to unless told otherwise.
services := {
	"slackConfigs": "hooks.slack.com", "pagerdutyConfigs": "events.pagerduty.com", "opsgenieConfigs": "api.opsgenie.com",
	"telegramConfigs": "api.telegram.org", "discordConfigs": "discord.com", "victoropsConfigs": "alert.victorops.com",
	"pushoverConfigs": "api.pushover.net",
}

# The addresses that the platform offers for measurements are its own.
offered contains input.ctx.cluster.metrics.address

offered contains address if some address in input.ctx.platform.spec.analysis.endpoints

host_of(address) := trim_left(trim_suffix(found[1], "]"), "[") if {
	some found in regex.find_all_string_submatch_n(`^(?:[a-zA-Z]+://)?(?:[^/@]*@)?(\[[^\]]*\]|[^/:?#]+)`, address, 1)
}

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
