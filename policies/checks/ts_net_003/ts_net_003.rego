# METADATA
# title: No allow-all rule
# custom:
#   id: TS-NET-003
#   severity: high
#   scope: object
#   waivable: true
#   remedy: name who is called in spec.services.<name>.calls; callers are opened by spec.services.<name>.expose and spec.accepts
#   objects: [NetworkPolicy, CiliumNetworkPolicy]
#   controls:
#     direct: [nsa:NET-02, soc2:CC6.6]
#     supporting: [cis:5.3.2, iso:A.8.20, iso:A.8.22, csf:PR.IR-01]
package checks.ts_net_003

import data.lib.network

deny contains finding if {
	some entry in network.everybody
	finding := {
		"path": entry.path,
		"message": sprintf("policy opens %s for everybody", [entry.direction]),
	}
}

deny contains finding if {
	some p in network.peers
	_ = p.peer.ipBlock
	network.every_address([p.peer])
	finding := {
		"path": array.concat(p.path, ["ipBlock"]),
		"message": sprintf("policy opens %s for every address", [p.direction]),
	}
}

# Several ranges that leave nothing out.
deny contains finding if {
	network.ranged
	some direction in ["ingress", "egress"]
	ranges := [p.peer |
		some p in network.peers
		p.direction == direction
		p.peer.ipBlock
		not network.every_address([p.peer])
	]
	count(ranges) > 1
	network.every_address(ranges)
	finding := {
		"path": ["spec", direction],
		"message": sprintf("policy opens %s for every address, by several ranges", [direction]),
	}
}

deny contains finding if {
	some p in network.peers
	block := p.peer.ipBlock
	not network.readable(block)
	finding := {
		"path": array.concat(p.path, ["ipBlock", "cidr"]),
		"message": sprintf("policy names %v, which is no range of addresses", [object.get(block, "cidr", "nothing")]),
	}
}

# To others than the tenant a rule names its ports.
deny contains finding if {
	input.ctx.tenant
	some p in network.peers
	network.all_ports(p.rule)
	not network.inside(p.peer)
	finding := {
		"path": p.path,
		"message": sprintf("policy opens %s for others on every port", [p.direction]),
	}
}
