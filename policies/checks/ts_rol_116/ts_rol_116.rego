# METADATA
# title: Measurement can tell good from bad
# custom:
#   id: TS-ROL-116
#   severity: medium
#   scope: object
#   waivable: true
#   brought: true
#   remedy: set spec.services.<name>.release.gate and let tenantsmith render the analysis, or mend the conditions in the patch or object of your own
#   objects: [Rollout]
#   controls:
#     supporting: [iso:A.8.32, soc2:CC8.1, csf:PR.PS-01]
package checks.ts_rol_116

import data.lib.metrics

deny contains finding if {
	some i, metric in metrics.template.spec.metrics
	fault := condition_fault(metric)
	finding := {"path": ["spec", "metrics", i], "message": fault}
}

condition_fault(metric) := "without successCondition and failureCondition every measurement passes" if {
	some provider, _ in metric.provider
	not provider in {"job", "kayenta", "plugin"}
	not metric.successCondition
	not metric.failureCondition
} else := sprintf("%s reads an answer that may be empty, which is an error and after some of them an abort: begin it with len(result) > 0 &&", [field]) if {
	some field in ["successCondition", "failureCondition"]
	_ = metric.provider.prometheus
	condition := metric[field]
	is_string(condition)
	regex.match(`result\s*\[`, condition)
	not contains(condition, "len(")
} else := sprintf("%s asks isNaN of a list, which is an error: ask it of result[0]", [field]) if {
	some field in ["successCondition", "failureCondition"]
	_ = metric.provider.prometheus
	condition := metric[field]
	is_string(condition)
	regex.match(`isNaN\(\s*result\s*\)`, condition)
} else := "successCondition holds for every element of no answer, so that no data passes" if {
	condition := metric.successCondition
	is_string(condition)
	regex.match(`all\(\s*result\b`, condition)
	not contains(condition, "len(")
}
