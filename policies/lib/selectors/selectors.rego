# METADATA
# title: Selectors of labels
# description: Says which labels a selector of the API chooses. An empty one chooses all.
package lib.selectors

matches(selector, labels) if {
	every key, wanted in object.get(selector, "matchLabels", {}) { labels[key] == wanted }
	every expression in object.get(selector, "matchExpressions", []) { holds(expression, labels) }
}

holds(expression, labels) if {
	expression.operator == "In"
	labels[expression.key] in expression.values
}

holds(expression, labels) if {
	expression.operator == "NotIn"
	named := object.get(labels, expression.key, null)
	every value in expression.values { value != named }
}

holds(expression, labels) if {
	expression.operator == "Exists"
	_ = labels[expression.key]
}

holds(expression, labels) if {
	expression.operator == "DoesNotExist"
	object.get(labels, expression.key, null) == null
}
