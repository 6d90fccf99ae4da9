# METADATA
# title: No ephemeral container in Git
# custom:
#   id: TS-POD-020
#   severity: high
#   scope: object
#   waivable: true
#   brought: true
#   remedy: "remove it: ephemeral containers are for looking into a pod that runs, by kubectl debug"
#   objects: [pods]
#   controls:
#     supporting: [iso:A.8.18, soc2:CC8.1, csf:PR.PS-01]
package checks.ts_pod_020

import data.lib.pods

deny contains finding if {
	some p in pods.all
	some i, container in p.spec.ephemeralContainers
	finding := {
		"path": array.concat(p.path, ["spec", "ephemeralContainers", i]),
		"message": sprintf("ephemeral container %q has no place in what is wanted to run", [sprintf("%v", [object.get(container, "name", "")])]),
	}
}
