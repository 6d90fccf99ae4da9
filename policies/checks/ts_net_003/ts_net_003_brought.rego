# What tenantsmith renders selects namespaces by their names.
package checks.ts_net_003

import data.lib.cilium
import data.lib.hosts
import data.lib.network

deny contains finding if {
	some p in network.peers
	selector := p.peer.namespaceSelector
	network.broad(selector)
	finding := {
		"path": array.concat(p.path, ["namespaceSelector"]),
		"message": sprintf("policy opens %s for every namespace", [p.direction]),
	}
}

# Who answers for a name decides which addresses are opened.
deny contains finding if {
	input.object.kind == "CiliumNetworkPolicy"
	input.ctx.tenant
	all := cilium.hosts
	some [path, host, _] in all
	not hosts.called(host)
	finding := {"path": path, "message": sprintf("policy opens egress for host %v, which no service declares to call", [host])}
}

deny contains finding if {
	input.object.kind == "CiliumNetworkPolicy"
	all := cilium.hosts
	some [path, host, rule] in all
	count(object.get(rule, "toPorts", [])) == 0
	finding := {"path": path, "message": sprintf("policy opens egress for host %v on every port", [host])}
}
