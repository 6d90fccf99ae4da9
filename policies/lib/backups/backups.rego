# METADATA
# title: Backups
# description: |
#   Finds the backups that the tenant's file declares and the objects of Velero and CloudNativePG that
#   make them, and reads schedules as those do.
package lib.backups

import data.lib.holdings
import data.lib.spans

# Each backup that the file declares is [field, backup].
declared contains [["spec", "backup"], backup] if {
	backup := input.ctx.spec.backup
}

declared contains [["spec", "databases", name, "backup"], database.backup] if {
	some name, database in input.ctx.spec.databases
}

# The fields of the file by which backups come to lie somewhere.
stored contains field if some [field, _] in declared

stored contains ["spec", "offboarding"] if {
	input.ctx.spec.lifecycle == "offboarding" # which asks for a last one
	"velero" in input.ctx.cluster.operators
}

# Whether the tenant's state has to be backed up: its data is sensitive, or its tier has backups and
# the cluster can make them.
demanded if holdings.sensitive

demanded if {
	"velero" in input.ctx.cluster.operators
	generous
}

generous if {
	not input.ctx.platform.spec.tiers[input.ctx.tier].allows
	input.ctx.tier in {"premium", "enterprise"}
}

generous if input.ctx.platform.spec.tiers[input.ctx.tier].allows.backup

velero if startswith(input.object.apiVersion, "velero.io/")

# What the Schedule or Backup of Velero at hand makes is [path, backup].
made contains [["spec", "template"], object.get(input.object.spec, "template", {})] if {
	input.object.kind == "Schedule"
	velero
}

made contains [["spec"], object.get(input.object, "spec", {})] if {
	input.object.kind == "Backup"
	velero
}

# A span of time in hours, in the words of CloudNativePG, such as 30d.
policy_hours(text) := to_number(found[1]) * policy_units[found[2]] if {
	is_string(text)
	some found in regex.find_all_string_submatch_n(`^([1-9][0-9]{0,5})([dwm])$`, text, 1)
}

policy_units := {"d": 24, "w": 168, "m": 744}

# Whether the controller can read a schedule with so many fields, or one in a word. With six of them
# the first is for seconds.
readable(schedule, n) if {
	fields := split_fields(schedule)
	count(fields) == n
	regex.match(five, concat(" ", array.slice(fields, n - 5, n)))
	regex.match(`^([*?]|[0-5]?[0-9])`, fields[0])
}

readable(schedule, _) if schedule in (often | {"@weekly", "@monthly", "@yearly", "@annually"})

readable(schedule, _) if interval(schedule)

# Whether it runs every day.
daily(schedule, n) if {
	readable(schedule, n)
	[day, month, weekday] := array.slice(split_fields(schedule), n - 3, n)
	day in (always | {"1-31"})
	month in (always | {"1-12"})
	weekday in (always | {"0-6", "1-7", "0-7"})
}

daily(schedule, _) if schedule in often

daily(schedule, _) if interval(schedule) <= 24

# How many hours lie between two runs.
interval(schedule) := spans.hours(substring(schedule, 7, -1)) if {
	is_string(schedule)
	startswith(schedule, "@every ")
}

often := {"@hourly", "@daily", "@midnight"}

always := {"*", "?", "*/1"}

# Minute, hour, and three more.
five := sprintf("^%s(,%s)* %s(,%s)*( %s(,%s)*){3}$", [minute, minute, hour, hour, other, other])

minute := `([*?]|[0-5]?[0-9](-[0-5]?[0-9])?)(/[0-9]+)?`

hour := `([*?]|([01]?[0-9]|2[0-3])(-([01]?[0-9]|2[0-3]))?)(/[0-9]+)?`

other := `([*?]|[0-9A-Za-z]{1,3}(-[0-9A-Za-z]{1,3})?)(/[0-9]+)?`

# The fields of a schedule, without the time zone that may stand in front.
split_fields(schedule) := [field |
	is_string(schedule)
	some field in split(schedule, " ")
	field != ""
	not startswith(field, "TZ=")
	not startswith(field, "CRON_TZ=")
]
