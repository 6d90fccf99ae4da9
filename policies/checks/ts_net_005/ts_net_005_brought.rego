# What tenantsmith renders opens addresses that a call names, and calls what the platform names.
package checks.ts_net_005

import data.lib.addresses
import data.lib.cilium
import data.lib.pods

deny contains finding if {
	input.object.kind == "CiliumNetworkPolicy"
	all := cilium.ranges
	some [path, "egress", cidr, exceptions] in all
	open := addresses.open_ranges(cidr, exceptions)
	finding := {"path": path, "message": sprintf("policy opens egress for %v, and so for %s", [cidr, open])}
}

deny contains finding if {
	input.object.kind == "CiliumNetworkPolicy"
	all := cilium.entities
	some [path, "egress", entity] in all
	entity in {"all", "world", "world-ipv4", "world-ipv6", "host", "remote-node", "kube-apiserver"}
	finding := {"path": path, "message": sprintf("policy opens egress for %v, the machine or the control plane among it", [entity])}
}

# Services find their pods by a selector. Addresses that somebody wrote are of something else, and
# Kubernetes sends requests there whatever it is.
deny contains finding if {
	input.object.kind == "Endpoints"
	count(input.object.subsets) > 0
	finding := {"path": ["subsets"], "message": "addresses behind a Service are written by hand"}
}

deny contains finding if {
	input.object.kind == "EndpointSlice"
	count(input.object.endpoints) > 0
	finding := {"path": ["endpoints"], "message": "addresses behind a Service are written by hand"}
}

deny contains finding if {
	some c in pods.containers
	some probe in ["livenessProbe", "readinessProbe", "startupProbe"]
	some action in ["httpGet", "tcpSocket"]
	target := c.spec[probe][action].host
	finding := called(array.concat(c.path, [probe, action, "host"]), target)
}

deny contains finding if {
	some c in pods.containers
	some hook in ["postStart", "preStop"]
	some action in ["httpGet", "tcpSocket"]
	target := c.spec.lifecycle[hook][action].host
	finding := called(array.concat(c.path, ["lifecycle", hook, action, "host"]), target)
}

deny contains finding if {
	input.object.kind in {
		"AnalysisTemplate", "ClusterAnalysisTemplate", "AnalysisRun", "ServiceEntry", "WorkloadEntry",
		"RequestAuthentication", "Probe", "ScrapeConfig", "ServiceMonitor", "PodMonitor", "AlertmanagerConfig", "ScaledObject",
		"ScaledJob", "SecretStore", "Rollout", "Experiment",
	}
	all := places
	some [path, text] in all
	finding := called(path, text)
}

deny contains called(["spec", "externalName"], input.object.spec.externalName)

called(path, text) := {"path": path, "message": sprintf("%v %s", [text, fault])} if {
	fault := addresses.fault(addresses.host(text))
}

# Each place with a host, an address or a URL is [path, text].
places contains [["spec", "metrics", i, "provider", provider, field], settings[field]] if {
	some i, metric in input.object.spec.metrics
	some provider, settings in metric.provider
	some field in ["url", "address"]
}

places contains [["spec", "args", i, "value"], arg.value] if {
	some i, arg in input.object.spec.args
	hosts_something(arg)
}

places contains [["spec", "address"], input.object.spec.address] if input.object.kind == "WorkloadEntry"

places contains [["spec", field, i], text] if {
	input.object.kind == "ServiceEntry"
	some field in ["hosts", "addresses"]
	some i, text in input.object.spec[field]
}

places contains [["spec", "endpoints", i, "address"], endpoint.address] if some i, endpoint in input.object.spec.endpoints

places contains [["spec", "jwtRules", i, "jwksUri"], rule.jwksUri] if some i, rule in input.object.spec.jwtRules

places contains [["spec", "prober", "url"], input.object.spec.prober.url]

places contains [["spec", "httpSDConfigs", i, "url"], config.url] if some i, config in input.object.spec.httpSDConfigs

places contains [["spec", "targets", "staticConfig", "static", i], text] if {
	some i, text in input.object.spec.targets.staticConfig.static
}

places contains [["spec", "staticConfigs", i, "targets", j], text] if {
	some i, config in input.object.spec.staticConfigs
	some j, text in config.targets
}

# What operators call for whoever asks them to: Prometheus and Alertmanager by a proxy or a webhook, KEDA
# for the metrics that it scales by, External Secrets for the store.
places contains [["spec", list, i, "proxyUrl"], endpoint.proxyUrl] if {
	some list in ["endpoints", "podMetricsEndpoints"]
	some i, endpoint in input.object.spec[list]
}

places contains [["spec", "proxyUrl"], input.object.spec.proxyUrl]

places contains [["spec", "receivers", i, kind, j, field], called_by[field]] if {
	some i, receiver in input.object.spec.receivers
	some kind, all in receiver
	some j, called_by in all
	some field in ["url", "apiURL", "smarthost"]
}

places contains [["spec", "receivers", i, kind, j, "httpConfig", field], settings.httpConfig[field]] if {
	some i, receiver in input.object.spec.receivers
	some kind, all in receiver
	some j, settings in all
	some field in ["proxyURL", "proxyUrl"]
}

places contains [["spec", "triggers", i, "metadata", field], text] if {
	some i, trigger in input.object.spec.triggers
	some field, text in trigger.metadata
	regex.match(`(?i)address|url|host|endpoint`, field)
}

places contains [["spec", "provider", name, field], settings[field]] if {
	input.object.kind == "SecretStore"
	some name, settings in input.object.spec.provider
	some field in ["server", "url", "host", "vaultUrl"]
}

# What a release hands to the templates that measure it.
places contains [array.concat(path, ["args", i, "value"]), value] if {
	some [path, analysis] in analyses
	some i, arg in analysis.args
	value := arg.value
	not plain_number(value)
}

analyses contains [["spec", "strategy", "canary", "analysis"], input.object.spec.strategy.canary.analysis]

analyses contains [["spec", "strategy", "canary", "steps", i, "analysis"], step.analysis] if {
	some i, step in input.object.spec.strategy.canary.steps
}

analyses contains [["spec", "strategy", "canary", "steps", i, "experiment", "analyses", j], analysis] if {
	some i, step in input.object.spec.strategy.canary.steps
	some j, analysis in step.experiment.analyses
}

analyses contains [["spec", "strategy", "blueGreen", field], input.object.spec.strategy.blueGreen[field]] if {
	some field in ["prePromotionAnalysis", "postPromotionAnalysis"]
}

analyses contains [["spec", "analyses", i], analysis] if some i, analysis in input.object.spec.analyses

# A number is an address only where something calls it.
hosts_something(arg) if {
	value := arg.value
	not plain_number(value)
}

hosts_something(arg) if {
	some metric in input.object.spec.metrics
	some settings in metric.provider
	some field in ["url", "address"]
	contains(sprintf("%v", [settings[field]]), sprintf("args.%v", [arg.name]))
}

plain_number(value) if regex.match(`^[0-9]*(\.[0-9]+)?$`, sprintf("%v", [value]))
