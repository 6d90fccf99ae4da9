# METADATA
# title: No path between tenants
# custom:
#   id: TS-NET-004
#   severity: critical
#   scope: object
#   waivable: false
#   needs_tenant: true
#   remedy: declare calls in spec.services.<name>.calls and callers in spec.accepts, and let tenantsmith render the policy; select namespaces by kubernetes.io/metadata.name
#   objects: [NetworkPolicy, CiliumNetworkPolicy, Namespace, pods]
#   controls:
#     direct: [mtb:PENDING-1201, iso:A.8.22, soc2:CC6.1, csf:PR.IR-01, gdpr:32.1.b]
#     supporting: [mtb:MTB-PL1-CC-TI-2, nsa:NET-02, iso:A.8.3, soc2:CC6.6, csf:ID.AM-03, gdpr:25.1, gdpr:5.1.f]
package checks.ts_net_004

import data.lib.addresses
import data.lib.network

# Each side of a connection has to name the other. So no pair of tenants is open as long as neither
# opens to more than itself, the platform, and those with whom a call is agreed; loading the tenants
# has refused calls that lead nowhere, and TS-TEN-004 those that are not accepted.

deny contains finding if {
	some p in network.peers
	block := p.peer.ipBlock
	network.readable(block)
	some range in input.ctx.platform.spec.network.cluster
	addresses.open(block.cidr, object.get(block, "except", []), range)
	finding := {
		"path": array.concat(p.path, ["ipBlock", "cidr"]),
		"message": sprintf("policy opens %s for %v, which meets %v, the addresses of every tenant's pods and Services", [p.direction, block.cidr, range]),
	}
}
