# METADATA
# title: Default deny egress
# custom:
#   id: TS-NET-002
#   severity: high
#   scope: [object, set]
#   waivable: false
#   needs_tenant: true
#   remedy: keep the NetworkPolicy default-deny that tenantsmith renders, and declare what leaves in spec.services.<name>.calls
#   objects: [Namespace, NetworkPolicy]
#   controls:
#     direct: [cis:5.3.2, nsa:NET-02, csf:PR.IR-01]
#     supporting: [iso:A.8.22, iso:A.8.12, soc2:CC6.6, soc2:CC6.7, csf:PR.DS-02, gdpr:32.1.b]
package checks.ts_net_002

import data.lib.network

deny contains finding if {
	some namespace in input.ctx.namespaces
	input.facts
	not namespace in closed
	finding := object.union(network.of_namespace(namespace), {
		"path": [],
		"message": sprintf("namespace %q has no NetworkPolicy that denies egress by default", [namespace]),
	})
}

closed contains entry.object.metadata.namespace if {
	some entry in input.kinds.NetworkPolicy
	network.denies(entry.object, "egress")
}

# Names are resolved by the platform only: any other resolver is a way out.
deny contains finding if {
	some p in network.peers
	p.direction == "egress"
	network.resolves(p.rule, p.peer)
	not network.resolver(p.peer)
	finding := {
		"path": p.path,
		"message": "policy opens port 53 to others than the platform's resolver",
	}
}
