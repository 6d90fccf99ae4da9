# METADATA
# title: Audit and log trail configured
# description: |
#   Logs stay in the regions where data may be, and where data is sensitive or a framework has to be held,
#   for a year. Nobody may take pods out of their collection, and a policy of the API server has to record
#   who touches Secrets, roles, releases and the insides of pods. A platform that says nothing of logs is a
#   finding where a framework has to be held, other than benchmarks of clusters and pods; elsewhere nobody
#   asked for proof, and no tenant can mend it.
# custom:
#   id: TS-AUD-001
#   severity: high
#   scope: [object, set]
#   waivable: true
#   remedy: remove what drops logs from the patch or object of your own, and set spec.monitoring.logLevel; only the platform team can say where logs go, by platform spec.logging
#   objects: [pods, Namespace, Policy, tenant]
#   controls:
#     direct: [iso:A.8.15, soc2:CC7.2, csf:PR.PS-04]
#     supporting: [nsa:LOG-01, nsa:LOG-02, iso:A.5.28, iso:A.5.33, soc2:CC7.1, csf:DE.CM-03, gdpr:5.2, gdpr:32.1.d, gdpr:33.1]
package checks.ts_aud_001

import data.lib.dates
import data.lib.holdings
import data.lib.pods

deny contains of_tenant(["spec", "compliance"], "platform file does not say where logs are kept") if {
	_ = input.facts
	holdings.framework
	not logging
}

deny contains of_tenant(["spec", "compliance"], message) if {
	_ = input.facts
	demanded
	kept := dates.hours(logging.retention)
	kept < 365 * 24
	message := sprintf("platform keeps logs for %v, and an audit looks a year back", [logging.retention])
}

deny contains of_tenant(["spec", "compliance", "residency"], message) if {
	_ = input.facts
	_ = holdings.compliance.residency
	region := object.get(logging, "region", "a region that the platform file does not name")
	not holdings.allowed(region)
	message := sprintf("logs are kept in %s, and data may only be in %s", [region, holdings.regions])
}

deny contains of_tenant(["spec", "monitoring", "logLevel"], "debug logs of a protected environment may hold the sensitive data itself") if {
	_ = input.facts
	holdings.sensitive
	input.ctx.protected
	input.ctx.spec.monitoring.logLevel == "debug"
}

deny contains finding if {
	some [path, key, value] in noted
	drops(key, value)
	finding := {
		"path": array.concat(path, [key]),
		"message": sprintf("%s: %v keeps logs from being collected", [key, value]),
	}
}

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

demanded if holdings.sensitive

demanded if holdings.framework

logging := input.ctx.platform.spec.logging

# What pods and their namespace tell collectors is [path, key, value]: annotations, and a label that
# Vector reads.
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

noted contains [["metadata", "labels"], "vector.dev/exclude", value] if {
	input.object.kind == "Namespace"
	value := input.object.metadata.labels["vector.dev/exclude"]
}

# How collectors are told to leave logs out: Fluent Bit, Vector, Splunk, Datadog and Filebeat.
drops(key, value) if {
	regex.match(`^(fluentbit\.io/exclude([_-].*)?|vector\.dev/exclude|splunk\.com/exclude|ad\.datadoghq\.com/(.*\.)?(logs_)?exclude)$`, key)
	value in {"true", true}
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

of_tenant(field, message) := {"path": [], "field": field, "message": message}
