# METADATA
# title: Signature verification is switched on
# description: The signature itself is for the cluster to check; here nothing is fetched.
# custom:
#   id: TS-IMG-004
#   severity: medium
#   scope: object
#   waivable: true
#   remedy: only the platform team can name the labels of namespaces and who signs which images, by platform spec.images.verification
#   objects: [pods, Namespace]
#   needs: [platform.spec.images.verification]
#   controls:
#     direct: [cis:5.5.1, csf:ID.RA-09]
#     supporting: [nsa:POD-03, iso:A.5.21, iso:A.8.19, soc2:CC6.8, csf:PR.PS-05, csf:GV.SC-07]
package checks.ts_img_004

import data.lib.images
import data.lib.pods

deny contains finding if {
	input.object.kind == "Namespace"
	some label, value in input.ctx.platform.spec.images.verification.labels
	not object.get(input.object, ["metadata", "labels", label], "") == value
	finding := {
		"path": ["metadata", "labels", label],
		"message": sprintf("namespace takes no part in the verification of images: label %s is not %q", [label, value]),
	}
}

deny contains pods.finding(user, [field], sprintf("runs %v, for which nobody's signature is demanded", [text])) if {
	some [user, field, _, text] in images.uses
	not signed(text)
}

signed(text) if {
	some entry in input.ctx.platform.spec.images.verification.signed
	images.within(text, entry.images)
	by_somebody(entry)
}

by_somebody(entry) if entry.key

by_somebody(entry) if {
	entry.identity
	entry.issuer
}
