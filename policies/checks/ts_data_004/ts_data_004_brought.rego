# Objects that tenantsmith does not render, or does not render like this.
package checks.ts_data_004

import data.lib.holdings
import data.lib.metrics
import data.lib.network

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
	some config in receiver[field]
	not readdressed(field, config)
}

readdressed(field, config) if is_string(config[addresses[field]])

destinations contains [["spec", "receivers", i, field, j, key], host_of(config[key])] if {
	input.object.kind == "AlertmanagerConfig"
	some i, receiver in input.object.spec.receivers
	some field, key in addresses
	some j, config in receiver[field]
}

entry if {
	input.object.kind == "ServiceEntry"
	startswith(input.object.apiVersion, "networking.istio.io/")
}

# Where Alertmanager sends to unless told otherwise.
services := {
	"slackConfigs": "hooks.slack.com", "pagerdutyConfigs": "events.pagerduty.com", "opsgenieConfigs": "api.opsgenie.com",
	"telegramConfigs": "api.telegram.org", "discordConfigs": "discord.com", "victoropsConfigs": "alert.victorops.com",
	"pushoverConfigs": "api.pushover.net", "webexConfigs": "webexapis.com", "wechatConfigs": "qyapi.weixin.qq.com",
}

# And where it is told otherwise, unless a Secret says so.
addresses := {
	"emailConfigs": "smarthost", "opsgenieConfigs": "apiURL", "pagerdutyConfigs": "url", "rocketchatConfigs": "apiURL", "snsConfigs": "apiURL",
	"telegramConfigs": "apiURL", "victoropsConfigs": "apiUrl", "webexConfigs": "apiURL", "webhookConfigs": "url", "wechatConfigs": "apiURL",
}

# The addresses that the platform offers for measurements are its own.
offered contains input.ctx.cluster.metrics.address

offered contains address if some address in input.ctx.platform.spec.analysis.endpoints

host_of(address) := trim_left(trim_suffix(found[1], "]"), "[") if {
	some found in regex.find_all_string_submatch_n(`^(?:[a-zA-Z]+://)?(?:[^/@]*@)?(\[[^\]]*\]|[^/:?#]+)`, address, 1)
}
