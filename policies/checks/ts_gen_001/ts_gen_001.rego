# METADATA
# title: Only known kinds
# custom:
#   id: TS-GEN-001
#   severity: high
#   scope: object
#   waivable: false
#   remedy: only the platform team can add a kind, by platform spec.kinds.allowed
#   objects: [all]
#   controls:
#     supporting: [cis:5.2.1, mtb:MTB-PL1-CC-CPI-1, iso:A.8.9, iso:A.8.19, soc2:CC6.8, soc2:CC8.1, csf:PR.PS-01, csf:PR.PS-05]
package checks.ts_gen_001

deny contains finding if {
	not input.scope
	finding := {
		"path": ["kind"],
		"message": sprintf("kind %v of %v is not among the known kinds", [
			object.get(input.object, "kind", "(none)"),
			object.get(input.object, "apiVersion", "(no version)"),
		]),
	}
}

# These are known for the platform's sake: whoever makes one has the delivery apply what it likes, with
# the rights of the delivery.
deny contains finding if {
	input.object.kind in {
		"AppProject", "Application", "ApplicationSet", "Bucket", "GitRepository", "HelmRelease", "HelmRepository", "Kustomization",
		"OCIRepository",
	}
	regex.match(`^(argoproj\.io|([a-z]+\.)+fluxcd\.io)/`, input.object.apiVersion)
	input.scope
	input.ctx.tenant
	input.owner != "platform"
	not listed
	finding := {
		"path": ["kind"],
		"message": sprintf("kind %v has the cluster apply more, which is for the platform to decide", [input.object.kind]),
	}
}

# A filter at the gateway of the tenant's own would take the place of the firewall before its hosts.
deny contains finding if {
	input.object.kind in {"EnvoyExtensionPolicy", "WasmPlugin"}
	regex.match(`^(gateway\.envoyproxy\.io|extensions\.istio\.io)/`, input.object.apiVersion)
	input.scope
	input.ctx.tenant
	input.owner != "platform"
	not listed
	finding := {
		"path": ["kind"],
		"message": sprintf("kind %v changes what the gateway does with requests, which is for the platform to decide", [input.object.kind]),
	}
}

listed if {
	some allowed in input.ctx.platform.allowed_kinds
	allowed.kind == input.object.kind
	startswith(input.object.apiVersion, concat("", [allowed.group, "/"]))
}
