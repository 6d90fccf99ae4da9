# METADATA
# title: Releases among the objects
# description: |
#   Finds what the Rollouts of a set name, each with the place that names it. A name is looked up in
#   the namespace of its Rollout, as the controller does.
package lib.releases

# The Rollouts of the set as [index, namespace, strategy], the canaries among them and those with a
# router as [index, namespace, settings]. Where no Rollout is, nobody asks for them.
rollouts := [[entry.index, object.get(entry.object, ["metadata", "namespace"], ""), entry.object.spec.strategy] |
	some entry in input.kinds.Rollout
	entry.object.apiVersion == "argoproj.io/v1alpha1"
] if input.kinds.Rollout

canaries := [[index, namespace, strategy.canary] | some [index, namespace, strategy] in rollouts] if input.kinds.Rollout

routed := [[index, namespace, canary.trafficRouting] | some [index, namespace, canary] in canaries] if input.kinds.Rollout

# Each Service that a Rollout manages is {"index", "path", "key"}, where index is that of the Rollout
# and key is namespace and name.
services contains {"index": index, "path": array.concat(["spec", "strategy"], path), "key": [namespace, named]} if {
	some [index, namespace, strategy] in rollouts
	some path in [["blueGreen", "activeService"], ["blueGreen", "previewService"], ["canary", "canaryService"], ["canary", "stableService"]]
	named := strategy[path[0]][path[1]]
	text(named)
}

services contains {"index": index, "path": ["spec", "strategy", "canary", "pingPong", field], "key": [namespace, named]} if {
	some [index, namespace, canary] in canaries
	some field in ["pingService", "pongService"]
	named := canary.pingPong[field]
	text(named)
}

text(x) if {
	is_string(x)
	x != ""
}

# The objects of the kinds that Rollouts name, each as a set of indexes by namespace and name.
by_key[kind] := found if {
	some kind, group in groups
	found := {key: indexes |
		some entry in input.kinds[kind]
		is_string(entry.object.apiVersion)
		startswith(entry.object.apiVersion, group)
		key := [object.get(entry.object, ["metadata", "namespace"], ""), object.get(entry.object, ["metadata", "name"], "")]
		indexes := {other.index |
			some other in input.kinds[kind]
			other.object.metadata.name == key[1]
			object.get(other.object, ["metadata", "namespace"], "") == key[0]
		}
	}
}

groups := {
	"AnalysisTemplate": "argoproj.io/", "ClusterAnalysisTemplate": "argoproj.io/", "DestinationRule": "networking.istio.io/",
	"GRPCRoute": "gateway.networking.k8s.io/", "HTTPRoute": "gateway.networking.k8s.io/", "Ingress": "networking.k8s.io/",
	"Mapping": "getambassador.io/", "Service": "v1", "TCPRoute": "gateway.networking.k8s.io/",
	"TLSRoute": "gateway.networking.k8s.io/", "VirtualService": "networking.istio.io/",
}

# The Services of both versions of a canary, by the index of its Rollout: first the stable one. Routes
# lead to ping and pong only where no other Services are named.
pair(index) := [canary.stableService, canary.canaryService] if {
	canary := input.objects[index].spec.strategy.canary
} else := [ping.pingService, ping.pongService] if {
	canary := input.objects[index].spec.strategy.canary
	not canary.stableService
	not canary.canaryService
	ping := canary.pingPong
}
