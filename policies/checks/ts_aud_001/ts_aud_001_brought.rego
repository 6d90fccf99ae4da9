# Pods and namespaces that tenantsmith renders leave their logs alone, and it renders no policy of audits.
package checks.ts_aud_001

import data.lib.pods

deny contains finding if {
	some [group, resource] in watched
	policy
	some [i, message] in swallowed(group, resource)
	finding := {
		"path": ["rules", i],
		"message": message,
	}
}

deny contains {"path": ["rules"], "message": sprintf("audit policy does not record who touches %s", [concat("/", [part | some part in [group, resource]; part != ""])])} if {
	some [group, resource] in watched
	policy
	count(swallowed(group, resource)) == 0
	not recorded(group, resource)
}

noted contains [array.concat(p.path, ["metadata", "annotations"]), key, value] if {
	some p in pods.all
	some key, value in p.pod.metadata.annotations
}

noted contains [array.concat(p.path, ["metadata", "labels"]), "vector.dev/exclude", value] if {
	some p in pods.all
	value := p.pod.metadata.labels["vector.dev/exclude"]
}

noted contains [["metadata", "annotations"], key, value] if {
	input.object.kind == "Namespace"
	some key, value in input.object.metadata.annotations
}

drops(key, value) if {
	regex.match(`^co\.elastic\.logs(\.[^/]*)?/enabled$`, key)
	value in {"false", false}
}

drops("vector.dev/exclude-containers", value) if value != ""

policy if {
	input.object.kind == "Policy"
	startswith(input.object.apiVersion, "audit.k8s.io/")
}

watched := [["", "secrets"], ["rbac.authorization.k8s.io", "roles"], ["rbac.authorization.k8s.io", "rolebindings"], ["", "pods/exec"], ["argoproj.io", "rollouts"]]

# The first rule that holds for a request decides. One that is for some users or verbs only leaves the
# others to later rules.
recorded(group, resource) if {
	some rule in input.object.rules
	rule.level in {"Metadata", "Request", "RequestResponse"}
	covers(rule, group, resource)
	whole(rule)
}

swallowed(group, resource) := [[i, message] |
	some i, rule in input.object.rules
	rule.level == "None"
	covers(rule, group, resource)
	count(object.get(rule, "users", [])) == 0
	count(object.get(rule, "userGroups", [])) == 0
	concerns(rule)
	earlier := [j | some j, other in input.object.rules; j < i; other.level != "None"; covers(other, group, resource); whole(other)]
	count(earlier) == 0
	message := sprintf("rule %v of the audit policy drops requests for %s", [i, resource])
]

whole(rule) if {
	every field in ["users", "userGroups", "verbs", "namespaces", "omitStages"] { count(object.get(rule, field, [])) == 0 }
}

concerns(rule) if count(object.get(rule, "namespaces", [])) == 0

concerns(rule) if {
	some namespace in rule.namespaces
	namespace in input.ctx.namespaces
}

covers(rule, _, _) if {
	count(object.get(rule, "resources", [])) == 0
	count(object.get(rule, "nonResourceURLs", [])) == 0
}

covers(rule, group, resource) if {
	some r in rule.resources
	object.get(r, "group", "") == group
	count(object.get(r, "resourceNames", [])) == 0
	named(object.get(r, "resources", []), resource)
}

named(names, _) if count(names) == 0

named(names, resource) if {
	some name in {"*", resource}
	name in names
}

named(names, resource) if {
	[kind, part] := split(resource, "/")
	some name in {concat("/", [kind, "*"]), concat("/", ["*", part])}
	name in names
}
