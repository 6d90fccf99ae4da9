# METADATA
# title: Images pinned by digest
# custom:
#   id: TS-IMG-002
#   severity: medium
#   scope: object
#   waivable: true
#   remedy: add the digest to spec.services.<name>.image, as in name:tag@sha256:… with 64 digits; that of smoke tests is platform spec.images.smoke
#   objects: [pods]
#   controls:
#     supporting: [nsa:POD-03, cis:5.5.1, iso:A.8.32, iso:A.8.19, soc2:CC8.1, soc2:CC6.8, csf:PR.PS-02, csf:ID.RA-09]
package checks.ts_img_002

import data.lib.images
import data.lib.pods

deny contains pods.finding(user, [field], sprintf("runs %v, which may be another image tomorrow: it has no digest", [text])) if {
	input.ctx.protected
	some [user, field, _, text] in images.uses
	not images.pinned(text)
}
