# METADATA
# title: Secrets are not readable at large
# custom:
#   id: TS-RBAC-005
#   severity: high
#   scope: [object, set]
#   waivable: true
#   brought: true
#   remedy: name the Secrets in resourceNames of the rule and grant get alone; services get theirs by spec.services.<name>.env
#   objects: [Role, ClusterRole]
#   controls:
#     direct: [cis:5.1.2, soc2:CC6.1]
#     supporting: [nsa:AUTH-02, iso:A.8.3, iso:A.5.17, csf:PR.AA-05, csf:PR.AA-01, gdpr:32.1.b]
package checks.ts_rbac_005

import data.lib.rbac
import data.lib.rbacrules

# The answer to a patch holds the whole Secret, the one to a deletion of all of them every one.
powers := [{"verbs": {"get", "list", "watch", "patch", "update", "deletecollection"}, "groups": {""}, "resources": {"secrets"}}]

listing := [{"verbs": {"list", "watch"}, "groups": {""}, "resources": {"secrets"}}]

deny contains finding if {
	regex.match(`"(\*|secrets)"`, rbac.text)
	some granted in rbacrules.granting(powers)
	rule := granted.rule
	not named(rule)
	not helm_storage
	finding := {
		"path": ["rules", granted.index],
		"message": sprintf("rule grants %s, and names none%s", [granted.grants, unused]),
	}
}

deny contains finding if {
	some entry in rbacrules.held_by_people
	some i, rule in entry.object.rules
	named(rule)
	grants := rbacrules.grants(rule, listing)
	finding := {
		"object": entry.index,
		"path": ["rules", i],
		"message": sprintf("rule grants people %s", [grants]),
	}
}

# Helm keeps releases in Secrets whose names nobody knows before. This role of the platform's is bound to nobody but the
# tenant's delivery account, and is there only where Flux installs charts for the tenant.
helm_storage if {
	of_helm
	some source in input.ctx.spec.delivery.sources
	chart(source)
}

of_helm if {
	input.object.metadata.name == "tenant-delivery-helm"
	input.owner == "platform"
}

default unused := ""

unused := ", and Flux installs no chart for the tenant" if of_helm

chart(source) if source.kind == "helm"

chart(source) if source.chart

# An empty name is that of a request for all of them.
named(rule) if {
	names := rbac.values(rule, "resourceNames")
	count(names) > 0
	not "" in names
}
