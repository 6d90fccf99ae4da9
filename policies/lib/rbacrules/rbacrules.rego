# METADATA
# title: What roles grant
# description: |
#   Matches the rules of a role with powers, as the API server does: a rule grants what its verbs, API
#   groups and resources all cover. A power is {"verbs", "groups", "resources"}, each a set.
package lib.rbacrules

import data.lib.rbac

# The rules of the Role at hand that grant some of these powers: {"index", "rule", "grants"}, where
# grants is a text such as "create, get of pods/exec".
granting(powers) := {{"index": i, "rule": rule, "grants": text} |
	some i, rule in input.object.rules
	text := grants(rule, powers)
}

# What a rule grants of powers, as text; undefined where that is nothing.
grants(rule, powers) := concat("; ", sort(texts)) if {
	texts := {text | some power in powers; text := granted(rule, power)}
	count(texts) > 0
}

granted(rule, power) := sprintf("%s of %s", [concat(", ", sort(verbs)), concat(", ", sort(resources))]) if {
	count(rbac.values(rule, "apiGroups") & (power.groups | {"*"})) > 0
	verbs := rbac.values(rule, "verbs") & (power.verbs | {"*"})
	count(verbs) > 0
	named := rbac.values(rule, "resources")
	resources := {resource | some resource in power.resources; some name in named; covers(name, resource)}
	count(resources) > 0
}

# Whether a name in a rule covers a resource. */exec covers pods/exec; pods/* and */* cover nothing for
# the API server and say what their author wants.
covers("*", _)

covers(resource, resource)

covers(name, resource) if {
	[main, sub] := split(resource, "/")
	name in {sprintf("*/%s", [sub]), sprintf("%s/*", [main]), "*/*"}
}

# The verbs by which somebody changes something.
writing := {"create", "update", "patch", "delete", "deletecollection"}

# Whether the Role at hand may change anything: most may not, and need no look at each rule.
changes if regex.match(`"(\*|create|update|patch|delete|deletecollection)"`, rbac.text)

# The Roles and ClusterRoles of the set that people hold, each as {"index", "object"}.
held_by_people contains entry if {
	some kind in ["Role", "ClusterRole"]
	some entry in input.kinds[kind]
	[kind, namespace(kind, entry.object), entry.object.metadata.name] in bound_to_people
}

bound_to_people contains [role.kind, namespace(role.kind, entry.object), role.name] if {
	some kind in ["RoleBinding", "ClusterRoleBinding"]
	some entry in input.kinds[kind]
	some subject in entry.object.subjects
	person(subject)
	role := entry.object.roleRef
}

# ClusterRoles are in no namespace.
namespace("ClusterRole", _) := ""

namespace("Role", o) := object.get(o, ["metadata", "namespace"], "")

# A User or Group that does not stand for ServiceAccounts.
person(subject) if {
	subject.kind in {"User", "Group"}
	not startswith(object.get(subject, "name", ""), "system:serviceaccount")
}
