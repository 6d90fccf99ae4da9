# What tenantsmith renders demands no nodes.
package checks.ts_data_002

import data.lib.holdings
import data.lib.volumes

deny contains finding if {
	some [path, selector, _, _] in places
	some label in labels
	region := selector[label]
	not holdings.allowed(region)
	finding := {
		"path": array.concat(path, [label]),
		"message": sprintf("pod demands a node in %v, and data may only be in %s", [region, holdings.regions]),
	}
}

deny contains finding if {
	some [_, _, path, affinity] in places
	some [steps, term] in terms(affinity)
	some i, expression in term.matchExpressions
	expression.key in labels
	leads_away(expression)
	finding := {
		"path": array.concat(path, array.concat(steps, ["matchExpressions", i])),
		"message": sprintf("pod asks for a node that is not in %s, which is where data may be", [holdings.regions]),
	}
}

places contains [
	["spec", "affinity", "nodeSelector"],
	object.get(input.object, ["spec", "affinity", "nodeSelector"], {}),
	["spec", "affinity", "nodeAffinity"],
	object.get(input.object, ["spec", "affinity", "nodeAffinity"], {}),
] if {
	volumes.database
}

leads_away(expression) if {
	expression.operator == "In"
	some region in expression.values
	not holdings.allowed(region)
}

leads_away(expression) if {
	expression.operator == "NotIn"
	every region in holdings.compliance.residency { region in expression.values }
}

# Each term that nodes have to meet, or should, is [steps, term].
terms(affinity) := array.concat(
	[[["requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms", i], term] |
		some i, term in affinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms
	],
	[[["preferredDuringSchedulingIgnoredDuringExecution", i, "preference"], wish.preference] |
		some i, wish in affinity.preferredDuringSchedulingIgnoredDuringExecution
	],
)
