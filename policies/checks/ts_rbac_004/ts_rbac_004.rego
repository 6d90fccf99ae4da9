# METADATA
# title: People do not create workloads by hand
# custom:
#   id: TS-RBAC-004
#   severity: medium
#   scope: set
#   waivable: true
#   brought: true
#   remedy: remove the rule and change the workload in spec.services; the roles of spec.owners steer releases and restart pods
#   objects: [Role, ClusterRole]
#   controls:
#     direct: [cis:5.1.4]
#     supporting: [nsa:AUTH-02, iso:A.8.32, soc2:CC8.1, csf:PR.AA-05]
package checks.ts_rbac_004

import data.lib.rbacrules

# Scales are part of a workload, and runs of analyses and scaled jobs start pods as well. Evictions and
# the status of a Rollout are not: by those people restart pods and steer releases that git began.
powers := [
	{"verbs": rbacrules.writing, "groups": {""}, "resources": {
		"pods", "podtemplates", "replicationcontrollers", "replicationcontrollers/scale",
	}},
	{"verbs": rbacrules.writing, "groups": {"apps", "extensions"}, "resources": {
		"daemonsets", "deployments", "deployments/scale", "replicasets", "replicasets/scale", "statefulsets", "statefulsets/scale",
	}},
	{"verbs": rbacrules.writing, "groups": {"batch"}, "resources": {"cronjobs", "jobs"}},
	{"verbs": rbacrules.writing, "groups": {"argoproj.io"}, "resources": {
		"analysisruns", "experiments", "rollouts", "rollouts/scale",
	}},
	{"verbs": rbacrules.writing, "groups": {"keda.sh"}, "resources": {"scaledjobs"}},
]

deny contains finding if {
	input.ctx.protected
	some entry in rbacrules.held_by_people
	some i, rule in entry.object.rules
	grants := rbacrules.grants(rule, powers)
	finding := {
		"object": entry.index,
		"path": ["rules", i],
		"message": sprintf("rule grants people %s, in an environment where every change comes from git", [grants]),
	}
}
