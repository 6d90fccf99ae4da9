# METADATA
# title: No escalation verbs
# custom:
#   id: TS-RBAC-002
#   severity: critical
#   scope: object
#   waivable: false
#   brought: true
#   remedy: remove the verb; only the platform team can grant more rights, by the roles that spec.owners names
#   objects: [Role, ClusterRole]
#   controls:
#     direct: [cis:5.1.8, mtb:MTB-PL2-CC-TI-1, iso:A.8.2]
#     supporting: [nsa:AUTH-02, soc2:CC6.3, csf:PR.AA-05, gdpr:32.1.b]
package checks.ts_rbac_002

import data.lib.rbac

deny contains finding if {
	regex.match(`"(\*|escalate|bind|impersonate[^"]*|approve|sign|attest)"`, rbac.text)
	some rule in rbac.rules
	some verb in rule.verbs
	some power in powers
	grants(power, verb)
	count(rule.groups & (power.groups | {"*"})) > 0
	taken := {resource |
		some resource in power.resources
		some named in rule.resources
		covers(named, resource)
	}
	count(taken) > 0
	finding := {
		"path": ["rules", rule.index, "verbs"],
		"message": sprintf("rule grants %q of %s, by which its holder takes more rights", [verb, concat(", ", sort(taken))]),
	}
}

powers := [
	{
		"verbs": {"escalate", "bind"},
		"groups": {"rbac.authorization.k8s.io"},
		"resources": {"roles", "clusterroles"},
	},
	{
		"verbs": {"impersonate"},
		"groups": {"", "authentication.k8s.io"},
		"resources": {"users", "groups", "serviceaccounts", "uids", "userextras"},
	},
	{
		"verbs": {"approve", "sign", "attest"},
		"groups": {"certificates.k8s.io"},
		"resources": {"signers"},
	},
]

grants(_, "*")

grants(power, verb) if verb in power.verbs

# impersonate:user-info and impersonate-on:…, which newer clusters know.
grants(power, verb) if {
	"impersonate" in power.verbs
	startswith(verb, "impersonate")
	verb != "impersonate"
}

# Whether the name in a rule covers a resource: itself, by a subresource, or by a wildcard.
covers("*", _)

covers(resource, resource)

covers(named, _) if startswith(named, "*/")

covers(named, resource) if startswith(named, concat("", [resource, "/"]))
