# METADATA
# title: Spans of time
# description: Reads spans of time as operators write them, such as 1h30m, 0s or 2160h0m0s.
package lib.spans

# The hours of a span; undefined for what is none.
hours(text) := sum([part_hours |
	some part in regex.find_all_string_submatch_n(`([0-9]+(?:\.[0-9]+)?)(h|ms|m|s|us|µs|ns)`, text, -1)
	part_hours := to_number(part[1]) * units[part[2]]
]) if {
	is_string(text)
	regex.match(`^([0-9]+(\.[0-9]+)?(h|ms|m|s|us|µs|ns))+$`, text)
} else := 0 if text in {0, "0"}

units := {"h": 1, "m": 1 / 60, "s": 1 / 3600, "ms": 1 / 3600000, "us": 1 / 3600000000, "µs": 1 / 3600000000, "ns": 1 / 3600000000000}
