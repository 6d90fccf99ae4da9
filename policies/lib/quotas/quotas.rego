# METADATA
# title: Quotas
# description: Finds what the ResourceQuotas of a namespace say about everything in it.
package lib.quotas

import data.lib.quantities

# The figures for a name in a namespace as [index, key, value], where key is how the quota calls it. A
# quota with scopes holds for some pods only, and what is no quantity holds nothing.
figures(namespace, name) := {[entry.index, key, value] |
	some entry in input.kinds.ResourceQuota
	object.get(entry.object, ["metadata", "namespace"], "") == namespace
	unscoped(object.get(entry.object, "spec", {}))
	some key, value in entry.object.spec.hard
	key in ({name} | object.get(others, name, set()))
	quantities.thousandths(value) >= 0
}

unscoped(spec) if {
	count(object.get(spec, "scopes", [])) == 0
	count(object.get(spec, ["scopeSelector", "matchExpressions"], [])) == 0
}

others := {
	"requests.cpu": {"cpu"},
	"requests.memory": {"memory"},
	"pods": {"count/pods"},
	"persistentvolumeclaims": {"count/persistentvolumeclaims"},
	"count/secrets": {"secrets"},
	"count/configmaps": {"configmaps"},
}
