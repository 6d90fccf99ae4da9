package lib.releases

# Each place where a release is measured is [index, path, templates, given, finite, whole]: the Rollout
# or Experiment, the keys of the templates that it names in its namespace, the arguments that it gives,
# whether the release waits for the end, and whether it names none of the cluster, which nobody sees.
analyses contains place if {
	some entry in input.kinds.Rollout
	entry.object.apiVersion == "argoproj.io/v1alpha1"
	some i, step in entry.object.spec.strategy.canary.steps
	analysis := step.analysis
	place := measured(entry.index, ["spec", "strategy", "canary", "steps", i, "analysis"], analysis, true)
}

analyses contains place if {
	some entry in input.kinds.Rollout
	entry.object.apiVersion == "argoproj.io/v1alpha1"
	analysis := entry.object.spec.strategy.canary.analysis
	place := measured(entry.index, ["spec", "strategy", "canary", "analysis"], analysis, false)
}

analyses contains place if {
	some entry in input.kinds.Rollout
	entry.object.apiVersion == "argoproj.io/v1alpha1"
	some field in ["prePromotionAnalysis", "postPromotionAnalysis"]
	analysis := entry.object.spec.strategy.blueGreen[field]
	place := measured(entry.index, ["spec", "strategy", "blueGreen", field], analysis, true)
}

analyses contains place if {
	some entry in input.kinds.Rollout
	entry.object.apiVersion == "argoproj.io/v1alpha1"
	some i, step in entry.object.spec.strategy.canary.steps
	some j, analysis in step.experiment.analyses
	path := ["spec", "strategy", "canary", "steps", i, "experiment", "analyses", j]
	place := measured_once(entry.index, path, analysis)
}

analyses contains place if {
	some entry in input.kinds.Experiment
	entry.object.apiVersion == "argoproj.io/v1alpha1"
	some j, analysis in entry.object.spec.analyses
	place := measured_once(entry.index, ["spec", "analyses", j], analysis)
}

measured(index, path, analysis, finite) := [index, path, templates, given(analysis), finite, whole] if {
	namespace := object.get(input.objects[index], ["metadata", "namespace"], "")
	templates := {[namespace, t.templateName] | some t in analysis.templates; not t.clusterScope}
	whole := count([t | some t in analysis.templates; t.clusterScope]) == 0
}

# An analysis of an experiment names one template.
measured_once(index, path, analysis) := [index, path, templates, given(analysis), false, whole] if {
	namespace := object.get(input.objects[index], ["metadata", "namespace"], "")
	templates := {[namespace, analysis.templateName] | not analysis.clusterScope}
	whole := count(templates) == 1
}

given(analysis) := {arg.name |
	some arg in analysis.args
	some field in ["value", "valueFrom"]
	_ = arg[field]
}

# The templates that each template uses in turn, by their keys.
used := {key: parts |
	some key, indexes in by_key.AnalysisTemplate
	parts := {[key[0], t.templateName] |
		some i in indexes
		some t in input.objects[i].spec.templates
		not t.clusterScope
	}
}
