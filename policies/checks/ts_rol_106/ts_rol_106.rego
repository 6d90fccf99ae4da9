# METADATA
# title: Experiment ends
# custom:
#   id: TS-ROL-106
#   severity: high
#   scope: object
#   waivable: false
#   brought: true
#   remedy: mend the experiment in spec.services.<name>.release.steps or in the object of your own
#   objects: [Rollout]
#   controls:
#     supporting: [iso:A.8.32, soc2:CC8.1, csf:PR.PS-01]
package checks.ts_rol_106

import data.lib.rollouts

deny contains finding if {
	some e in experiments
	fault := end_fault(e.spec)
	finding := {
		"path": e.path,
		"message": fault,
	}
}

deny contains finding if {
	some e in experiments
	some t, template in e.spec.templates
	fault := template_fault(template, e.spec.templates)
	finding := {
		"path": array.concat(e.path, ["templates", t]),
		"message": fault,
	}
}

deny contains finding if {
	some e in experiments
	some a, analysis in e.spec.analyses
	some field in ["name", "templateName"]
	named := rollouts.get(analysis, field)
	not rollouts.text(named)
	finding := {
		"path": array.concat(e.path, ["analyses", a]),
		"message": sprintf("analysis has no %s", [field]),
	}
}

deny contains finding if {
	rollouts.canary
	some e in experiments
	some t, template in e.spec.templates
	version := rollouts.get(template, "specRef")
	not version in {"stable", "canary"}
	finding := {
		"path": array.concat(e.path, ["templates", t]),
		"message": sprintf("specRef %q is neither stable nor canary", [sprintf("%v", [version])]),
	}
}

deny contains finding if {
	rollouts.canary
	some e in experiments
	some t, template in e.spec.templates
	_ = template.weight
	count(rollouts.routers & {"alb", "istio", "plugins", "smi"}) == 0
	finding := {
		"path": array.concat(e.path, ["templates", t, "weight"]),
		"message": "weight of a template needs a router that can: alb, istio, plugins, smi",
	}
}

deny contains finding if {
	rollouts.canary
	some e in experiments
	weights := [w | some template in e.spec.templates; w := template.weight; rollouts.natural(w)]
	sum(weights) > 100
	finding := {
		"path": array.concat(e.path, ["templates"]),
		"message": sprintf("weights of the templates sum up to %v, which is more than all requests", [sum(weights)]),
	}
}

deny contains finding if {
	input.object.kind == "Experiment"
	some t, template in input.object.spec.templates
	count([term | some part in template.selector; some term in part]) == 0
	finding := {
		"path": ["spec", "templates", t, "selector"],
		"message": "template of an experiment selects no pods: the selector is missing or empty",
	}
}

# Experiments as steps of a release, and as objects.
experiments contains {"path": rollouts.at_step(i, ["experiment"]), "spec": experiment} if {
	some i, step in rollouts.canary.steps
	experiment := step.experiment
	is_object(experiment)
}

experiments contains {"path": ["spec"], "spec": input.object.spec} if {
	input.object.kind == "Experiment"
	input.object.apiVersion == "argoproj.io/v1alpha1"
	is_object(input.object.spec)
}

end_fault(experiment) := "experiment has no template" if {
	count([t | some t in experiment.templates]) == 0
} else := sprintf("duration %v is no time such as 90s, 5m or 24h", [length]) if {
	length := experiment.duration
	not ends(length)
} else := "experiment never ends: it needs a duration, or an analysis with requiredForCompletion: true" if {
	not experiment.duration
	count([a | some a in experiment.analyses; a.requiredForCompletion == true]) == 0
}

ends(length) if {
	is_string(length)
	rollouts.duration(length)
}

template_fault(template, templates) := "template has no name" if {
	named := rollouts.get(template, "name")
	not rollouts.text(named)
} else := sprintf("template name %s is taken twice", [template.name]) if {
	count([t | some t in templates; t.name == template.name]) > 1
} else := sprintf("replicas %v is no whole number", [replicas]) if {
	replicas := template.replicas
	not rollouts.natural(replicas)
} else := sprintf("weight %v is not a whole number from 0 to 100", [weight]) if {
	weight := template.weight
	not share(weight)
}

share(weight) if {
	rollouts.natural(weight)
	weight <= 100
}
