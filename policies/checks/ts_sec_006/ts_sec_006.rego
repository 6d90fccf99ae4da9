# METADATA
# title: ExternalSecret reads only the tenant path
# description: |
#   Paths are compared by their parts, and none may hold what a store could read otherwise: dots, empty parts,
#   % or braces. Vaults that know no slashes in names cannot show whose a secret is; give each tenant one of its own.
# custom:
#   id: TS-SEC-006
#   severity: critical
#   scope: [object, set]
#   waivable: false
#   needs_tenant: true
#   remedy: name a path of the tenant in spec.secrets.<name>.path; only the platform team can give it another one, by platform spec.secretStore.prefix, or allow a kind that writes or makes secrets, by platform spec.kinds.allowed
#   objects: [ExternalSecret, PushSecret, SecretProviderClass, VaultStaticSecret, VaultDynamicSecret, tenant]
#   controls:
#     direct: [mtb:MTB-PL1-CC-TI-2, iso:A.8.3, soc2:CC6.1, gdpr:32.1.b]
#     supporting: [cis:5.4.2, iso:A.5.17, csf:PR.AA-05, csf:PR.DS-01, gdpr:25.1, gdpr:5.1.f]
package checks.ts_sec_006

deny contains finding if {
	_ = input.facts
	some name, secret in input.ctx.spec.secrets
	path := secret.path
	not own(path)
	finding := {
		"path": [],
		"field": ["spec", "secrets", name, "path"],
		"message": sprintf("path %s is not below %s, where the tenant's secrets are", [path, beginning]),
	}
}

own(key) if {
	parts := split(key, "/")
	every part in parts {
		not part in {"", ".", ".."}
	}
	not regex.match(`[%{}$\\]`, key)
	array.slice(parts, 0, count(prefix)) == prefix
}

prefix := [part |
	pattern := object.get(input.ctx.platform, ["spec", "secretStore", "prefix"], "{tenant}")
	tenant := concat(input.ctx.tenant, split(pattern, "{tenant}"))
	some part in split(concat(input.ctx.environment, split(tenant, "{env}")), "/")
	part != ""
]

beginning := concat("/", prefix)
