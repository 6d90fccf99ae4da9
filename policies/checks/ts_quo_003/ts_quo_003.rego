# METADATA
# title: Defaults and fit
# description: |
#   Each namespace has a LimitRange that gives containers what they did not ask for, and an end of
#   memory. CPU has neither a default limit nor an end, since CPU that others leave idle may be used.
#   Whether the pods of a release fit is proven by TS-QUO-101, and what runs between releases by
#   TS-QUO-102.
# custom:
#   id: TS-QUO-003
#   severity: medium
#   scope: set
#   waivable: true
#   needs_tenant: true
#   brought: true
#   remedy: keep the LimitRange limits that tenantsmith renders from spec.resources; only the platform team can patch it
#   objects: [Namespace, LimitRange]
#   controls:
#     direct: [nsa:NET-03]
#     supporting: [iso:A.8.6, soc2:A1.1, csf:PR.IR-04]
package checks.ts_quo_003

import data.lib.network
import data.lib.quantities

deny contains finding if {
	_ = input.facts
	some namespace in input.ctx.namespaces
	missing := [concat(" of ", [words[field], resource]) |
		some [field, resource] in wanted
		not said(namespace, field, resource)
	]
	count(missing) > 0
	finding := object.union(network.of_namespace(namespace), {
		"path": [],
		"message": sprintf("namespace %q has no LimitRange with a %s for containers", [namespace, concat(", ", missing)]),
	})
}

wanted := [["defaultRequest", "cpu"], ["defaultRequest", "memory"], ["default", "memory"], ["max", "memory"]]

words := {"defaultRequest": "default request", "default": "default limit", "max": "maximum"}

# The API server takes a default limit as the default request where none is given.
said(namespace, field, resource) if {
	some entry in input.kinds.LimitRange
	object.get(entry.object, ["metadata", "namespace"], "") == namespace
	some limit in entry.object.spec.limits
	limit.type == "Container"
	some alike in [field, object.get({"defaultRequest": "default", "default": "max"}, field, field)]
	quantities.thousandths(limit[alike][resource]) > 0
}
