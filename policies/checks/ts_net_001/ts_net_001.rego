# METADATA
# title: Default deny ingress
# custom:
#   id: TS-NET-001
#   severity: high
#   scope: set
#   waivable: false
#   needs_tenant: true
#   remedy: keep the NetworkPolicy default-deny that tenantsmith renders; only the platform team can replace it
#   objects: [Namespace, NetworkPolicy]
#   controls:
#     direct: [cis:5.3.2, nsa:NET-02, iso:A.8.22, soc2:CC6.1, soc2:CC6.6, csf:PR.IR-01, gdpr:32.1.b]
#     supporting: [mtb:PENDING-1201, iso:A.8.20, gdpr:25.2]
package checks.ts_net_001

import data.lib.network

deny contains finding if {
	some namespace in input.ctx.namespaces
	input.facts
	not namespace in closed
	finding := object.union(network.of_namespace(namespace), {
		"path": [],
		"message": sprintf("namespace %q has no NetworkPolicy that denies ingress by default", [namespace]),
	})
}

closed contains entry.object.metadata.namespace if {
	some entry in input.kinds.NetworkPolicy
	network.denies(entry.object, "ingress")
}
