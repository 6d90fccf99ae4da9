# METADATA
# title: Compute and storage quota
# description: |
#   All pods of a namespace are under a quota on what they request and on their memory limits; there is
#   none on CPU limits, since CPU that others leave idle may be used. Together the quotas of a tenant
#   stay within its entitlement and the platform's headroom for releases; storage has no headroom. A mesh
#   may add its sidecar to as many pods as the quota allows. A second quota with larger figures is
#   harmless, for each of them binds.
# custom:
#   id: TS-QUO-001
#   severity: high
#   scope: set
#   waivable: false
#   needs_tenant: true
#   brought: true
#   remedy: keep the ResourceQuota compute that tenantsmith renders from spec.resources; only the platform team can grant more, by platform spec.tiers and platform spec.releaseHeadroom
#   objects: [Namespace, ResourceQuota]
#   controls:
#     direct: [mtb:MTB-PL1-CC-FNS-1, nsa:NET-03, iso:A.8.6, soc2:A1.1, csf:PR.IR-04]
#     supporting: [gdpr:32.1.b]
package checks.ts_quo_001

import data.lib.network
import data.lib.quantities
import data.lib.quotas

deny contains finding if {
	_ = input.facts
	some namespace in input.ctx.namespaces
	missing := [name | some name in names; count(quotas.figures(namespace, name)) == 0]
	count(missing) > 0
	finding := object.union(network.of_namespace(namespace), {
		"path": [],
		"message": sprintf("namespace %q has no quota on %s that holds for all pods", [namespace, concat(", ", missing)]),
	})
}

deny contains finding if {
	_ = input.facts
	some name in names
	limit := most(name)
	sum([least(namespace, name) | some namespace in input.ctx.namespaces]) > limit
	some namespace in input.ctx.namespaces
	some [index, key, value] in quotas.figures(namespace, name)
	quantities.thousandths(value) == least(namespace, name)
	finding := {
		"object": index,
		"path": ["spec", "hard", key],
		"message": sprintf("quota on %s is %v, more than the tenant is entitled to with room for releases", [name, value]),
	}
}

names := ["requests.cpu", "requests.memory", "limits.memory", "requests.storage"]

# What binds: the smallest of several quotas.
least(namespace, name) := min({quantities.thousandths(value) | some [_, _, value] in quotas.figures(namespace, name)})

most(name) := (quantities.thousandths(entitled) * ((100 + headroom) / 100)) + sidecars(name) if {
	entitled := input.ctx.spec.resources[split(name, ".")[1]]
	name != "requests.storage"
	headroom := object.get(input.ctx, ["platform", "spec", "releaseHeadroom"], 100)
}

most("requests.storage") := quantities.thousandths(input.ctx.spec.resources.storage)

sidecars(name) := pods * quantities.thousandths(figure) if {
	input.ctx.cluster.mesh == "istio"
	[part, resource] := split(name, ".")
	figure := input.ctx.cluster.sidecar[part][resource]
	pods := sum([least(namespace, "pods") | some namespace in input.ctx.namespaces]) / 1000
} else := 0
