package lib.releases

# Each place where a release is measured is [index, path, templates, given, finite, whole]: the Rollout
# or Experiment, the keys of the templates that it names in its namespace, the arguments that it gives,
# whether the release waits for the end, and whether it names none of the cluster, which nobody sees.
analyses contains measured(index, namespace, ["spec", "strategy", "canary", "steps", i, "analysis"], step.analysis, true) if {
	some [index, namespace, canary] in canaries
	some i, step in canary.steps
}

analyses contains measured(index, namespace, ["spec", "strategy", "canary", "analysis"], canary.analysis, false) if {
	some [index, namespace, canary] in canaries
}

analyses contains measured(index, namespace, ["spec", "strategy", "blueGreen", field], strategy.blueGreen[field], true) if {
	some [index, namespace, strategy] in rollouts
	some field in ["prePromotionAnalysis", "postPromotionAnalysis"]
}

analyses contains measured_once(index, namespace, path, analysis) if {
	some [index, namespace, canary] in canaries
	some i, step in canary.steps
	some j, analysis in step.experiment.analyses
	path := ["spec", "strategy", "canary", "steps", i, "experiment", "analyses", j]
}

analyses contains measured_once(entry.index, namespace, ["spec", "analyses", j], analysis) if {
	some entry in input.kinds.Experiment
	entry.object.apiVersion == "argoproj.io/v1alpha1"
	some j, analysis in entry.object.spec.analyses
	namespace := object.get(entry.object, ["metadata", "namespace"], "")
}

measured(index, namespace, path, analysis, finite) := [index, path, templates, given(analysis), finite, whole] if {
	templates := {[namespace, t.templateName] | some t in analysis.templates; not t.clusterScope}
	whole := count([t | some t in analysis.templates; t.clusterScope]) == 0
}

# An analysis of an experiment names one template.
measured_once(index, namespace, path, analysis) := [index, path, templates, given(analysis), false, whole] if {
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
