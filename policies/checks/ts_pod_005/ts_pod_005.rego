# METADATA
# title: No capability beyond the baseline set
# custom:
#   id: TS-POD-005
#   severity: high
#   scope: object
#   waivable: true
#   remedy: leave only capabilities of the baseline set in spec.services.<name>.securityContext.addCapabilities
#   objects: [pods]
#   controls:
#     direct: [pss:capabilities_baseline, cis:5.2.8, mtb:MTB-PL1-BC-CPI-3]
#     supporting: [nsa:POD-04a, iso:A.8.2, iso:A.8.9, soc2:CC7.1, csf:PR.PS-01]
package checks.ts_pod_005

import data.lib.pods

baseline := {
	"AUDIT_WRITE",
	"CHOWN",
	"DAC_OVERRIDE",
	"FOWNER",
	"FSETID",
	"KILL",
	"MKNOD",
	"NET_BIND_SERVICE",
	"SETFCAP",
	"SETGID",
	"SETPCAP",
	"SETUID",
	"SYS_CHROOT",
}

deny contains finding if {
	some c in pods.containers
	some i, capability in c.spec.securityContext.capabilities.add
	not capability in baseline
	finding := pods.finding(
		c, ["securityContext", "capabilities", "add", i],
		sprintf("adds the capability %v, which the baseline set lacks", [capability]),
	)
}

# A lone text is no list, but must not pass for one that is empty.
deny contains finding if {
	some c in pods.containers
	is_string(c.spec.securityContext.capabilities.add)
	finding := pods.finding(c, ["securityContext", "capabilities", "add"], "adds capabilities as a text instead of a list")
}
