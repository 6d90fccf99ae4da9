# METADATA
# title: No floating tag, right pull policy
# custom:
#   id: TS-IMG-003
#   severity: medium
#   scope: object
#   waivable: true
#   remedy: name a version or a digest in spec.services.<name>.image; in the patch or object of your own set imagePullPolicy to Always, or add the digest
#   objects: [pods]
#   controls:
#     direct: [mtb:MTB-PL1-CC-DI-1]
#     supporting: [iso:A.8.32, soc2:CC8.1, csf:PR.PS-02]
package checks.ts_img_003

import data.lib.images
import data.lib.pods

deny contains pods.finding(user, [field], sprintf("runs %v, %s", [text, fault(tag)])) if {
	some [user, field, _, text] in images.uses
	not regex.match(`:v?[0-9][-A-Za-z0-9_.]*$`, text) # a version, as most have
	not images.pinned(text)
	tag := images.tag(text)
	lower(tag) in {"", "latest", "stable", "main", "master", "dev"}
}

# Tenants share the images of a node: without Always a pod gets what another one pulled.
deny contains pods.finding(user, [pulled], sprintf("runs %v as the node has it, without asking the registry", [text])) if {
	some [user, _, pulled, text] in images.uses
	policy := object.get(user.spec, pulled, "")
	policy != "Always"
	not images.pinned(text)
	not asks(text, policy)
}

fault("") := "which names no version"

fault(tag) := sprintf("whose tag %s moves", [tag]) if tag != ""

# Kubernetes pulls what has no version every time.
asks(text, "") if images.tag(text) in {"", "latest"}
