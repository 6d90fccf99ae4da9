# METADATA
# title: Secrets as files rather than env
# description: |
#   Environments end up in logs and reports of crashes, and a whole Secret in one brings keys that nobody asked
#   for. Single keys in env are what spec.services.<name>.env offers: they are findings where the tenant or the
#   platform demands CIS or NSA, which want files. Files are readable by no more than need them: by the group
#   where the pod has an fsGroup, and by everybody in the container otherwise, or no other user than root could.
# custom:
#   id: TS-SEC-005
#   severity: low
#   scope: object
#   waivable: true
#   remedy: mount the secret by spec.services.<name>.volumes and let the service read its files; in a volume of your own set defaultMode to 0440
#   objects: [pods]
#   controls:
#     direct: [cis:5.4.1]
#     supporting: [nsa:NET-09, iso:A.8.12, soc2:CC6.1]
package checks.ts_sec_005

import data.lib.pods

deny contains finding if {
	demanded
	some c in pods.containers
	some i, variable in c.spec.env
	reference := variable.valueFrom.secretKeyRef
	finding := pods.finding(c, ["env", i, "valueFrom", "secretKeyRef"], sprintf("has Secret %v in its environment, and not as a file", [object.get(reference, "name", "(no name)")]))
}

deny contains finding if {
	some files in modes
	bits.and(files.mode, excess(files.pod)) != 0
	finding := {
		"path": array.concat(files.pod.path, array.concat(["spec", "volumes"], files.steps)),
		"message": sprintf("files of a secret have mode %04o, which lets more of them than need it read or run them", [files.mode]),
	}
}

demanded if wants(input.ctx.spec.compliance.frameworks)

demanded if wants(input.ctx.platform.spec.frameworks)

wants(frameworks) if {
	some framework in frameworks
	framework in {"cis", "nsa"}
}

# Each mode that files of a secret get is {"pod", "steps", "mode"}; where none is given that is 0644.
modes contains {"pod": p, "steps": [i, "secret", "defaultMode"], "mode": object.get(volume.secret, "defaultMode", 420)} if {
	some p in pods.all
	some i, volume in p.spec.volumes
	volume.secret
}

# The bits of a mode that are too many: all but those of 0440, or of 0444 where nobody shares a group. Writing
# by the owner means nothing, for these volumes are read-only.
excess(p) := 95 if grouped(p)

excess(p) := 91 if not grouped(p)

grouped(p) if _ = p.spec.securityContext.fsGroup
