# METADATA
# title: No cluster-level resource in a rule
# custom:
#   id: TS-RBAC-009
#   severity: high
#   scope: object
#   waivable: false
#   brought: true
#   remedy: remove the resource from the rule; only the platform team can grant what is the whole cluster's
#   objects: [Role, ClusterRole]
#   controls:
#     direct: [cis:5.1.9, cis:5.1.10, cis:5.1.11, cis:5.1.12, mtb:MTB-PL1-CC-CPI-1]
#     supporting: [nsa:AUTH-02, iso:A.8.2, soc2:CC6.3, csf:PR.AA-05]
package checks.ts_rbac_009

import data.lib.rbac

# By API group; none of them means every resource of the group.
cluster := {
	"": {"componentstatuses", "nodes", "persistentvolumes"},
	"admissionregistration.k8s.io": set(),
	"apiextensions.k8s.io": {"customresourcedefinitions"},
	"apiregistration.k8s.io": {"apiservices"},
	"authentication.k8s.io": {"tokenreviews"},
	"authorization.k8s.io": {"subjectaccessreviews"},
	"certificates.k8s.io": {"certificatesigningrequests", "clustertrustbundles", "signers"},
	"metrics.k8s.io": {"nodes"},
	"rbac.authorization.k8s.io": {"clusterrolebindings", "clusterroles"},
	"storage.k8s.io": {"csidrivers", "csinodes", "storageclasses", "volumeattachments"},
}

deny contains finding if {
	input.object.kind in {"Role", "ClusterRole"}
	some i, rule in input.object.rules
	count(rbac.values(rule, "verbs")) > 0
	some j, resource in rule.resources
	some group in rbac.values(rule, "apiGroups")
	whole(group, split(resource, "/")[0])
	finding := {
		"path": ["rules", i, "resources", j],
		"message": sprintf("rule grants %s, which is the whole cluster's", [resource]),
	}
}

# A subresource belongs where its resource does, and a Role cannot grant any of them: it says what its
# author wants, and grants it as soon as somebody makes it a ClusterRole.
whole(group, _) if cluster[group] == set()

whole(group, resource) if resource in cluster[group]

whole(group, "*") if cluster[group]

whole("*", resource) if {
	some _, resources in cluster
	resource in (resources | {"*", "mutatingwebhookconfigurations", "validatingwebhookconfigurations"})
}
