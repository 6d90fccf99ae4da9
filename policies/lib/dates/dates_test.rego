package lib.dates_test

import data.lib.dates
import data.lib.samples_test as samples

test_days if {
	dates.day("1970-01-02") == 1
	dates.day("2026-11-22") == 20779
	dates.day("2028-02-29") - dates.day("2028-02-28") == 1
	dates.day("2000-02-29") == 11016
}

test_no_days if {
	every text in ["", "2026-02-29", "2100-02-29", "2026-04-31", "2026-13-01", "2026-00-10", "yesterday"] {
		not dates.day(text)
	}
}

test_since if {
	dates.since("2026-11-20") == 2 with input as {"ctx": {"now": "2026-11-22"}}
	dates.since("2026-12-02") == -12 with input as samples.within(samples.tenant({}), {"now": "2026-11-20"})
}

test_hours if {
	dates.hours("90d") == 2160
	dates.hours("30m") == 0.5
	not dates.hours("soon")
}
