# METADATA
# title: Object count quota
# description: |
#   What a namespace may hold is counted, so that a loop cannot fill the cluster's store, and nothing may
#   open a port on nodes.
# custom:
#   id: TS-QUO-002
#   severity: medium
#   scope: set
#   waivable: false
#   needs_tenant: true
#   brought: true
#   remedy: keep the ResourceQuota objects that tenantsmith renders by spec.tier; only the platform team can patch it
#   objects: [Namespace, ResourceQuota]
#   controls:
#     direct: [mtb:MTB-PL1-CC-FNS-2]
#     supporting: [nsa:NET-03, iso:A.8.6, soc2:A1.1, csf:PR.IR-04]
package checks.ts_quo_002

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
		"message": sprintf("namespace %q has no quota on %s", [namespace, concat(", ", missing)]),
	})
}

# The smallest of several quotas binds.
deny contains finding if {
	_ = input.facts
	some namespace in input.ctx.namespaces
	found := quotas.figures(namespace, "services.nodeports")
	least := min({quantities.thousandths(value) | some [_, _, value] in found})
	least > 0
	some [index, key, value] in found
	quantities.thousandths(value) == least
	finding := {
		"object": index,
		"path": ["spec", "hard", key],
		"message": sprintf("quota lets %v Services open ports on nodes", [value]),
	}
}

names := array.concat(
	[
		"pods", "services.loadbalancers", "services.nodeports", "persistentvolumeclaims", "count/secrets", "count/configmaps",
		"count/ingresses.networking.k8s.io",
	],
	[name | some name in ["count/rollouts.argoproj.io"]; "rollouts" in input.ctx.cluster.operators],
)
