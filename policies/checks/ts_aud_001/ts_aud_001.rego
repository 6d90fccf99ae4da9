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

demanded if holdings.sensitive

demanded if holdings.framework

logging := input.ctx.platform.spec.logging

deny contains finding if {
	some [path, key, value] in noted
	drops(key, value)
	finding := {
		"path": array.concat(path, [key]),
		"message": sprintf("%s: %v keeps logs from being collected", [key, value]),
	}
}

# What pods and their namespace tell collectors is [path, key, value]: annotations, and a label that
# Vector reads. The platform file has labels for namespaces; the rest is only ever brought.
noted contains [["metadata", "labels"], "vector.dev/exclude", value] if {
	input.object.kind == "Namespace"
	value := input.object.metadata.labels["vector.dev/exclude"]
}

# How collectors are told to leave logs out: Fluent Bit, Vector, Splunk, Datadog and Filebeat.
drops(key, value) if {
	regex.match(`^(fluentbit\.io/exclude([_-].*)?|vector\.dev/exclude|splunk\.com/exclude|ad\.datadoghq\.com/(.*\.)?(logs_)?exclude)$`, key)
	value in {"true", true}
}

of_tenant(field, message) := {"path": [], "field": field, "message": message}
