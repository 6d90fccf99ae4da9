package checks.ts_rol_103_test

import data.checks.ts_rol_103
import data.lib.rollouts_test as r
import data.lib.samples_test as samples

# Cases whose messages are not those expected, with what was said instead.
test_violates if {
	wrong := {[message, said] |
		some [o, message] in cases
		said := {f.message | some f in ts_rol_103.deny with input as samples.of(o)}
		said != {message}
	}
	wrong == set()
}

test_passes if {
	faulted := {[i, said] |
		some i, o in clean
		said := {f.message | some f in ts_rol_103.deny with input as samples.of(o)}
		count(said) > 0
	}
	faulted == set()
}

clean := [
	r.plain, r.routed, r.blue_green, r.of({"canary": {}}), r.canary(r.plain, "maxSurge", "25%"),
	r.canary(r.plain, "dynamicStableScale", false),
]

without(name) := sprintf("without trafficRouting %s sends all its requests to the pods of one version, however few they are", [name])

zero := "maxSurge and maxUnavailable are both zero, so that no pod can be replaced"

cases := [
	[r.canary(r.plain, "stableService", "web"), without("stableService")],
	[r.canary(r.plain, "canaryService", "web"), without("canaryService")],
	[r.canary(r.plain, "pingPong", {}), without("pingPong")],
	[r.canary(r.routed, "trafficRouting", {}), "trafficRouting names no router, so that both versions get no share of the requests"],
	[r.canary(r.routed, "trafficRouting", {"plugins": {}}), "trafficRouting names no router, so that both versions get no share of the requests"],
	[r.canary(r.plain, "scaleDownDelaySeconds", 60), "scaleDownDelaySeconds needs trafficRouting"],
	[r.canary(r.plain, "scaleDownDelaySeconds", 0), "scaleDownDelaySeconds needs trafficRouting"],
	[r.canary(r.routed, "scaleDownDelaySeconds", 0), "canary stops the old pods before the router sends their requests to the new ones"],
	[r.canary(r.routed, "dynamicStableScale", true), "dynamicStableScale stops stable pods during a release, so that an abort leaves too few of them"],
	[r.canary(r.plain, "maxSurge", 0), zero],
	[r.canary(r.plain, "maxSurge", "0%"), zero],
	[r.canary(r.of({"canary": {"maxUnavailable": 0}}), "maxSurge", "00%"), zero],
	[r.canary(r.plain, "maxSurge", "1"), "maxSurge \"1\" is a text, which the controller reads as 1 %; write it without quotes"],
	[r.canary(r.plain, "maxUnavailable", -1), "maxUnavailable -1 is neither a whole number nor a percentage"],
	[r.canary(r.plain, "maxUnavailable", {}), "maxUnavailable {} is neither a whole number nor a percentage"],
	[r.canary(r.routed, "canaryService", "web"), "canary uses Service web for both versions"],
	[r.canary(r.plain, "activeService", "web"), "activeService is a field of blueGreen; canary has none, and the API server drops it"],
]

test_violates_text_that_counts_as_zero if {
	said := {f.message | some f in ts_rol_103.deny with input as samples.of(r.canary(r.plain, "maxSurge", "one"))}
	said == {zero, "maxSurge one is neither a whole number nor a percentage"}
}
