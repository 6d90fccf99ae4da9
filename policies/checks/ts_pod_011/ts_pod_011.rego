# METADATA
# title: AppArmor not disabled
# custom:
#   id: TS-POD-011
#   severity: medium
#   scope: object
#   waivable: true
#   remedy: remove the AppArmor profile, or set it to RuntimeDefault, in the patch or object of your own
#   objects: [pods]
#   controls:
#     direct: [pss:appArmorProfile, nsa:POD-04e]
#     supporting: [cis:5.6.3, iso:A.8.9, soc2:CC7.1, csf:PR.PS-01]
package checks.ts_pod_011

import data.lib.pods

deny contains finding if {
	some s in pods.contexts
	profile := s.context.appArmorProfile
	not safe(profile)
	finding := pods.context_finding(
		s, ["appArmorProfile", "type"],
		sprintf("sets the AppArmor profile %v", [object.get(profile, "type", "without a type")]),
	)
}

deny contains finding if {
	some p in pods.all
	some key, profile in p.pod.metadata.annotations
	startswith(key, "container.apparmor.security.beta.kubernetes.io/")
	not allowed(profile)
	finding := {
		"path": array.concat(p.path, ["metadata", "annotations", key]),
		"message": sprintf("pod sets the AppArmor profile %v", [profile]),
	}
}

safe(profile) if profile.type in {"RuntimeDefault", "Localhost"}

allowed(profile) if profile in {"", "runtime/default"}

allowed(profile) if startswith(profile, "localhost/")
