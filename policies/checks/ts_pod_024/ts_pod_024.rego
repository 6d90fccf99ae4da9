# METADATA
# title: No root group
# custom:
#   id: TS-POD-024
#   severity: low
#   scope: object
#   waivable: true
#   remedy: set spec.services.<name>.securityContext.runAsGroup and spec.services.<name>.securityContext.fsGroup above 0, or leave them out
#   objects: [pods]
#   controls:
#     supporting: [nsa:POD-01, iso:A.8.9, csf:PR.PS-01]
package checks.ts_pod_024

import data.lib.pods

deny contains finding if {
	some s in pods.contexts
	some [field, words] in [["runAsGroup", "runs in"], ["fsGroup", "shares its volumes with"]]
	s.context[field] == 0
	finding := pods.context_finding(s, [field], sprintf("%s the group of root", [words]))
}

deny contains finding if {
	some s in pods.contexts
	some i, group in s.context.supplementalGroups
	group == 0
	finding := pods.context_finding(s, ["supplementalGroups", i], "is in the group of root")
}
