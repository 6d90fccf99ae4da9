# METADATA
# title: Services of a Rollout fit it
# custom:
#   id: TS-ROL-107
#   severity: high
#   scope: set
#   waivable: false
#   brought: true
#   remedy: let tenantsmith render the Services of spec.services.<name>.ports and release, or add the Service to your own resources; the patch or object of your own must name one that is there
#   objects: [Rollout]
#   controls:
#     supporting: [iso:A.8.32, soc2:CC8.1, soc2:A1.2, csf:PR.PS-01]
package checks.ts_rol_107

import data.lib.releases

deny contains finding if {
	some named in releases.services
	not services[named.key]
	finding := {
		"object": named.index,
		"path": named.path,
		"message": sprintf("rollout sends requests by Service %s, which is not among the objects", [named.key[1]]),
	}
}

deny contains finding if {
	some named in releases.services
	some i in services[named.key]
	template := input.objects[named.index].spec.template
	some label, value in input.objects[i].spec.selector
	label != "rollouts-pod-template-hash"
	not template.metadata.labels[label] == value
	finding := {
		"object": i,
		"path": ["spec", "selector", label],
		"message": sprintf("Service selects %s=%v, which pods of Rollout %v do not have", [
			label,
			value,
			object.get(input.objects[named.index], ["metadata", "name"], ""),
		]),
	}
}

deny contains finding if {
	some named in releases.services
	rivals := {other.index | some other in releases.services; other.key == named.key}
	count(rivals) > 1
	finding := {
		"object": named.index,
		"path": named.path,
		"message": sprintf("Service %s belongs to more than one Rollout, which would switch it to and fro", [named.key[1]]),
	}
}

deny contains finding if {
	some named in releases.services
	some i in services[named.key]
	owner := input.objects[i].metadata.annotations["argo-rollouts.argoproj.io/managed-by-rollouts"]
	owner != object.get(input.objects[named.index], ["metadata", "name"], "")
	finding := {
		"object": i,
		"path": ["metadata", "annotations", "argo-rollouts.argoproj.io/managed-by-rollouts"],
		"message": sprintf("Service says that Rollout %v manages it, but another one names it", [owner]),
	}
}

# The Services that there are, by namespace and name.
services := releases.by_key.Service
