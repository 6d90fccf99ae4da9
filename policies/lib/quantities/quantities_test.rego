package lib.quantities_test

import data.lib.quantities

test_values if {
	every text, number in {
		"1": 1, "1.5": 1.5, ".5": 0.5, "5.": 5, "+2": 2, "-2": -2, "0": 0, "007": 7, "500m": 0.5, "2500u": 0.0025, "1n": 0.000000001,
		"1k": 1000, "1M": 1000000, "2G": 2000000000, "1T": 1000000000000, "1P": 1000000000000000, "1E": 1000000000000000000,
		"1e3": 1000, "1E3": 1000, "1e-3": 0.001, "1e+2": 100, "1Ki": 1024, "1.5Ki": 1536, "1Mi": 1048576, "1Gi": 1073741824,
		"1Ti": 1099511627776, "1Pi": 1125899906842624, "1Ei": 1152921504606846976, "-1Ki": -1024,
	} {
		quantities.value(text) == number
	}
	quantities.value(0.5) == 0.5
}

# Of figures that are close, none is rounded to the other.
test_exact if {
	quantities.value("9007199254740993") > quantities.value("9007199254740992")
	quantities.value("0.1") == quantities.value("100m")
	quantities.value("0.1Ki") == quantities.value("102400m")
	quantities.value("8Ei") > quantities.value("9223372036854775807")
}

test_none if {
	every x in ["", "m", "Ki", "1 Ki", "1ki", "1KiB", "1mm", "1e", "1e3k", "1e999", "0x10", "1_000", "--1", "1,5", true, {}, []] {
		not quantities.value(x)
		not quantities.positive(x)
	}
}

test_positive if {
	every x in ["1", "1m", "64Mi", "0.001", "1e-9", 1, 0.1] { quantities.positive(x) }
	every x in ["0", "-1", "0Gi", "0.0", 0, -1] { not quantities.positive(x) }
}
