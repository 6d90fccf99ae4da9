# METADATA
# title: Restricted volume types
# custom:
#   id: TS-POD-016
#   severity: high
#   scope: object
#   waivable: true
#   brought: true
#   remedy: use emptyDir, claim or secret in spec.services.<name>.volumes
#   objects: [pods]
#   controls:
#     direct: [pss:restrictedVolumes]
#     supporting: [gdpr:32.1.b, iso:A.8.9, soc2:CC7.1, csf:PR.PS-01]
package checks.ts_pod_016

import data.lib.pods

allowed := {
	"configMap",
	"csi",
	"downwardAPI",
	"emptyDir",
	"ephemeral",
	"image",
	"persistentVolumeClaim",
	"projected",
	"secret",
}

# A volume that names no source is an emptyDir.
deny contains finding if {
	some p in pods.all
	some i, volume in p.spec.volumes
	sources := object.keys(volume) - {"name"}
	count(sources) > 0
	count(sources & allowed) == 0
	finding := {
		"path": array.concat(p.path, ["spec", "volumes", i]),
		"message": sprintf(
			"volume %q is a %s, which is no type that tenants may use",
			[sprintf("%v", [object.get(volume, "name", "")]), concat(" and ", sort(sources))],
		),
	}
}
