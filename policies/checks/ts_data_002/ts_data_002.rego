# METADATA
# title: Compute stays in the region
# description: |
#   A cluster stands in one region. Where that is one that data may be in, pods need no constraint of
#   their own; elsewhere every pod must demand a node in such a region, by its nodeSelector or by every
#   term of a required node affinity. What a pod merely prefers does not keep it there, and zones do not
#   tell their region. A demand or a wish for another region fails wherever the cluster is.
# custom:
#   id: TS-DATA-002
#   severity: high
#   scope: [object, set]
#   waivable: false
#   needs: [spec.compliance.residency]
#   remedy: only the platform team can put the environment on a cluster there, by platform spec.environments and platform spec.clusters.<name>.region; a patch or object of your own must name a region of spec.compliance.residency
#   objects: [pods, Cluster, tenant]
#   controls:
#     direct: [gdpr:44]
#     supporting: [gdpr:45, gdpr:46, gdpr:28.3, iso:A.5.31, iso:A.5.23, iso:A.5.34, soc2:CC6.7, soc2:C1.1, csf:GV.OC-03, csf:PR.DS-01]
package checks.ts_data_002

import data.lib.holdings
import data.lib.pods

deny contains finding if {
	not holdings.at_home
	some [path, selector, _, affinity] in places
	not kept(selector, affinity)
	finding := {
		"path": path,
		"message": sprintf("pod may run %s, and data may only be in %s", [holdings.where, holdings.regions]),
	}
}

# Nobody sees the pods that come from a repository of the tenant's own.
deny contains finding if {
	_ = input.facts
	some i, _ in input.ctx.spec.delivery.sources
	not holdings.at_home
	finding := {
		"path": [],
		"field": ["spec", "delivery", "sources", i],
		"message": sprintf("workloads of this source run %s, and data may only be in %s", [holdings.where, holdings.regions]),
	}
}

labels := {"topology.kubernetes.io/region", "failure-domain.beta.kubernetes.io/region"}

# Where pods may run is [path, nodeSelector, path, nodeAffinity].
places contains [
	array.concat(p.path, ["spec", "nodeSelector"]),
	object.get(p.spec, "nodeSelector", {}),
	array.concat(p.path, ["spec", "affinity", "nodeAffinity"]),
	object.get(p.spec, ["affinity", "nodeAffinity"], {}),
] if {
	some p in pods.all
}

kept(selector, _) if {
	some label in labels
	holdings.allowed(selector[label])
}

kept(_, affinity) if {
	terms := affinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms
	count(terms) > 0
	every term in terms { narrow(term) }
}

narrow(term) if {
	some expression in term.matchExpressions
	expression.key in labels
	expression.operator == "In"
	count(expression.values) > 0
	every region in expression.values { holdings.allowed(region) }
}
