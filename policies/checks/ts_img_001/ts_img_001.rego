# METADATA
# title: Allowed registries
# custom:
#   id: TS-IMG-001
#   severity: high
#   scope: object
#   waivable: false
#   remedy: set spec.services.<name>.image to one of a registry that the platform allows; only the platform team can add one, by platform spec.registries
#   objects: [pods]
#   needs: [platform.spec.registries]
#   controls:
#     direct: [nsa:POD-03, iso:A.8.19, soc2:CC6.8, csf:PR.PS-05]
#     supporting: [cis:5.5.1, iso:A.5.21, iso:A.8.7, csf:ID.RA-09, csf:GV.SC-07]
package checks.ts_img_001

import data.lib.images
import data.lib.pods

deny contains pods.finding(user, [field], sprintf("runs %v, which %s", [text, fault(text)])) if {
	some [user, field, _, text] in images.uses
	not admitted(text)
}

admitted(text) if {
	some listed in input.ctx.platform.spec.registries
	images.within(text, listed)
}

# What the platform itself runs beside the services is its own choice.
admitted(text) if text == input.ctx.platform.spec.images.smoke

fault(text) := sprintf("comes from %s/%s, which no allowed registry holds", [host, path]) if {
	[host, path, _, _] := images.parts(text)
} else := "is no name of an image"
