# METADATA
# title: No cluster-scoped object from a tenant
# custom:
#   id: TS-GEN-003
#   severity: critical
#   scope: object
#   waivable: false
#   remedy: remove the object; only the platform team can create what belongs to the whole cluster (platform spec.kinds.allowed)
#   objects: [all]
#   controls:
#     direct: [mtb:MTB-PL1-CC-CPI-1]
#     supporting: [cis:5.1.1, cis:5.1.12, cis:5.1.9, iso:A.8.2, iso:A.8.18, soc2:CC6.3, csf:PR.AA-05, gdpr:32.1.b]
package checks.ts_gen_003

deny contains finding if {
	input.scope == "Cluster"
	not own_namespace
	not by_platform
	not own_guard
	finding := {
		"path": ["kind"],
		"message": sprintf("%s %v belongs to the whole cluster", [input.object.kind, object.get(input.object, ["metadata", "name"], "")]),
	}
}

own_namespace if {
	input.object.kind == "Namespace"
	input.owner == "platform"
	input.object.metadata.name in input.ctx.namespaces
}

# Without a tenant nobody knows whose namespace it is.
own_namespace if {
	input.object.kind == "Namespace"
	not input.ctx.tenant
}

# The policy of the cluster above those of the tenant's namespace: it closes, and opens nothing.
own_guard if {
	input.object.kind == "ClusterNetworkPolicy"
	group(input.object.apiVersion) == "policy.networking.k8s.io"
	input.owner == "platform"
	input.object.spec.subject.namespaces.matchLabels["kubernetes.io/metadata.name"] in input.ctx.namespaces
	count([rule | some direction in ["ingress", "egress"]; some rule in input.object.spec[direction]; not closes(rule)]) == 0
}

closes(rule) if rule.action in {"Deny", "Pass"}

by_platform if {
	input.owner == "platform"
	input.object.kind != "Namespace"
	some allowed in input.ctx.platform.allowed_kinds
	allowed.kind == input.object.kind
	allowed.group == group(input.object.apiVersion)
}

# The core group has no name, and its versions have no slash.
group(version) := name if [name, _] := split(version, "/")

group(version) := "" if not contains(version, "/")
