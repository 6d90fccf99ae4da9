# METADATA
# title: Service exposure limited
# custom:
#   id: TS-NET-006
#   severity: high
#   scope: [object, set]
#   waivable: true
#   brought: true
#   remedy: expose the service by spec.services.<name>.expose, and name hosts outside in spec.services.<name>.calls
#   objects: [Service]
#   controls:
#     direct: [mtb:MTB-PL1-BC-HI-1#nodeport, soc2:CC6.6]
#     supporting: [nsa:NET-02, iso:A.8.20, iso:A.8.21, csf:PR.IR-01]
package checks.ts_net_006

import data.lib.addresses
import data.lib.hosts
import data.lib.releases

# No tier has load balancers of its own: hosts are served by the platform's ingress or gateway.
deny contains finding if {
	service
	type := input.object.spec.type
	not type in {"ClusterIP", "ExternalName"}
	finding := {"path": ["spec", "type"], "message": sprintf("type %v opens the Service outside of the platform's gateway", [type])}
}

# Where that is accepted, it still says for whom.
deny contains finding if {
	service
	input.object.spec.type == "LoadBalancer"
	open_to_all([range | some range in input.object.spec.loadBalancerSourceRanges; addresses.valid(range)])
	finding := {"path": ["spec", "loadBalancerSourceRanges"], "message": "load balancer is open for every address"}
}

deny contains finding if {
	service
	count(input.object.spec.externalIPs) > 0
	finding := {"path": ["spec", "externalIPs"], "message": "Service takes the requests to addresses that it chose itself"}
}

deny contains finding if {
	service
	address := input.object.spec.loadBalancerIP
	address != ""
	finding := {"path": ["spec", "loadBalancerIP"], "message": sprintf("Service chose its own address %v", [address])}
}

deny contains finding if {
	service
	input.object.spec.type == "ExternalName"
	host := object.get(input.object.spec, "externalName", "")
	not declared(host)
	finding := {
		"path": ["spec", "externalName"],
		"message": sprintf("Service is another name for %v, which is no host outside that a service declares to call", [host]),
	}
}

# Without a selector the addresses behind a Service come from whoever writes them. Those that a Rollout
# manages get theirs from it.
deny contains finding if {
	some entry in input.kinds.Service
	entry.object.apiVersion == "v1"
	object.get(entry.object, ["spec", "type"], "ClusterIP") != "ExternalName"
	count(object.get(entry.object, ["spec", "selector"], {})) == 0
	key := [object.get(entry.object, ["metadata", "namespace"], ""), object.get(entry.object, ["metadata", "name"], "")]
	not key in managed
	finding := {"object": entry.index, "path": ["spec"], "message": "Service selects no pods, and no Rollout manages it"}
}

service if {
	input.object.kind == "Service"
	input.object.apiVersion == "v1"
}

open_to_all([])

open_to_all(ranges) if {
	some family in {"0.0.0.0/0", "::/0"}
	family in net.cidr_merge(ranges)
}

declared(host) if {
	hosts.called(host)
	not hosts.inside(host)
}

managed contains named.key if some named in releases.services
