# METADATA
# title: Quantities
# description: |
#   Reads quantities of Kubernetes in any notation: 500m, 1.5, 1e3, 128Mi. Numbers are scaled by moving
#   their point or by powers of two, so that nothing is lost.
package lib.quantities

value(x) := x if {
	is_number(x)
} else := to_number(concat("", [digits, exponent])) if {
	[digits, unit] := halves(x)
	exponent := decimal(unit)
} else := to_number(digits) * binary[unit] if {
	[digits, unit] := halves(x)
}

# What is no quantity, or stands for nothing or less, is none. Most are told at first sight.
positive(x) if {
	is_string(x)
	regex.match(`^[1-9][0-9]*(m|[KMGTPE]i)?$`, x)
} else if value(x) > 0

# A leading sign, digits and the unit; undefined for what is no quantity.
halves(x) := [found[1], found[2]] if {
	is_string(x)
	[found] := regex.find_all_string_submatch_n(
		`^\+?(-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))([KMGTPE]i|[numkMGTPE]|[eE][-+]?[0-9]{1,2}|)$`,
		x, 1,
	)
}

decimal(unit) := exponents[unit] if {
	exponents[unit]
} else := unit if regex.match("^[eE][-+]?[0-9]", unit)

exponents := {
	"": "", "n": "e-9", "u": "e-6", "m": "e-3", "k": "e3", "M": "e6", "G": "e9", "T": "e12", "P": "e15", "E": "e18",
}

binary := {
	"Ki": 1024, "Mi": 1048576, "Gi": 1073741824, "Ti": 1099511627776, "Pi": 1125899906842624, "Ei": 1152921504606846976,
}

# Whole thousandths, which can be compared exactly.
thousandths(x) := round(value(x) * 1000)
