# METADATA
# title: Analysis of a release can start
# custom:
#   id: TS-ROL-109
#   severity: high
#   scope: [object, set]
#   waivable: false
#   brought: true
#   remedy: set spec.services.<name>.release.gate and let tenantsmith render the analysis, or add the AnalysisTemplate to your own resources; the patch or object of your own must name one that is there
#   objects: [Rollout]
#   controls:
#     supporting: [iso:A.8.32, soc2:CC8.1, csf:PR.PS-01]
package checks.ts_rol_109

import data.lib.releases
import data.lib.rollouts

deny contains finding if {
	some [path, analysis] in places
	is_object(analysis)
	count([t | some t in analysis.templates]) == 0
	finding := {"path": path, "message": "analysis names no template, so that nothing is measured"}
}

deny contains finding if {
	some [path, analysis] in places
	some i, template in analysis.templates
	named := rollouts.get(template, "templateName")
	not rollouts.text(named)
	finding := {"path": array.concat(path, ["templates", i]), "message": "template of an analysis has no templateName"}
}

deny contains finding if {
	some [path, analysis] in places
	some i, arg in analysis.args
	field := arg.valueFrom.fieldRef.fieldPath
	is_string(field)
	startswith(field, "metadata")
	not regex.match(`^metadata\.(name|namespace|uid|annotations|labels|(annotations|labels)\['[^']+'\])$`, field)
	finding := {
		"path": array.concat(path, ["args", i, "valueFrom", "fieldRef", "fieldPath"]),
		"message": sprintf("%s is no field that an argument can have", [field]),
	}
}

deny contains finding if {
	start := rollouts.canary.analysis.startingStep
	steps := count([s | some s in rollouts.canary.steps])
	is_number(start)
	start >= steps
	finding := {
		"path": rollouts.at_canary(["analysis", "startingStep"]),
		"message": sprintf("startingStep %v comes after the last of %v steps, so that nothing is measured", [start, steps]),
	}
}

deny contains finding if {
	some [i, path, templates, _, _, _] in releases.analyses
	some key in templates
	not releases.by_key.AnalysisTemplate[key]
	finding := {
		"object": i,
		"path": path,
		"message": sprintf("release is measured by AnalysisTemplate %v, which is not among the objects", [key[1]]),
	}
}

deny contains finding if {
	some entry in input.kinds.AnalysisTemplate
	some j, template in entry.object.spec.templates
	not template.clusterScope
	key := [object.get(entry.object, ["metadata", "namespace"], ""), template.templateName]
	not releases.by_key.AnalysisTemplate[key]
	finding := {
		"object": entry.index,
		"path": ["spec", "templates", j],
		"message": sprintf("template uses AnalysisTemplate %v, which is not among the objects", [key[1]]),
	}
}

deny contains {"object": i, "path": path, "message": sprintf("analysis lacks argument %v, which its template wants", [name])} if {
	some [i, path, templates, given, _, true] in releases.analyses
	some name in (lacking[templates] - given)
}

deny contains {"object": i, "path": path, "message": message} if {
	some [measured, finite, message] in faults
	some [i, path, templates, _, ends, _] in releases.analyses
	templates == measured
	ends in finite
}

# Analyses often name the same templates, which are looked at once: their indexes by what is named.
parts := {templates: together(templates) | some [_, _, templates, _, _, _] in releases.analyses}

# The arguments that no template gives a value.
lacking := {templates: names |
	some templates, all in parts
	names := {arg.name | some t in all; some arg in input.objects[t].spec.args; not has_value(arg)} - settled(all)
}

# Each is [templates, finite, message], where finite tells of which analyses it holds: those for whose
# end a release waits, or all.
faults contains [templates, {true, false}, sprintf("templates of an analysis measure %v twice", [name])] if {
	some templates, all in parts
	names := [metric.name | some t in all; some metric in input.objects[t].spec.metrics]
	count({n | some n in names}) < count(names)
	some name in names
	count([n | some n in names; n == name]) > 1
}

faults contains [templates, {true, false}, sprintf("templates of an analysis give argument %v different values", [name])] if {
	some templates, all in parts
	defaults := {[arg.name, arg.value] | some t in all; some arg in input.objects[t].spec.args}
	count({name | some [name, _] in defaults}) < count(defaults)
	some [name, _] in defaults
	count([v | some [n, v] in defaults; n == name]) > 1
}

faults contains [templates, {true}, message] if {
	some templates, all in parts
	some t in all
	some metric in input.objects[t].spec.metrics
	endless(metric)
	message := sprintf("release waits for metric %v, which has an interval and no count and so never ends", [metric.name])
}

# The analyses of the Rollout at hand, as [path, analysis].
places contains [rollouts.at_canary(["analysis"]), analysis] if {
	analysis := rollouts.canary.analysis
}

places contains [rollouts.at_step(i, ["analysis"]), analysis] if {
	some i, step in rollouts.canary.steps
	analysis := step.analysis
}

places contains [rollouts.at_blue_green([field]), analysis] if {
	some field in ["prePromotionAnalysis", "postPromotionAnalysis"]
	analysis := rollouts.blue_green[field]
}

# The indexes of templates and of all that they use.
together(templates) := {i |
	some key in graph.reachable(releases.used, templates)
	some i in releases.by_key.AnalysisTemplate[key]
}

# The arguments that some template gives a value.
settled(all) := {arg.name |
	some t in all
	some arg in input.objects[t].spec.args
	has_value(arg)
}

has_value(arg) if _ = arg.value

has_value(arg) if _ = arg.valueFrom

endless(metric) if {
	rollouts.text(metric.interval)
	count_of := object.get(metric, "count", 0)
	count_of in {0, "0", ""}
}
