# METADATA
# title: Metadata and control plane are unreachable
# custom:
#   id: TS-NET-005
#   severity: critical
#   scope: object
#   waivable: false
#   remedy: name another range in spec.services.<name>.calls, or remove the address; the machine's own addresses and those of platform spec.network.forbidden are for nobody
#   objects: [NetworkPolicy, CiliumNetworkPolicy, ServiceEntry, WorkloadEntry, Service, Endpoints, EndpointSlice, pods, AnalysisTemplate, ClusterAnalysisTemplate, AnalysisRun, RequestAuthentication, Probe, ScrapeConfig, ServiceMonitor, PodMonitor, AlertmanagerConfig, ScaledObject, ScaledJob, SecretStore, Rollout, Experiment]
#   controls:
#     direct: [nsa:NET-10]
#     supporting: [nsa:NET-04, iso:A.8.20, iso:A.8.22, soc2:CC6.1, soc2:CC6.6, csf:PR.IR-01, gdpr:32.1.b]
package checks.ts_net_005

import data.lib.addresses
import data.lib.network

deny contains finding if {
	some entry in network.everybody
	entry.direction == "egress"
	finding := {"path": entry.path, "message": "policy opens egress for everybody, the machine's own addresses among them"}
}

deny contains finding if {
	some p in network.peers
	p.direction == "egress"
	block := p.peer.ipBlock
	open := addresses.open_ranges(block.cidr, object.get(block, "except", []))
	finding := {
		"path": array.concat(p.path, ["ipBlock", "cidr"]),
		"message": sprintf("policy opens egress for %v, and so for %s", [block.cidr, open]),
	}
}
