# METADATA
# title: Seccomp profile set
# custom:
#   id: TS-POD-010
#   severity: medium
#   scope: object
#   waivable: true
#   brought: true
#   remedy: set seccompProfile.type to RuntimeDefault in the patch or object of your own, or remove what changes it there; what tenantsmith renders has it
#   objects: [pods]
#   controls:
#     direct: [pss:seccompProfile_baseline, pss:seccompProfile_restricted, cis:5.6.2, cis:5.6.3, nsa:POD-04e]
#     supporting: [iso:A.8.9, soc2:CC7.1, csf:PR.PS-01]
package checks.ts_pod_010

import data.lib.pods

# A profile that is set is a known one, on Windows as well: only what the restricted standard adds is
# waived there.
deny contains finding if {
	pods.minor >= 19
	some s in pods.contexts
	profile := s.context.seccompProfile
	not profile.type == "RuntimeDefault"
	not profile.type == "Localhost"
	finding := pods.context_finding(
		s, ["seccompProfile", "type"],
		sprintf("sets the seccomp profile %v, which is neither RuntimeDefault nor Localhost", [object.get(profile, "type", "without a type")]),
	)
}

# A profile is set.
deny contains finding if {
	pods.minor >= 19
	some c in pods.containers
	not c.spec.securityContext.seccompProfile
	not inherits(c)
	not pods.windows(c.pod)
	finding := pods.finding(c, ["securityContext", "seccompProfile"], "has no seccomp profile, neither its own nor the pod's; the restricted standard demands one")
}

# Clusters before 1.19 read annotations.
deny contains finding if {
	pods.minor < 19
	some p in pods.all
	some key, profile in p.pod.metadata.annotations
	key in annotations(p)
	not profile in {"runtime/default", "docker/default"}
	not startswith(profile, "localhost/")
	finding := {
		"path": array.concat(p.path, ["metadata", "annotations", key]),
		"message": sprintf("pod sets the seccomp profile %v", [profile]),
	}
}

annotations(p) := {"seccomp.security.alpha.kubernetes.io/pod"} | {key |
	some c in pods.containers
	c.pod == p
	key := concat("", ["container.seccomp.security.alpha.kubernetes.io/", object.get(c.spec, "name", "")])
}

inherits(c) if c.pod.spec.securityContext.seccompProfile.type in {"RuntimeDefault", "Localhost"}
