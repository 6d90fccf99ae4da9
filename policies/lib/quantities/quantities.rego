# METADATA
# title: Quantities
# description: |
#   Reads quantities of Kubernetes in any notation, 250m, 0.5, 512Mi, 1e9, as whole thousandths, which
#   can be compared exactly.
package lib.quantities

# Undefined for what is none.
thousandths(x) := round(x * 1000) if is_number(x)

thousandths(x) := round(to_number(digits) * units[unit]) if {
	is_string(x)
	[[_, digits, unit]] := regex.find_all_string_submatch_n(`^\+?([0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,2})?)([KMGTPE]i|[numkMGTPE]|)$`, x, 1)
}

units := {
	"n": 0.000001, "u": 0.001, "m": 1, "": 1000, "k": 1000000, "M": 1000000000, "G": 1000000000000, "T": 1000000000000000,
	"P": 1000000000000000000, "E": 1000000000000000000000, "Ki": 1024000, "Mi": 1048576000, "Gi": 1073741824000,
	"Ti": 1099511627776000, "Pi": 1125899906842624000, "Ei": 1152921504606846976000,
}
