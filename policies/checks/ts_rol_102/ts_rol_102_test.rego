package checks.ts_rol_102_test

import data.checks.ts_rol_102
import data.lib.rollouts_test as r
import data.lib.samples_test as samples

# Cases whose messages are not those expected, with what was said instead.
test_violates if {
	wrong := {[message, said] |
		some [o, message] in cases
		said := {f.message | some f in ts_rol_102.deny with input as samples.of(o)}
		said != {message}
	}
	wrong == set()
}

test_passes if {
	faulted := {[i, said] |
		some i, o in clean
		said := {f.message | some f in ts_rol_102.deny with input as samples.of(o)}
		count(said) > 0
	}
	faulted == set()
}

clean := [r.plain, r.blue_green, r.drop(r.blue_green, "/spec/strategy/blueGreen/previewService"), r.blue("prePromotionAnalysis", {})]

cases := [
	[r.blue("activeService", ""), "blueGreen names no activeService, so that no request is ever switched"],
	[r.of({"blueGreen": {}}), "blueGreen names no activeService, so that no request is ever switched"],
	[r.blue("previewService", "web"), "blueGreen uses Service web for both versions"],
	[r.blue("scaleDownDelayRevisionLimit", 6), "blueGreen keeps 6 old versions running, of which only 5 are remembered"],
	[
		r.drop(r.blue("prePromotionAnalysis", {}), "/spec/strategy/blueGreen/previewService"),
		"blueGreen measures a new version that no previewService reaches",
	],
	[r.blue("scaleDownDelaySeconds", 0), "blueGreen stops the old pods before every node sends its requests to the new ones"],
	[r.blue("steps", []), "steps is a field of canary; blueGreen has none, and the API server drops it"],
]
