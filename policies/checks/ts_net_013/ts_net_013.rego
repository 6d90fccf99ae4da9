# METADATA
# title: The mesh is not bypassed
# custom:
#   id: TS-NET-013
#   severity: high
#   scope: object
#   waivable: true
#   brought: true
#   remedy: remove the label or annotation from the patch or object of your own; only the platform team can take a cluster out of the mesh, by platform spec.clusters.<name>.mesh
#   objects: [Namespace, pods]
#   controls:
#     supporting: [nsa:NET-08, iso:A.8.24, iso:A.8.22, soc2:CC6.7, csf:PR.DS-02]
package checks.ts_net_013

import data.lib.mesh
import data.lib.pods

deny contains finding if {
	input.object.kind == "Namespace"
	mesh.istio
	labels := object.get(input.object, ["metadata", "labels"], {})
	not member(labels)
	finding := {"path": ["metadata", "labels"], "message": "namespace takes no part in the mesh of the cluster"}
}

# Where both are asked for, a pod gets a sidecar, for which nobody made room, and the node's proxy leaves it alone.
deny contains finding if {
	input.object.kind == "Namespace"
	mesh.istio
	labels := object.get(input.object, ["metadata", "labels"], {})
	injected(labels)
	labels["istio.io/dataplane-mode"] == "ambient"
	finding := {"path": ["metadata", "labels"], "message": "namespace asks for sidecars and for the proxies of nodes at once"}
}

member(labels) if {
	not mesh.ambient
	injected(labels)
}

member(labels) if {
	mesh.ambient
	labels["istio.io/dataplane-mode"] == "ambient"
}

injected(labels) if labels["istio-injection"] == "enabled"

injected(labels) if {
	not labels["istio-injection"]
	object.get(labels, "istio.io/rev", "") != ""
}

# Pods that tenantsmith renders keep their proxy, those of jobs and tests too, so nobody is exempt.
deny contains finding if {
	mesh.istio
	some p in pods.all
	some field in ["labels", "annotations"]
	some key, value in p.pod.metadata[field]
	fault := bypass(key, sprintf("%v", [value]))
	finding := {
		"path": array.concat(p.path, ["metadata", field, key]),
		"message": sprintf("%s %s", [key, fault]),
	}
}

bypass("sidecar.istio.io/inject", value) := "keeps the pod out of the mesh" if value != "true"

bypass("istio.io/dataplane-mode", "none") := "keeps the pod out of the mesh"

bypass("ambient.istio.io/redirection", "disabled") := "keeps the pod out of the mesh"

bypass("linkerd.io/inject", "disabled") := "keeps the pod out of the mesh"

bypass("sidecar.istio.io/interceptionMode", "NONE") := "lets requests past the proxy"

bypass("ambient.istio.io/bypass-inbound-capture", value) := "lets requests past the proxy" if value != "false"

bypass(key, value) := sprintf("lets requests past the proxy: %v", [value]) if {
	regex.match(`^traffic\.sidecar\.istio\.io/exclude|^config\.linkerd\.io/skip-(in|out)bound-ports$`, key)
	value != ""
}

bypass(key, value) := sprintf("sends only some requests through the proxy: %v", [value]) if {
	key in {"traffic.sidecar.istio.io/includeInboundPorts", "traffic.sidecar.istio.io/includeOutboundIPRanges"}
	value != "*"
}
