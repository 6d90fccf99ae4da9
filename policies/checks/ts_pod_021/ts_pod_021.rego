# METADATA
# title: Placement stays in the tenant pool
# custom:
#   id: TS-POD-021
#   severity: high
#   scope: object
#   waivable: true
#   brought: true
#   remedy: remove it; only the platform team can allow placement, by the lists of platform spec.placement
#   objects: [pods]
#   controls:
#     supporting: [iso:A.8.22, soc2:CC6.1, csf:PR.IR-01, nsa:POD-06, nsa:NET-07]
package checks.ts_pod_021

import data.lib.pods

allowed[list] := {entry | some entry in input.ctx.platform.spec.placement[list]} if {
	some list in ["labels", "tolerations", "priorityClasses", "runtimeClasses", "schedulers"]
}

deny contains finding(p, ["nodeName"], sprintf("pod chooses the node %v", [node])) if {
	some p in pods.all
	node := p.spec.nodeName
	node != ""
}

deny contains finding(p, [field], sprintf("pod chooses the %s %v", [words, class])) if {
	some p in pods.all
	some [field, list, words] in [
		["schedulerName", "schedulers", "scheduler"],
		["priorityClassName", "priorityClasses", "priority class"],
		["runtimeClassName", "runtimeClasses", "runtime class"],
	]
	class := p.spec[field]
	class != ""
	not may(list, class)
}

deny contains finding(p, array.concat(["tolerations", i], step), sprintf("pod tolerates %s", [what])) if {
	some p in pods.all
	some i, toleration in p.spec.tolerations
	[step, what] := tolerated(toleration)
}

deny contains finding(p, path, sprintf("pod chooses nodes by %v", [key])) if {
	some p in pods.all
	some [path, key, operator, values] in choices(p.spec)
	not chosen(key, operator, values)
}

finding(p, steps, text) := {"path": array.concat(array.concat(p.path, ["spec"]), steps), "message": text}

may(list, entry) if {
	entry in allowed[list]
	not barred(list, entry)
}

may("schedulers", "default-scheduler")

# Nobody can allow what belongs to the cluster itself.
barred("priorityClasses", class) if startswith(class, "system-")

barred("tolerations", key) if key in {"node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master"}

tolerated(toleration) := [[], "every taint"] if object.get(toleration, "key", "") == ""

tolerated(toleration) := [["key"], sprintf("the taint %v", [key])] if {
	key := toleration.key
	key != ""
	not harmless(toleration)
	not agreed(toleration)
}

# The pools of the cluster: those that the tenant may ask for, and those of others.
open_pools contains pool if {
	some pool in input.ctx.cluster.pools
	serves(pool)
}

closed_pools contains pool if {
	some pool in input.ctx.cluster.pools
	not serves(pool)
}

serves(pool) if count(object.get(pool, "tenants", [])) == 0

serves(pool) if input.ctx.tenant in pool.tenants

# What nodes are made of says nothing of whom they are for.
chosen("kubernetes.io/arch", _, _)

chosen(key, "In", values) if {
	some pool in open_pools
	values == {pool.labels[key]}
}

chosen(key, operator, values) if {
	may("labels", key)
	not shut(key, operator, values)
}

shut(key, "In", values) if {
	some pool in closed_pools
	pool.labels[key] in values
}

# Others than In take any value, or avoid some.
shut(key, operator, _) if {
	not operator in {"In", "NotIn", "DoesNotExist"}
	some pool in closed_pools
	pool.labels[key]
}

# A pool's taint is tolerated with its value: without one that of every pool with the key is.
agreed(toleration) if {
	some pool in open_pools
	pool.taint.key == toleration.key
	object.get(pool.taint, "value", "") == object.get(toleration, "value", "")
	object.get(toleration, "operator", "Equal") == "Equal"
}

agreed(toleration) if {
	may("tolerations", toleration.key)
	not fended(toleration)
}

fended(toleration) if {
	some pool in closed_pools
	pool.taint.key == toleration.key
	object.get(toleration, "operator", "Equal") == "Exists"
}

fended(toleration) if {
	some pool in closed_pools
	pool.taint.key == toleration.key
	object.get(pool.taint, "value", "") == object.get(toleration, "value", "")
}

# Kubernetes itself adds these to every pod.
harmless(toleration) if {
	toleration.key in {"node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"}
	toleration.effect == "NoExecute"
}

# The keys that a pod chooses its node by, each with its place, operator and values. By fields it names the node itself.
choices(spec) := union({selected, required, preferred}) if {
	selected := {[["nodeSelector", key], key, "In", {value}] | some key, value in spec.nodeSelector}
	required := {[array.concat(["affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms", i], at), key, operator, values] |
		some i, term in spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms
		some [at, key, operator, values] in expressions(term)
	}
	preferred := {[array.concat(["affinity", "nodeAffinity", "preferredDuringSchedulingIgnoredDuringExecution", i, "preference"], at), key, operator, values] |
		some i, choice in spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution
		some [at, key, operator, values] in expressions(choice.preference)
	}
}

expressions(term) := {[[list, i, "key"], object.get(expression, "key", ""), object.get(expression, "operator", ""), values] |
	some list in ["matchExpressions", "matchFields"]
	some i, expression in term[list]
	values := {value | some value in expression.values}
}
