# METADATA
# title: AnalysisTemplate can run
# custom:
#   id: TS-ROL-110
#   severity: high
#   scope: object
#   waivable: false
#   brought: true
#   remedy: set spec.services.<name>.release.gate and let tenantsmith render the analysis, or mend the metric in the patch or object of your own
#   objects: [Rollout]
#   controls:
#     supporting: [iso:A.8.32, soc2:CC8.1, csf:PR.PS-01]
package checks.ts_rol_110

import data.lib.metrics
import data.lib.rollouts

deny contains finding if {
	metrics.template
	count([m | some m in metrics.template.spec.metrics]) == 0
	count([t | some t in metrics.template.spec.templates]) == 0
	finding := {"path": ["spec", "metrics"], "message": "nothing is measured: there are neither metrics nor templates"}
}

deny contains finding if {
	some i, metric in metrics.template.spec.metrics
	some fault in name_faults(metric)
	finding := {"path": ["spec", "metrics", i], "message": fault}
}

deny contains finding if {
	some i, metric in metrics.template.spec.metrics
	some field in ["count", "failureLimit", "inconclusiveLimit", "consecutiveErrorLimit", "consecutiveSuccessLimit"]
	value := metric[field]
	fault := number_fault(field, value)
	finding := {"path": ["spec", "metrics", i, field], "message": fault}
}

deny contains finding if {
	some i, metric in metrics.template.spec.metrics
	is_object(metric)
	fault := count_fault(metric)
	finding := {"path": ["spec", "metrics", i, "count"], "message": fault}
}

deny contains finding if {
	some i, metric in metrics.template.spec.metrics
	some field in ["interval", "initialDelay"]
	length := metric[field]
	not metrics.time(length)
	finding := {
		"path": ["spec", "metrics", i, field],
		"message": sprintf("%s %v is no time such as 30s, 5m or 1h", [field, length]),
	}
}

deny contains finding if {
	some i, metric in metrics.template.spec.metrics
	is_object(metric)
	given := [name | some name, _ in object.get(metric, "provider", {}); name != "plugin"]
	plugins := [name | some name, _ in metric.provider.plugin]
	count(given) + count(plugins) != 1
	finding := {
		"path": ["spec", "metrics", i, "provider"],
		"message": sprintf("a metric has exactly one provider, not %v", [count(given) + count(plugins)]),
	}
}

deny contains finding if {
	some i, metric in metrics.template.spec.metrics
	some [provider, field] in [["prometheus", "address"], ["web", "url"]]
	url := metric.provider[provider][field]
	not whole_url(url)
	finding := {
		"path": ["spec", "metrics", i, "provider", provider, field],
		"message": sprintf("%s %v does not begin with http:// or https://", [field, url]),
	}
}

deny contains finding if {
	some i, metric in metrics.template.spec.metrics
	_ = metric.provider.prometheus
	query := rollouts.get(metric.provider.prometheus, "query")
	not rollouts.text(query)
	finding := {
		"path": ["spec", "metrics", i, "provider", "prometheus", "query"],
		"message": "prometheus is asked no query",
	}
}

deny contains finding if {
	some i, metric in metrics.template.spec.metrics
	some tag in metrics.tags(metric)
	count({tag} & declared) == 0
	finding := {
		"path": ["spec", "metrics", i],
		"message": sprintf("metric uses {{%s}}, which is not among the args of the template", [tag]),
	}
}

deny contains finding if {
	some list in ["dryRun", "measurementRetention"]
	some i, entry in metrics.template.spec[list]
	count([t | some t in metrics.template.spec.templates]) == 0
	fault := pattern_fault(entry)
	finding := {"path": ["spec", list, i], "message": fault}
}

names := [metric.name | some metric in metrics.template.spec.metrics]

name_faults(metric) := {"metric has no name"} if {
	named := rollouts.get(metric, "name")
	not rollouts.text(named)
} else := {sprintf("metric name %s is taken twice", [metric.name])} if {
	count([n | some n in names; n == metric.name]) > 1
}

number_fault(field, value) := sprintf("%s %v is no whole number", [field, value]) if {
	not metrics.templated(value)
	not metrics.number(value)
} else := sprintf("%s %v is too small", [field, value]) if {
	metrics.number(value) < least(field)
}

least(field) := -1 if field == "failureLimit"

least(field) := 0 if field != "failureLimit"

count_fault(metric) := "failureLimit -1 needs a consecutiveSuccessLimit, or nothing ends the measurement" if {
	limit(metric, "consecutiveSuccessLimit") == 0
	limit(metric, "failureLimit") == -1
} else := sprintf("count %v is less than failureLimit and consecutiveSuccessLimit together (%v)", [measures, needed]) if {
	measures := limit(metric, "count")
	measures > 0
	needed := floor_at_zero(limit(metric, "failureLimit")) + limit(metric, "consecutiveSuccessLimit")
	measures < needed
} else := sprintf("count %v is less than inconclusiveLimit", [measures]) if {
	measures := limit(metric, "count")
	measures > 0
	measures < limit(metric, "inconclusiveLimit")
} else := sprintf("count %v needs an interval", [measures]) if {
	measures := limit(metric, "count")
	measures > 1
	not metric.interval
}

# Undefined where only an argument tells.
limit(metric, field) := metrics.number(object.get(metric, field, 0))

floor_at_zero(n) := max([n, 0])

whole_url(url) if metrics.templated(url)

whole_url(url) if {
	is_string(url)
	regex.match(`^(https?://.+)?$`, url)
}

declared := {sprintf("args.%v", [arg.name]) | some arg in metrics.template.spec.args}

pattern_fault(entry) := "entry names no metric" if {
	pattern := rollouts.get(entry, "metricName")
	not rollouts.text(pattern)
} else := sprintf("metricName %s fits no metric", [entry.metricName]) if {
	count([n | some n in names; fits(entry.metricName, n)]) == 0
}

fits(pattern, name) if {
	is_string(name)
	regex.is_valid(pattern)
	regex.match(pattern, name)
}
