# METADATA
# title: One tenant per namespace and identity
# custom:
#   id: TS-TEN-001
#   severity: critical
#   scope: fleet
#   waivable: false
#   remedy: give each tenant groups and paths of its own in spec.owners and spec.secrets.<name>.path; only the platform team can assign identities and name groups of its own, by platform spec.rbac.identities and platform spec.rbac.platformGroups
#   objects: [tenant, ExternalSecret, PushSecret, Cluster, ObjectStore]
#   controls:
#     direct: [mtb:MTB-PL1-CC-TI-2, cis:5.6.1, soc2:CC6.1, gdpr:32.1.b]
#     supporting: [iso:A.5.9, iso:A.5.16, iso:A.8.22, csf:PR.IR-01, csf:ID.AM-02, gdpr:25.1]
package checks.ts_ten_001

# Namespaces are for TS-GEN-002, AppProjects and other objects for TS-GEN-004, domains for the schema.
deny contains finding if {
	some shared in input.shared
	some holder in shared.holders
	message := told(holder)
	finding := {
		"member": holder.member,
		"object": holder.object,
		"path": holder.path,
		"field": holder.field,
		"message": message,
	}
}

told(holder) := sprintf("group %s, or one that differs in writing alone, owns another tenant as well", [holder.value]) if {
	holder.kind == "group"
}

told(holder) := sprintf("path %s in the store of secrets is, holds or lies in one of another tenant", [holder.value]) if {
	holder.kind == "secret"
}

told(holder) := sprintf("bucket %s is, holds or lies in one of another tenant", [holder.value]) if {
	holder.kind == "bucket"
}

told(holder) := sprintf("identity %s of the cloud is that of another tenant as well", [holder.value]) if {
	holder.kind == "identity"
}
