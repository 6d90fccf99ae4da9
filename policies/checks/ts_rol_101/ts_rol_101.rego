# METADATA
# title: Rollout is one that the controller accepts
# custom:
#   id: TS-ROL-101
#   severity: high
#   scope: object
#   waivable: false
#   brought: true
#   remedy: let tenantsmith render the Rollout from spec.services.<name>.release, or mend the field in the patch or object of your own
#   objects: [Rollout]
#   controls:
#     supporting: [iso:A.8.32, soc2:CC8.1, csf:PR.PS-01]
package checks.ts_rol_101

import data.lib.rollouts

deny contains finding if {
	rollouts.rollout
	given := [name | some name in ["blueGreen", "canary"]; is_object(rollouts.rollout.spec.strategy[name])]
	count(given) != 1
	finding := {
		"path": ["spec", "strategy"],
		"message": "rollout needs exactly one of canary and blueGreen as its strategy",
	}
}

deny contains finding if {
	rollouts.rollout
	not sound_fields
	some finding in odd_fields
}

deny contains {"path": array.concat(path, [name]), "message": message} if {
	some path in paths
	some name, value in object.get(rollouts.rollout, path, {})
	is_number(value)
	not rollouts.natural(value)
	message := sprintf("%v must be a whole number, 0 or more, not %v", [name, value])
}

deny contains finding if {
	deadline := object.get(rollouts.spec, "progressDeadlineSeconds", 600)
	ready := object.get(rollouts.spec, "minReadySeconds", 0)
	is_number(deadline)
	is_number(ready)
	deadline <= ready
	finding := {
		"path": ["spec", "progressDeadlineSeconds"],
		"message": sprintf("progressDeadlineSeconds (%v) must be more than minReadySeconds (%v)", [deadline, ready]),
	}
}

deny contains finding if {
	rollouts.rollout
	not rollouts.spec.workloadRef
	count(object.keys(terms)) == 0
	finding := {
		"path": ["spec", "selector"],
		"message": "rollout selects no pods: the selector is missing or empty",
	}
}

deny contains finding if {
	some key, value in rollouts.spec.selector.matchLabels
	template := rollouts.spec.template
	not template.metadata.labels[key] == value
	finding := {
		"path": ["spec", "selector", "matchLabels", key],
		"message": sprintf("selector wants label %s=%v, which the pod template does not have", [key, value]),
	}
}

deny contains {"path": ["spec", "selector", "matchLabels", key], "message": message} if {
	some key, value in rollouts.spec.selector.matchLabels
	not label_value(value)
	message := sprintf("%q is no label value: at most 63 letters, digits, dashes, dots and underscores", [sprintf("%v", [value])])
}

deny contains finding if {
	some i, expression in rollouts.spec.selector.matchExpressions
	fault := expression_fault(expression)
	finding := {
		"path": ["spec", "selector", "matchExpressions", i],
		"message": sprintf("expression of the selector %s", [fault]),
	}
}

deny contains finding if {
	rollouts.template
	not rollouts.sound_template
	some fault in rollouts.template_faults
	finding := fault
}

deny contains finding if {
	some strategy in ["canary", "blueGreen"]
	affinity := rollouts.spec.strategy[strategy].antiAffinity
	fault := affinity_fault(affinity)
	finding := {
		"path": ["spec", "strategy", strategy, "antiAffinity"],
		"message": fault,
	}
}

# What selects pods, by its field.
terms := {field: part |
	some field in ["matchLabels", "matchExpressions"]
	part := rollouts.spec.selector[field]
	some _ in part
}

# Most Rollouts have known fields only, which is seen part by part; only in others each is looked at.
sound_fields if {
	count({[name, type_name(value)] | some name, value in rollouts.rollout.spec} - spec_fields) == 0
	count({[name, type_name(value)] | some name, value in rollouts.rollout.spec.strategy} - strategy_fields) == 0
	count({[name, type_name(value)] |
		some strategy in rollouts.rollout.spec.strategy
		some name, value in strategy
	} - details) == 0
}

odd_fields contains {"path": array.concat(path, [name]), "message": message} if {
	some path in paths
	known := fields_at[path[count(path) - 1]]
	some name, value in object.get(rollouts.rollout, path, {})
	not [name, type_name(value)] in known
	message := type_fault(name, type_name(value), {wanted | some [same, wanted] in known; same == name})
}

