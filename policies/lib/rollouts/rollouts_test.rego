# Rollouts that unit tests share; nothing is wrong with any of them.
package lib.rollouts_test

import data.lib.rollouts
import data.lib.samples_test as samples

of(strategy) := {
	"apiVersion": "argoproj.io/v1alpha1",
	"kind": "Rollout",
	"metadata": samples.meta("web"),
	"spec": {
		"revisionHistoryLimit": 5,
		"selector": {"matchLabels": {"app": "web"}},
		"template": {"metadata": {"labels": {"app": "web"}}, "spec": {
			"containers": [{
				"name": "web",
				"image": "web:1",
				"ports": [{"name": "http", "containerPort": 8080}],
				"resources": {"requests": {"cpu": "1", "memory": "1Gi"}},
				"readinessProbe": {"httpGet": {"path": "/", "port": "http"}},
				"volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}],
			}],
			"volumes": [{"name": "tmp", "emptyDir": {}}],
		}},
		"strategy": strategy,
	},
}

plain := of({"canary": {"maxSurge": 1, "maxUnavailable": 0, "steps": [{"setWeight": 20}, {"pause": {"duration": "5m"}}]}})

routed := of({"canary": {
	"stableService": "web",
	"canaryService": "web-canary",
	"scaleDownDelaySeconds": 60,
	"scaleDownDelayRevisionLimit": 1,
	"trafficRouting": {
		"istio": {"virtualServices": [{"name": "web", "routes": ["primary"]}]},
		"managedRoutes": [{"name": "web-ab"}],
	},
	"steps": [{"setWeight": 20}, {"pause": {}}],
}})

blue_green := of({"blueGreen": {
	"activeService": "web",
	"previewService": "web-preview",
	"scaleDownDelaySeconds": 60,
	"scaleDownDelayRevisionLimit": 1,
}})

# The same with another value at a path.
put(o, path, value) := json.patch(o, [{"op": "add", "path": path, "value": value}])

drop(o, path) := json.patch(o, [{"op": "remove", "path": path}])

canary(o, field, value) := put(o, concat("", ["/spec/strategy/canary/", field]), value)

blue(field, value) := put(blue_green, concat("", ["/spec/strategy/blueGreen/", field]), value)

pod(field, value) := put(plain, concat("", ["/spec/template/spec/", field]), value)

test_durations if {
	every x in [0, 30, "30", "5m", "1h30m", "500ms", "0.5s", "+10s"] { rollouts.duration(x) }
	every x in [-1, 0.5, "1d", "", "m", "-5s", "5 m", true, {}, "99x"] { not rollouts.duration(x) }
	every x in [0, "0", "0s", "500ms", "10us", "0.0s"] { rollouts.no_time(x) }
	every x in [1, "1", "1s", "1500ms", "", true, "5m"] { not rollouts.no_time(x) }
}

test_naturals if {
	every x in [0, 1, 2147483647] { rollouts.natural(x) }
	every x in [-1, 0.5, 2147483648, "1", true, {}] { not rollouts.natural(x) }
}

test_other_groups if {
	every o in [put(plain, "/apiVersion", "rollouts.kruise.io/v1"), put(plain, "/kind", "Deployment"), {}, {"kind": "Rollout"}] {
		not rollouts.rollout with input as samples.of(o)
	}
}
