# METADATA
# title: No hostPath volume
# custom:
#   id: TS-POD-003
#   severity: critical
#   scope: object
#   waivable: false
#   remedy: use another kind of volume in spec.services.<name>.volumes, such as emptyDir or claim
#   objects: [pods]
#   controls:
#     direct: [pss:hostPathVolumes, cis:5.2.11, nsa:POD-04c, mtb:MTB-PL1-BC-HI-1#hostpath]
#     supporting: [csf:PR.DS-01, gdpr:32.1.b, iso:A.8.9, soc2:CC7.1, csf:PR.PS-01]
package checks.ts_pod_003

import data.lib.pods

deny contains finding if {
	some p in pods.all
	some i, volume in p.spec.volumes
	_ = volume.hostPath
	finding := {
		"path": array.concat(p.path, ["spec", "volumes", i, "hostPath"]),
		"message": sprintf("volume %q is a directory of the node", [sprintf("%v", [object.get(volume, "name", "")])]),
	}
}
