# METADATA
# title: Environments are separate
# custom:
#   id: TS-AUD-009
#   severity: high
#   scope: [object, tenant, fleet]
#   waivable: false
#   needs_tenant: true
#   remedy: say under spec.environments what differs there, such as its own spec.environments.<name>.secrets, host and identity; the patch or object of your own must name its own environment alone
#   objects: [tenant, NetworkPolicy, RoleBinding, ClusterRoleBinding, ReferenceGrant, ExternalSecret, PushSecret, Cluster, ObjectStore]
#   controls:
#     direct: [iso:A.8.31]
#     supporting: [iso:A.8.33, iso:A.8.11, iso:A.8.22, soc2:CC8.1, soc2:CC6.1, csf:PR.IR-01, csf:PR.PS-06, gdpr:25.2, gdpr:5.1.b]
package checks.ts_aud_009

import data.lib.environments

deny contains finding if {
	not input.object
	not input.objects
	some name, secret in input.ctx.spec.secrets
	some environment in within(secret.path)
	finding := {
		"path": [],
		"field": ["spec", "secrets", name, "path"],
		"message": secret_of(secret.path, environment),
	}
}

# The environments that a path is of: those that name a part of it, and those whose beginning it has.
within(key) := (environments.names & {part | some part in split(lower(key), "/")}) | {environment |
	prefix := input.ctx.platform.spec.secretStore.prefix
	contains(prefix, "{env}")
	some environment in environments.names
	beginning := replace(replace(prefix, "{tenant}", input.ctx.tenant), "{env}", environment)
	startswith(sprintf("%s/", [key]), sprintf("%s/", [trim_suffix(beginning, "/")]))
}

secret_of(key, environment) := sprintf("secret %v is one of environment %s, which is kept apart from this one", [key, environment])

deny contains finding if {
	some shared in input.mixed
	some holder in shared.holders
	finding := {
		"member": holder.member,
		"object": holder.object,
		"path": holder.path,
		"field": holder.field,
		"message": sprintf("%s %s is that of a protected environment and of another one", [holder.kind, holder.value]),
	}
}
