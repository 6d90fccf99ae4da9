# METADATA
# title: No host namespaces
# custom:
#   id: TS-POD-002
#   severity: critical
#   scope: object
#   waivable: false
#   remedy: remove the field; only the platform team can run a pod that needs the node, outside of tenants
#   objects: [pods]
#   controls:
#     direct: [pss:hostNamespaces, cis:5.2.3, cis:5.2.4, cis:5.2.5, nsa:POD-04b, mtb:MTB-PL1-BC-HI-3, mtb:MTB-PL1-BC-HI-4, mtb:MTB-PL1-BC-HI-5]
#     supporting: [iso:A.8.22, csf:PR.IR-01, gdpr:32.1.b, iso:A.8.9, soc2:CC7.1, csf:PR.PS-01]
package checks.ts_pod_002

import data.lib.pods

deny contains shared(p, "hostNetwork") if {
	some p in pods.all
	p.spec.hostNetwork != false
}

deny contains shared(p, "hostPID") if {
	some p in pods.all
	p.spec.hostPID != false
}

deny contains shared(p, "hostIPC") if {
	some p in pods.all
	p.spec.hostIPC != false
}

shared(p, field) := {
	"path": array.concat(p.path, ["spec", field]),
	"message": sprintf("pod shares a namespace of the node by %s", [field]),
}
