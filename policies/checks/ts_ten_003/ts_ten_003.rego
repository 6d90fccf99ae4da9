# METADATA
# title: Tenant id is safe
# custom:
#   id: TS-TEN-003
#   severity: critical
#   scope: [tenant, set]
#   waivable: false
#   needs_tenant: true
#   remedy: choose another metadata.name of the tenant, or a shorter name of the service in spec.services
#   objects: [tenant, all]
#   controls:
#     supporting: [iso:A.8.26, iso:A.8.28, soc2:CC6.1, csf:PR.PS-06, csf:PR.AA-01]
package checks.ts_ten_003

# Names of tools and of devices, and of what stands beside tenants.
reserved := {
	"admin", "all", "argocd", "aux", "con", "default", "flux", "istio", "kube", "none", "nul", "openshift", "overrides", "platform",
	"prn", "system", "tenants", "tenantsmith",
}

deny contains finding if {
	input.ctx.tenant
	not input.objects
	fault := unsafe(input.ctx.tenant)
	finding := {
		"path": [],
		"field": ["metadata", "name"],
		"message": sprintf("tenant name %q %s", [input.ctx.tenant, fault]),
	}
}

# Two dashes mark the names of DNS that stand for letters of other scripts.
unsafe(name) := "is not made of at most 40 lower-case letters, digits and dashes of ASCII" if {
	not regex.match(`^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$`, name)
} else := "has two dashes in a row" if {
	contains(name, "--")
} else := "is reserved" if {
	name in reserved
} else := "begins like the names of Kubernetes or the platform" if {
	regex.match(`^(kube|openshift|system|tenantsmith)-|^(com|lpt)[0-9]$`, name)
}

deny contains finding if {
	input.ctx.tenant
	not input.objects
	some [what, name] in [["environment", input.ctx.environment], ["namespace", input.ctx.namespace]]
	not regex.match(`^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$`, name)
	finding := {
		"path": [],
		"field": ["metadata", "name"],
		"message": sprintf("%s %q is no name of at most 63 lower-case letters, digits and dashes", [what, name]),
	}
}
