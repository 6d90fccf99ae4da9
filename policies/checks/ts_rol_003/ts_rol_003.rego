# METADATA
# title: Analysis sources are allowed
# custom:
#   id: TS-ROL-003
#   severity: high
#   scope: object
#   waivable: true
#   needs_tenant: true
#   needs: [platform.spec.analysis.providers]
#   remedy: measure by spec.services.<name>.release.gate, or ask a Service of your own; only the platform team can allow more, by platform spec.analysis.providers and platform spec.analysis.endpoints
#   objects: [AnalysisTemplate, ClusterAnalysisTemplate, AnalysisRun]
#   controls:
#     supporting: [nsa:NET-10, iso:A.8.20, iso:A.8.21, soc2:CC6.6, csf:PR.IR-01, csf:PR.DS-02]
package checks.ts_rol_003

# Each metric's provider is [path, name, settings].
providers contains [["spec", "metrics", i, "provider", name], name, settings] if {
	some i, metric in input.object.spec.metrics
	some name, settings in metric.provider
}

deny contains finding if {
	some [path, name, _] in providers
	not name in input.ctx.platform.spec.analysis.providers
	finding := {"path": path, "message": sprintf("analysis measures by %s, which the platform does not offer", [name])}
}

# The controller asks in the name of the platform, from where every namespace and the addresses of nodes
# can be reached.
deny contains finding if {
	some [path, _, settings] in providers
	some [field, address] in addresses(settings)
	is_string(address)
	address != ""
	not allowed(address)
	finding := {"path": array.concat(path, field), "message": sprintf("analysis asks %s", [shown(address)])}
}

addresses(settings) := {[[field], settings[field]] | some field in ["address", "url"]} | {[["authentication", "oauth2", "tokenUrl"], url] | url := settings.authentication.oauth2.tokenUrl}

# Scheme and host, and the path; a name or password before the host, or a placeholder, is neither.
parts(address) := [sprintf("%s://%s", [found[1], trim_suffix(found[2], standard[found[1]])]), split(found[3], "?")[0]] if {
	some found in regex.find_all_string_submatch_n(`^(https?)://([^/?#@{}\\\s]+)(.*)$`, lower(address), 1)
}

standard := {"http": ":80", "https": ":443"}

allowed(address) if {
	[origin, path] := parts(address)
	some endpoint in endpoints
	[listed, root] := parts(endpoint)
	origin == listed
	below(path, trim_suffix(root, "/"))
}

# A Service of the tenant's own namespace, named so that the controller finds it from its own.
allowed(address) if {
	[origin, _] := parts(address)
	host := split(split(origin, "/")[2], ":")[0]
	names := split(host, ".")
	names[1] in input.ctx.namespaces
	array.slice(names, 2, 6) in [[], ["svc"], ["svc", "cluster", "local"]]
}

below(_, "")

below(path, root) if path == root

below(path, root) if {
	startswith(path, sprintf("%s/", [root]))
	not regex.match(`\.\.|%2e`, path)
}

endpoints contains endpoint if some endpoint in input.ctx.platform.spec.analysis.endpoints

endpoints contains input.ctx.cluster.metrics.address

endpoints contains sprintf("http://prometheus-operated.%s.svc:9090", [namespace]) if {
	namespace := input.ctx.platform.spec.namespaces.monitoring
}

shown(address) := "with a name or password in the address" if contains(address, "@")

shown(address) := sprintf("%s, which neither the platform lists nor the tenant serves", [split(address, "?")[0]]) if not contains(address, "@")
