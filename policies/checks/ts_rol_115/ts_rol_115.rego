# METADATA
# title: Services of a Rollout carry no selector
# custom:
#   id: TS-ROL-115
#   severity: medium
#   scope: set
#   waivable: true
#   brought: true
#   remedy: remove the selector of the Service from the patch or object of your own; the controller writes it
#   objects: [Rollout]
#   controls:
#     supporting: [iso:A.8.32, soc2:CC8.1, soc2:A1.2, csf:PR.PS-01]
package checks.ts_rol_115

import data.lib.releases

# The selector of a Service is applied as one. Whoever applies it on the server side drops the hash
# that the controller added, and until it is back the Service sends requests to both versions.
deny contains finding if {
	some named in releases.services
	some i in releases.by_key.Service[named.key]
	some _, _ in input.objects[i].spec.selector
	finding := {
		"object": i,
		"path": ["spec", "selector"],
		"message": sprintf("Rollout %v writes the selector of this Service, and each apply would take it back and mix both versions", [
			object.get(input.objects[named.index], ["metadata", "name"], ""),
		]),
	}
}
