package checks.ts_rol_112_test

import data.checks.ts_rol_112
import data.lib.rollouts_test as r
import data.lib.samples_test as samples

# Cases whose messages are not those expected, with what was said instead.
test_violates if {
	wrong := {[message, said] |
		some [o, message] in cases
		said := {f.message | some f in ts_rol_112.deny with input as samples.of(o)}
		said != {message}
	}
	wrong == set()
}

test_passes if {
	faulted := {[i, said] |
		some i, o in clean
		said := {f.message | some f in ts_rol_112.deny with input as samples.of(o)}
		count(said) > 0
	}
	faulted == set()
}

window(o, n) := r.put(o, "/spec/rollbackWindow", {"revisions": n})

clean := [r.plain, r.routed, r.blue_green, window(r.plain, 5)]

cases := [
	[window(r.plain, 6), "rollbackWindow counts 6 versions back, of which only 5 are kept"],
	[window(r.blue_green, 6), "rollbackWindow counts 6 versions back, of which only 5 are kept"],
	[r.drop(window(r.plain, 11), "/spec/revisionHistoryLimit"), "rollbackWindow counts 11 versions back, of which only 10 are kept"],
	[
		window(r.routed, 2),
		"with a router a rollback inside the window sends the last weight to the old version as soon as one of its pods runs",
	],
]
