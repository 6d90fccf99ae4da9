# What tenantsmith renders has a budget for more than one pod, and keeps pods apart.
package checks.ts_quo_004

import data.lib.selectors

deny contains {"object": index, "path": [], "message": "no PodDisruptionBudget selects the pods"} if {
	some [index, _, _, _, _, many] in workloads
	many > 1
	not budgets[index]
}

deny contains finding if {
	some [index, _, _, [_, name], few, _] in workloads
	some [budget, settings] in budgets[index]
	field := stuck(settings, few)
	finding := {
		"object": budget,
		"path": ["spec", field],
		"message": sprintf("budget never lets a pod of %s go, so that nodes cannot be drained", [name]),
	}
}

deny contains finding if {
	some [index, _, _, _, _, many] in workloads
	many > 1
	missing := [key | some key in apart; not [index, key] in spread]
	count(missing) > 0
	finding := {
		"object": index,
		"path": ["spec", "template", "spec", "topologySpreadConstraints"],
		"message": sprintf("pods are not kept apart by %s", [concat(" and ", missing)]),
	}
}

labels([kind, i]) := object.get(input.kinds[kind][i].object, ["spec", "template", "metadata", "labels"], {})

# The budgets of the workloads that have more than one pod, as [index, spec].
budgets[index] contains [entry.index, entry.object.spec] if {
	some [index, _, template, [namespace, _], _, many] in workloads
	many > 1
	some entry in input.kinds.PodDisruptionBudget
	object.get(entry.object, ["metadata", "namespace"], "") == namespace
	selectors.matches(entry.object.spec.selector, labels(template))
}

stuck(budget, _) := "maxUnavailable" if budget.maxUnavailable in {0, "0", "0%"}

stuck(budget, _) := "minAvailable" if budget.minAvailable == "100%"

stuck(budget, few) := "minAvailable" if {
	is_number(budget.minAvailable)
	budget.minAvailable >= max([few, 1])
}

apart := ["kubernetes.io/hostname", "topology.kubernetes.io/zone"] if {
	input.ctx.tier == "enterprise"
} else := ["kubernetes.io/hostname"]

# By what the pods of a workload keep apart from each other, as [index, key].
spread contains [index, term.topologyKey] if {
	some [index, _, [kind, i], _, _, many] in workloads
	many > 1
	some term in input.kinds[kind][i].object.spec.template.spec.topologySpreadConstraints
	selectors.matches(term.labelSelector, labels([kind, i]))
}

spread contains [index, term.topologyKey] if {
	some [index, _, [kind, i], _, _, _] in workloads
	some term in input.kinds[kind][i].object.spec.template.spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution
	selectors.matches(term.labelSelector, labels([kind, i]))
}

spread contains [index, term.topologyKey] if {
	some [index, _, [kind, i], _, _, _] in workloads
	some wish in input.kinds[kind][i].object.spec.template.spec.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution
	term := wish.podAffinityTerm
	selectors.matches(term.labelSelector, labels([kind, i]))
}
