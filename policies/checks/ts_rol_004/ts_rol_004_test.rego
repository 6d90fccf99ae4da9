package checks.ts_rol_004_test

import data.checks.ts_rol_004
import data.lib.rollouts_test as r
import data.lib.samples_test as samples

sound(o) := json.patch(o, [
	{"op": "add", "path": "/spec/progressDeadlineSeconds", "value": 600},
	{"op": "add", "path": "/spec/progressDeadlineAbort", "value": true},
])

steps(list) := sound(r.canary(r.plain, "steps", list))

blue(field, value) := sound(r.blue(field, value))

once := "rollout gives the new version everything at once: no share below 100 is followed by a pause or an analysis"

unseen := "rollout switches everything to the new version, and neither a person nor an analysis looks at it"

stuck := "rollout does not go back when its new pods do not get ready"

test_violates if {
	wrong := {[o, said] |
		some [o, message] in cases
		said := {f.message | some f in ts_rol_004.deny with input as samples.of(o)}
		said != {message}
	}
	wrong == set()
}

cases := [
	[steps([{"setWeight": 100}]), once],
	[steps([{"setWeight": 100}, {"pause": {}}]), once],
	[steps([{"pause": {}}, {"setWeight": 20}]), once],
	[steps([{"setWeight": 20}, {"setWeight": 50}]), once],
	[steps([{"setWeight": 20}, {"pause": {"duration": "0s"}}]), once],
	[steps([{"experiment": {"templates": []}}]), once],
	[sound(r.blue_green), unseen],
	[blue("autoPromotionEnabled", true), unseen],
	[r.put(sound(r.plain), "/spec/progressDeadlineAbort", false), stuck],
	[r.drop(sound(r.plain), "/spec/progressDeadlineAbort"), stuck],
	[r.drop(sound(r.plain), "/spec/progressDeadlineSeconds"), "rollout does not say how long its new pods may take"],
	[r.put(sound(r.plain), "/spec/revisionHistoryLimit", 1), "rollout keeps less than 2 old versions to go back to"],
]

test_passes if {
	faulted := {[o, said] |
		some o in clean
		said := {f.message | some f in ts_rol_004.deny with input as samples.of(o)}
		count(said) > 0
	}
	faulted == set()
}

clean := [
	sound(r.plain), sound(r.routed), rolling,
	steps([{"setWeight": 10}, {"pause": {}}, {"setWeight": 50}, {"analysis": {"templates": []}}]),
	steps([{"setCanaryScale": {"replicas": 1}}, {"setHeaderRoute": {"name": "web-ab"}}, {"pause": {"duration": "2h"}}]),
	steps([{"setWeight": 10}, {"analysis": {"templates": []}}]),
	steps([{"experiment": {"analyses": [{"name": "a"}]}}]),
	blue("autoPromotionEnabled", false),
	blue("prePromotionAnalysis", {"templates": []}),
	blue("postPromotionAnalysis", {"templates": []}),
	r.put(r.plain, "/apiVersion", "rollouts.kruise.io/v1"),
]

rolling := sound(r.of({"canary": {"maxSurge": 1, "maxUnavailable": 0}}))

test_passes_where_nothing_is_protected if {
	count(ts_rol_004.deny) == 0 with input as json.remove(samples.of(r.blue_green), ["/ctx/protected"])
	count(ts_rol_004.deny) == 0 with input as json.remove(samples.set([deployment({"type": "Recreate"})]), ["/ctx/protected"])
}

critical := {
	"spec": {"services": {"web": {"critical": true}}},
	"platform": {"spec": {"environments": [{"name": "production", "requireProgressive": true}, {"name": "staging"}]}},
}

stepped := {"platform": {"spec": {"tiers": {"premium": {"allows": {"strategies": ["canary"]}}}}}}

deployment(strategy) := {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": samples.meta("web"), "spec": {"strategy": strategy}}

test_violates_pod_by_pod if {
	every o in [rolling, sound(r.of({})), steps([])] {
		ts_rol_004.deny == {{
			"path": ["spec", "strategy"],
			"message": "rollout replaces pod by pod, and the environment demands steps of critical services",
		}} with input as samples.within(samples.of(o), critical)
	}
	ts_rol_004.deny == {{
		"path": ["spec", "strategy"],
		"message": "rollout replaces pod by pod, and the tier does not allow that",
	}} with input as samples.within(samples.of(rolling), stepped)
}

test_passes_pod_by_pod_elsewhere if {
	count(ts_rol_004.deny) == 0 with input as samples.within(samples.of(rolling), object.union(critical, {"environment": "staging"}))
	count(ts_rol_004.deny) == 0 with input as samples.within(samples.of(r.put(rolling, "/metadata/name", "api")), critical)
	count(ts_rol_004.deny) == 0 with input as samples.within(samples.of(sound(r.plain)), object.union(critical, stepped))
}

test_violates_deployment if {
	wrong := {[strategy, said] |
		some [strategy, message] in [
			[{"type": "Recreate"}, "deployment stops all old pods before it starts new ones"],
			[{"rollingUpdate": {"maxUnavailable": "100%"}}, "deployment may stop all old pods before it starts new ones"],
		]
		said := {f.message | some f in ts_rol_004.deny with input as samples.set([deployment(strategy)])}
		said != {message}
	}
	wrong == set()
	count(ts_rol_004.deny) == 1 with input as samples.within(samples.set([deployment({})]), critical)
	count(ts_rol_004.deny) == 1 with input as samples.within(samples.set([deployment({})]), stepped)
}

test_passes_deployment if {
	every strategy in [{}, {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "25%"}}, {"rollingUpdate": {"maxUnavailable": 1}}] {
		count(ts_rol_004.deny) == 0 with input as samples.set([deployment(strategy)])
	}
}

test_passes_deployment_of_a_rollout if {
	ref := r.put(sound(r.plain), "/spec/workloadRef", {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"})
	count(ts_rol_004.deny) == 0 with input as samples.set([deployment({"type": "Recreate"}), ref])
	every other in [
		r.put(ref, "/metadata/namespace", "globex"),
		r.put(ref, "/spec/workloadRef/name", "api"),
		r.put(ref, "/spec/workloadRef/kind", "ReplicaSet"),
	] {
		count(ts_rol_004.deny) == 1 with input as samples.set([deployment({"type": "Recreate"}), other])
	}
}