paths := [["spec"], ["spec", "strategy"], ["spec", "strategy", "canary"], ["spec", "strategy", "blueGreen"]]

# Each by itself: names that are keys of an object here tell the engine nothing more, see gate.go.
fields_at["spec"] := spec_fields

fields_at["strategy"] := strategy_fields

fields_at["canary"] := details

fields_at["blueGreen"] := details

type_fault(name, type, wanted) := sprintf("%v must be %s, not %s", [name, concat(" or ", sort(wanted)), type]) if {
	count(wanted) > 0
} else := sprintf("a rollout has no field %v there, and the API server drops it", [name])

# Fields with their types. Those of both strategies are one set: TS-ROL-102 and 103 tell them apart.
spec_fields := {
	["analysis", "object"], ["minReadySeconds", "number"], ["paused", "boolean"], ["progressDeadlineAbort", "boolean"],
	["progressDeadlineSeconds", "number"], ["replicas", "number"], ["restartAt", "string"], ["revisionHistoryLimit", "number"],
	["rollbackWindow", "object"], ["selector", "object"], ["strategy", "object"], ["template", "object"],
	["workloadRef", "object"],
}

strategy_fields := {["blueGreen", "object"], ["canary", "object"]}

details := {
	["abortScaleDownDelaySeconds", "number"], ["activeMetadata", "object"], ["activeService", "string"], ["analysis", "object"],
	["antiAffinity", "object"], ["autoPromotionEnabled", "boolean"], ["autoPromotionSeconds", "number"],
	["canaryMetadata", "object"], ["canaryService", "string"], ["dynamicStableScale", "boolean"], ["maxSurge", "number"],
	["maxSurge", "string"], ["maxUnavailable", "number"], ["maxUnavailable", "string"], ["minPodsPerReplicaSet", "number"],
	["pingPong", "object"], ["postPromotionAnalysis", "object"], ["prePromotionAnalysis", "object"],
	["previewMetadata", "object"], ["previewReplicaCount", "number"], ["previewService", "string"],
	["replicaProgressThreshold", "object"], ["scaleDownDelayRevisionLimit", "number"], ["scaleDownDelaySeconds", "number"],
	["stableMetadata", "object"], ["stableService", "string"], ["steps", "array"], ["trafficRouting", "object"],
}

# Whether the labels of the template meet an expression, the way selectors are read.
expression_fault(expression) := sprintf("has the operator %v, which is none", [operator]) if {
	operator := rollouts.get(expression, "operator")
	not operator in {"In", "NotIn", "Exists", "DoesNotExist"}
} else := "names no values" if {
	expression.operator in {"In", "NotIn"}
	count([v | some v in expression.values]) == 0
} else := sprintf("on %v does not hold for the pod template", [key]) if {
	rollouts.spec.template
	key := rollouts.get(expression, "key")
	expression.operator in {"In", "Exists"}
	operator := expression.operator
	not holds(operator, key, expression)
} else := sprintf("on %v does not hold for the pod template", [expression.key]) if {
	some positive in [["NotIn", "In"], ["DoesNotExist", "Exists"]]
	expression.operator == positive[0]
	holds(positive[1], expression.key, expression)
}

holds("In", key, expression) if rollouts.spec.template.metadata.labels[key] in expression.values

holds("Exists", key, _) if rollouts.spec.template.metadata.labels[key]

label_value(value) if {
	is_string(value)
	regex.match(`^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$`, value)
}

affinity_fault(affinity) := "antiAffinity needs exactly one of its two kinds" if {
	count({kind | some kind in affinity_kinds; affinity[kind]}) != 1
} else := "weight of a preferred antiAffinity must be from 1 to 100" if {
	preferred := affinity.preferredDuringSchedulingIgnoredDuringExecution
	weight := rollouts.get(preferred, "weight")
	not percent(weight)
}

percent(weight) if {
	rollouts.natural(weight)
	weight > 0
	weight < 101
}

affinity_kinds := {"preferredDuringSchedulingIgnoredDuringExecution", "requiredDuringSchedulingIgnoredDuringExecution"}
