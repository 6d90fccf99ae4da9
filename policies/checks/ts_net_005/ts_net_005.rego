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
	not asks_for_identity(p)
	open := addresses.open_ranges(block.cidr, object.get(block, "except", []))
	finding := {
		"path": array.concat(p.path, ["ipBlock", "cidr"]),
		"message": sprintf("policy opens egress for %v, and so for %s", [block.cidr, open]),
	}
}

# The metadata server of GKE answers each pod by the identity of its own account, and conceals the node's. It is open
# to the pods of a service that has an identity, and to those of the second version of its test. The policy is ours:
# the API server takes one with its label from nobody else.
asks_for_identity(p) if {
	input.ctx.cluster.cloud == "gcp"
	input.object.metadata.labels["app.kubernetes.io/managed-by"] == "tenantsmith"
	selected := input.object.spec.podSelector.matchLabels["app.kubernetes.io/name"]
	input.object.spec.podSelector == {"matchLabels": {"app.kubernetes.io/name": selected}}
	some name, service in input.ctx.spec.services
	selected in {name, concat("", [name, "-b"])}
	service.identity != ""
	ports := metadata_server[p.peer.ipBlock.cidr]
	count(p.rule.ports) > 0
	every port in p.rule.ports {
		port.protocol == "TCP"
		port.port in ports
		not port.endPort
	}
}

metadata_server["169.254.169.252/32"] := {987, 988}

# Where policies see the address that all of Google Cloud has.
metadata_server["169.254.169.254/32"] := {80, 8080} if input.ctx.cluster.cni in {"cilium", "dataplane-v2"}
