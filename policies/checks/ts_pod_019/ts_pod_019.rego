# METADATA
# title: Requests and limits set
# custom:
#   id: TS-POD-019
#   severity: medium
#   scope: object
#   waivable: true
#   remedy: set spec.services.<name>.resources.requests and spec.services.<name>.resources.limits to amounts above zero, no request above its limit
#   objects: [pods]
#   controls:
#     direct: [iso:A.8.6, soc2:A1.1, csf:PR.IR-04]
#     supporting: [nsa:NET-03, gdpr:32.1.b]
package checks.ts_pod_019

import data.lib.pods
import data.lib.quantities

# A limit on CPU is not asked for: it slows programs down where the node has CPU to spare.
demanded := [["requests", "cpu"], ["requests", "memory"], ["limits", "memory"]]

deny contains finding if {
	some c in pods.containers
	not complete(c)
	c.list != "ephemeralContainers" # these cannot have any
	missing := [called(field, name) |
		some [field, name] in demanded
		not c.spec.resources[field][name]
		not implied(c.spec, field, name)
	]
	count(missing) > 0
	finding := pods.finding(c, ["resources"], sprintf("has no %s", [concat(" and no ", missing)]))
}

deny contains finding if {
	some c in pods.containers
	some field in ["limits", "requests"]
	some name, amount in c.spec.resources[field]
	not quantities.positive(amount)
	finding := pods.finding(
		c, ["resources", field, name],
		sprintf("has a %s of %v, which is no amount above zero", [called(field, name), amount]),
	)
}

deny contains finding if {
	some c in pods.containers
	some name, amount in c.spec.resources.requests
	limit := c.spec.resources.limits[name]
	amount != limit
	quantities.value(amount) > quantities.value(limit)
	finding := pods.finding(
		c, ["resources", "requests", name],
		sprintf("has a %s of %v, more than its limit of %v", [called("requests", name), amount, limit]),
	)
}

# Most have all, and are seen to at once.
complete(c) if {
	c.spec.resources.requests.cpu
	c.spec.resources.requests.memory
	c.spec.resources.limits.memory
}

# Kubernetes requests what the limit says where nothing else is requested.
implied(spec, "requests", name) if _ = spec.resources.limits[name]

called(field, name) := sprintf("%s of %s", [trim_suffix(field, "s"), name])
