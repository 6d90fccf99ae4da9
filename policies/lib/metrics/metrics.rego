# METADATA
# title: Metrics of analyses
# description: Reads the metrics of an AnalysisTemplate, or of an AnalysisRun that somebody brings.
package lib.metrics

template := input.object if {
	input.object.kind in {"AnalysisTemplate", "ClusterAnalysisTemplate", "AnalysisRun"}
	input.object.apiVersion == "argoproj.io/v1alpha1"
}

# Whether an argument stands in for the value.
templated(value) if {
	is_string(value)
	contains(value, "{{")
}

# A number, or a text of one; the controller takes both.
number(value) := value if {
	is_number(value)
	value == floor(value)
}

number(value) := to_number(value) if {
	is_string(value)
	regex.match(`^-?[0-9]{1,9}$`, value)
}

time(value) if {
	is_string(value)
	regex.match(`^\+?([0-9]+(\.[0-9]*)?(ns|us|µs|ms|s|m|h))+$|^0?$`, value)
}

time(value) if templated(value)

# The tags of the metric that arguments replace.
tags(metric) := {found[1] |
	some found in regex.find_all_string_submatch_n(`\{\{\s*([^}]*?)\s*\}\}`, json.marshal(metric), -1)
}
