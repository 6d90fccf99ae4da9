# METADATA
# title: Ownership and classification labels
# custom:
#   id: TS-GEN-005
#   severity: medium
#   scope: object
#   waivable: true
#   needs_tenant: true
#   brought: true
#   remedy: set the labels in the patch or object of your own; what tenantsmith renders has those of metadata.name and spec.compliance.dataClassification
#   objects: [pods, Namespace, PersistentVolumeClaim, Service, Ingress, HTTPRoute]
#   controls:
#     direct: [iso:A.5.13]
#     supporting: [iso:A.5.9, iso:A.5.12, soc2:CC6.1, soc2:C1.1, csf:ID.AM-02, csf:ID.AM-05, csf:ID.AM-07, gdpr:30.1]
package checks.ts_gen_005

import data.lib.pods

# Network policies select by it, and people tell by it whose an object is; what made it, managed-by, is nothing
# that an object of another origin could say. Pods have no environment: a label that differs there would be another
# pod, and so a release.
owned := [["tenantsmith.dev/tenant", input.ctx.tenant]]

placed := ["tenantsmith.dev/environment", input.ctx.environment]

classified := ["tenantsmith.dev/data-classification", input.ctx.spec.compliance.dataClassification]

deny contains finding if {
	labelled
	finding := lacks(input.object, [], array.concat(owned, [placed]))
}

deny contains finding if {
	input.object.kind == "Namespace"
	finding := lacks(input.object, [], [classified])
}

deny contains finding if {
	some p in pods.all
	count(p.path) > 0
	finding := lacks(p.pod, p.path, own(p.pod))
}

# The pods of a step before a release have the name of a service and not the tenant's label, or the
# service's own selectors would find them.
own(pod) := [] if {
	pod.metadata.labels["tenantsmith.dev/step"]
} else := owned

labelled if input.object.kind in {"HTTPRoute", "Ingress", "Namespace", "PersistentVolumeClaim", "Service"}

labelled if {
	some p in pods.all
	is_object(p.spec)
}

lacks(holder, path, labels) := {
	"path": array.concat(path, ["metadata", "labels"]),
	"message": sprintf("labels lack %s", [concat(" and ", missing)]),
} if {
	given := object.get(holder, ["metadata", "labels"], {})
	missing := [sprintf("%s: %s", [label, value]) |
		some [label, value] in labels
		not given[label] == value
	]
	count(missing) > 0
}
