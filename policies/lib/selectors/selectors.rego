# METADATA
# title: Selectors of labels
# description: Says which labels a selector of the API chooses. An empty one chooses all.
package lib.selectors

matches(selector, labels) if {
	object.subset(labels, object.get(selector, "matchLabels", {}))
	count([expression | some expression in selector.matchExpressions; not holds(expression, labels)]) == 0
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
