# METADATA
# title: Guard rails are read-only for tenants
# custom:
#   id: TS-RBAC-008
#   severity: high
#   scope: object
#   waivable: false
#   brought: true
#   remedy: remove the rule; the tenant's file says what guard rails hold, such as spec.resources and spec.services.<name>.calls
#   objects: [Role, ClusterRole]
#   controls:
#     direct: [mtb:MTB-PL1-CC-TI-1, mtb:MTB-PL1-BC-CPI-2]
#     supporting: [iso:A.8.9, iso:A.8.22, soc2:CC6.1, soc2:CC8.1, csf:PR.IR-01]
package checks.ts_rbac_008

import data.lib.rbacrules

# What counts of a quota is what its status says.
powers := [{"verbs": rbacrules.writing, "groups": groups, "resources": resources} | some [groups, resources] in rails]

rails := array.concat(fixed, declared)

fixed := [
	[{""}, {"limitranges", "namespaces", "namespaces/finalize", "resourcequotas", "resourcequotas/status"}],
	[{"networking.k8s.io", "extensions"}, {"networkpolicies"}],
	[{"cilium.io"}, {"ciliumnetworkpolicies"}],
	[{"crd.projectcalico.org", "projectcalico.org"}, {"networkpolicies"}],
	[{"security.istio.io"}, {"authorizationpolicies", "peerauthentications", "requestauthentications"}],
	[{"external-secrets.io"}, {"externalsecrets", "pushsecrets", "secretstores"}],
]

# What measures releases and services, or says where requests go, is part of what the GitOps engine delivers
# once checks have judged it, and nothing that people change.
declared := [
	[{"argoproj.io"}, {"analysistemplates"}],
	[{"monitoring.coreos.com"}, {"podmonitors", "prometheusrules", "servicemonitors"}],
	[{""}, {"endpoints"}],
	[{"discovery.k8s.io"}, {"endpointslices"}],
	[{"gateway.networking.k8s.io"}, {"referencegrants"}],
]

fixed_powers := [{"verbs": rbacrules.writing, "groups": groups, "resources": resources} | some [groups, resources] in fixed]

# The role of the engine: a tenant brings none.
delivers if {
	input.object.kind == "Role"
	input.object.metadata.name == "tenant-delivery"
}

guarded := fixed_powers if delivers

guarded := powers if not delivers

deny contains finding if {
	rbacrules.changes
	some granted in rbacrules.granting(guarded)
	finding := {
		"path": ["rules", granted.index],
		"message": sprintf("rule grants %s, which are guard rails", [granted.grants]),
	}
}
