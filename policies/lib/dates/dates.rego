# METADATA
# title: Days
# description: Counts days, and reads durations such as 90d. The day of the run is input.ctx.now; nothing here looks at a clock.
package lib.dates

nanoseconds := ((24 * 3600) * 1000) * 1000000

# The number of the day 2026-11-22, counted from 1970-01-01; undefined for what is no day.
day(text) := round(time.parse_ns("2006-01-02", text) / nanoseconds) if {
	regex.match(`^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$`, text)
	exists(text)
}

# Months have an end: February 30th would stop the evaluation.
exists(text) if {
	[_, month, date] := [to_number(trim_left(part, "0")) | some part in split(text, "-")]
	date <= lengths[month]
	not late(text, month, date)
}

lengths := {1: 31, 2: 29, 3: 31, 4: 30, 5: 31, 6: 30, 7: 31, 8: 31, 9: 30, 10: 31, 11: 30, 12: 31}

late(text, 2, 29) if not leap(to_number(substring(text, 0, 4)))

leap(year) if {
	year % 4 == 0
	year % 100 != 0
}

leap(year) if year % 400 == 0

today := day(input.ctx.now)

# How many days ago a day was; negative in the future.
since(text) := today - day(text)

# A duration in hours: 90d, 24h, 30m, 15s, 500ms.
hours(text) := to_number(digits) * units[unit] if {
	[[_, digits, unit]] := regex.find_all_string_submatch_n(`^(\d+)(ms|s|m|h|d)$`, text, 1)
}

units := {"ms": 1 / 3600000, "s": 1 / 3600, "m": 1 / 60, "h": 1, "d": 24}
