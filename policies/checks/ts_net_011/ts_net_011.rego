# METADATA
# title: mTLS is strict
# custom:
#   id: TS-NET-011
#   severity: high
#   scope: [object, set]
#   waivable: true
#   brought: true
#   remedy: remove the setting from the patch or object of your own; only the platform team can change the mesh, by platform spec.clusters.<name>.mesh
#   objects: [PeerAuthentication, DestinationRule, AuthorizationPolicy, RequestAuthentication, Namespace]
#   controls:
#     direct: [iso:A.8.24, soc2:CC6.7, csf:PR.DS-02, csf:PR.AA-03, gdpr:32.1.a]
#     supporting: [nsa:NET-08, iso:A.8.5, iso:A.8.20]
package checks.ts_net_011

import data.lib.hosts
import data.lib.mesh

# Without one of its own the mesh's setting holds, which lets plain text in unless somebody changed it.
deny contains finding if {
	some [namespace, index] in mesh.guarded
	not namespace in strict
	finding := {
		"object": index,
		"path": [],
		"message": sprintf("namespace %v has no PeerAuthentication for all its pods with mode STRICT", [namespace]),
	}
}

strict contains entry.object.metadata.namespace if {
	some entry in input.kinds.PeerAuthentication
	mesh.everything(entry.object.spec)
	entry.object.spec.mtls.mode == "STRICT"
}

deny contains finding if {
	input.object.kind == "PeerAuthentication"
	mode := input.object.spec.mtls.mode
	mode in {"PERMISSIVE", "DISABLE"}
	finding := {"path": ["spec", "mtls", "mode"], "message": sprintf("mode %v lets plain text in", [mode])}
}

deny contains finding if {
	input.object.kind == "PeerAuthentication"
	some port, entry in input.object.spec.portLevelMtls
	mode := object.get(entry, "mode", "UNSET")
	mode != "STRICT"
	finding := {
		"path": ["spec", "portLevelMtls", port],
		"message": sprintf("mode %v lets plain text in at port %v", [mode, port]),
	}
}

deny contains finding if {
	input.object.kind == "DestinationRule"
	all := settings
	some [path, tls] in all
	fault := weak(object.get(tls, "mode", "DISABLE"), tls)
	finding := {"path": path, "message": fault}
}

# Each way of encrypting requests is [path, tls].
settings contains [array.concat(path, ["tls"]), policy.tls] if some [path, policy] in traffic

settings contains [array.concat(path, ["portLevelSettings", i, "tls"]), level.tls] if {
	some [path, policy] in traffic
	some i, level in policy.portLevelSettings
}

traffic contains [["spec", "trafficPolicy"], input.object.spec.trafficPolicy]

traffic contains [["spec", "subsets", i, "trafficPolicy"], subset.trafficPolicy] if some i, subset in input.object.spec.subsets

in_mesh if hosts.service(input.object.spec.host)

in_mesh if hosts.inside(input.object.spec.host)

weak(mode, _) := sprintf("requests to %v within the mesh are sent with TLS mode %v instead of ISTIO_MUTUAL", [input.object.spec.host, mode]) if {
	in_mesh
	mode != "ISTIO_MUTUAL"
}

weak(mode, _) := sprintf("requests to %v outside are sent with TLS mode %v instead of SIMPLE or MUTUAL", [input.object.spec.host, mode]) if {
	not in_mesh
	not mode in {"SIMPLE", "MUTUAL"}
}

weak(mode, tls) := sprintf("nobody looks at the certificate of %v", [input.object.spec.host]) if {
	not in_mesh
	mode in {"SIMPLE", "MUTUAL"}
	not verified(tls)
}

verified(tls) if {
	not tls.insecureSkipVerify == true
	some field in ["caCertificates", "subjectAltNames"]
	count(tls[field]) > 0
}
