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

# The labels that network policies and the tree of the tenant are told apart by. Pods have no
# environment: a label that differs there would be another pod, and so a release.
owned := [["app.kubernetes.io/managed-by", "tenantsmith"], ["tenantsmith.dev/tenant", input.ctx.tenant]]

placed := ["tenantsmith.dev/environment", input.ctx.environment]

classified := ["tenantsmith.dev/data-classification", input.ctx.spec.compliance.dataClassification]

deny contains finding if {
	labelled
	some label in array.concat(owned, [placed])
	finding := lacks(input.object, [], label)
}

deny contains finding if {
	input.object.kind == "Namespace"
	finding := lacks(input.object, [], classified)
}

deny contains finding if {
	some p in pods.all
	count(p.path) > 0
	some label in owned
	finding := lacks(p.pod, p.path, label)
}

labelled if input.object.kind in {"HTTPRoute", "Ingress", "Namespace", "PersistentVolumeClaim", "Service"}

labelled if {
	some p in pods.all
	is_object(p.spec)
}

lacks(of, path, [label, value]) := {
	"path": array.concat(path, ["metadata", "labels", label]),
	"message": sprintf("label %s is not %q%s", [label, value, said(of, label)]),
} if {
	not object.get(of, ["metadata", "labels", label], "") == value
}

said(of, label) := sprintf(" but %q", [given]) if {
	given := of.metadata.labels[label]
} else := ""
