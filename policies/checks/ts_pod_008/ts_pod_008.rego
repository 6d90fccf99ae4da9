# METADATA
# title: Run as non-root
# custom:
#   id: TS-POD-008
#   severity: high
#   scope: object
#   waivable: true
#   remedy: set spec.services.<name>.securityContext.runAsNonRoot to true
#   objects: [pods]
#   controls:
#     direct: [pss:runAsNonRoot, cis:5.2.7, cis:5.6.3, nsa:POD-01, mtb:MTB-PL1-BC-CPI-4]
#     supporting: [iso:A.8.2, csf:PR.AA-05, iso:A.8.9, soc2:CC7.1, csf:PR.PS-01]
package checks.ts_pod_008

import data.lib.pods

deny contains finding if {
	some p in pods.all
	p.spec.securityContext.runAsNonRoot != true
	not pods.own_users(p)
	finding := {
		"path": array.concat(p.path, ["spec", "securityContext", "runAsNonRoot"]),
		"message": "pod may run as root",
	}
}

deny contains finding if {
	some c in pods.containers
	not c.spec.securityContext.runAsNonRoot == true
	not inherits(c)
	not pods.own_users(c.pod)
	finding := pods.finding(c, ["securityContext", "runAsNonRoot"], "may run as root")
}

# The pod speaks for containers that say nothing, and is blamed for them where it says no.
inherits(c) if {
	not says(c)
	_ = c.pod.spec.securityContext.runAsNonRoot
}

says(c) if _ = c.spec.securityContext.runAsNonRoot
