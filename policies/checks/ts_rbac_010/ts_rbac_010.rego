# METADATA
# title: Only listed roles are bound
# custom:
#   id: TS-RBAC-010
#   severity: critical
#   scope: [object, set]
#   waivable: false
#   brought: true
#   remedy: bind a Role that is rendered for the tenant, by spec.owners; only the platform team can allow a ClusterRole, by platform spec.rbac.bindableClusterRoles
#   objects: [RoleBinding, ClusterRoleBinding]
#   controls:
#     direct: [cis:5.1.1, nsa:AUTH-02, soc2:CC6.3, csf:PR.AA-05]
#     supporting: [iso:A.5.15, iso:A.8.2, gdpr:25.2]
package checks.ts_rbac_010

import data.lib.rbac

never := {"cluster-admin", "admin", "edit"}

deny contains finding if {
	role := rbac.bindings.roleRef
	role.kind != "Role"
	not bindable(role)
	finding := {
		"path": ["roleRef", "name"],
		"message": sprintf("binding grants %v %v, which tenants may not have", [role.kind, object.get(role, "name", "(no name)")]),
	}
}

deny contains finding if {
	not rbac.bindings.roleRef.kind
	_ = rbac.bindings
	finding := {
		"path": ["roleRef"],
		"message": "binding names no role",
	}
}

deny contains finding if {
	some entry in input.kinds.RoleBinding
	binding := entry.object
	binding.roleRef.kind == "Role"
	name := object.get(binding.roleRef, "name", "(no name)")
	key := [object.get(binding, ["metadata", "namespace"], ""), name]
	not key in roles
	finding := {
		"object": entry.index,
		"path": ["roleRef", "name"],
		"message": sprintf("binding grants Role %v, which is not among the objects, so that nobody judged it", [name]),
	}
}

roles contains [object.get(role, ["metadata", "namespace"], ""), role.metadata.name] if {
	some entry in input.kinds.Role
	role := entry.object
}

bindable(role) if {
	role.kind == "ClusterRole"
	name := role.name
	name in input.ctx.platform.bindable_cluster_roles
	not name in never
	not startswith(name, "system:")
}
