# What tenantsmith renders selects namespaces by their names.
package checks.ts_net_003

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
