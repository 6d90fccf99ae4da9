# METADATA
# title: Roles
# description: Reads the rules of roles the way the API server does.
package lib.rbac

# Each rule is {"index", "verbs", "resources", "groups"}; the lists are sets.
rules contains {
	"index": i,
	"verbs": values(rule, "verbs"),
	"resources": values(rule, "resources"),
	"groups": values(rule, "apiGroups"),
} if {
	input.object.kind in {"Role", "ClusterRole"}
	some i, rule in input.object.rules
}

# The rules as one text. Roles are long and few are suspicious: a look at the text spares the look at
# each verb.
text := sprintf("%v", [input.object.rules]) if input.object.kind in {"Role", "ClusterRole"}

bindings := input.object if input.object.kind in {"RoleBinding", "ClusterRoleBinding"}

# A lone text counts as a list of one: a rule must not pass because nothing could be read.
values(rule, key) := {v | some v in list} if {
	list := object.get(rule, key, [])
	not is_string(list)
}

values(rule, key) := {text} if {
	text := rule[key]
	is_string(text)
}
