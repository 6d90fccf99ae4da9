# METADATA
# title: SELinux options restricted
# custom:
#   id: TS-POD-012
#   severity: medium
#   scope: object
#   waivable: true
#   remedy: remove seLinuxOptions from the patch or object of your own
#   objects: [pods]
#   controls:
#     direct: [pss:seLinuxOptions, nsa:POD-04e]
#     supporting: [cis:5.6.3, iso:A.8.9, soc2:CC7.1, csf:PR.PS-01]
package checks.ts_pod_012

import data.lib.pods

types := {"", "container_t", "container_init_t", "container_kvm_t"}

deny contains finding if {
	some s in pods.contexts
	type := s.context.seLinuxOptions.type
	not allowed(type)
	finding := pods.context_finding(s, ["seLinuxOptions", "type"], sprintf("sets the SELinux type %v", [type]))
}

deny contains finding if {
	some s in pods.contexts
	options := s.context.seLinuxOptions
	some field in ["user", "role"]
	options[field] != ""
	finding := pods.context_finding(s, ["seLinuxOptions", field], sprintf("sets the SELinux %s", [field]))
}

allowed(type) if type in types

allowed("container_engine_t") if pods.minor >= 31
