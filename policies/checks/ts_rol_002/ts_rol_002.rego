# METADATA
# title: Hidden pod templates are checked
# custom:
#   id: TS-ROL-002
#   severity: critical
#   scope: object
#   waivable: false
#   brought: true
#   remedy: mend the template as a pod of its own; analyses that tenantsmith renders follow spec.services.<name>.release.gate
#   objects: [AnalysisTemplate, AnalysisRun, ClusterAnalysisTemplate, Experiment, Rollout]
#   controls:
#     supporting: [cis:5.6.3, iso:A.8.9, csf:PR.PS-01]
package checks.ts_rol_002

import data.lib.grave

deny contains finding if {
	some fault in grave.faults
	fault.path[1] in {"templates", "metrics"}
	finding := {
		"path": fault.path,
		"message": sprintf("hidden pod template breaks %s: %s", [fault.check, fault.message]),
	}
}

deny contains finding if {
	input.object.kind == "Experiment"
	some i, entry in input.object.spec.templates
	not entry.template.spec
	finding := {
		"path": ["spec", "templates", i],
		"message": "experiment has a template without a pod, so that nobody can judge it",
	}
}

deny contains finding if {
	some i, metric in input.object.spec.metrics
	_ = metric.provider.job
	not metric.provider.job.spec.template.spec
	finding := {
		"path": ["spec", "metrics", i, "provider", "job"],
		"message": "job of a metric has no pod template, so that nobody can judge it",
	}
}
