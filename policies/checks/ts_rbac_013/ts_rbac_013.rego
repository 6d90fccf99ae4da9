# METADATA
# title: Own ServiceAccount per workload
# custom:
#   id: TS-RBAC-013
#   severity: medium
#   scope: [object, set]
#   waivable: true
#   brought: true
#   remedy: let tenantsmith render the account of spec.services.<name>, or name one of spec.delivery.accounts in the patch or object of your own
#   objects: [pods, ServiceAccount, RoleBinding, ClusterRoleBinding]
#   controls:
#     direct: [cis:5.1.5]
#     supporting: [nsa:POD-05, iso:A.5.16, soc2:CC6.1, csf:PR.AA-01]
package checks.ts_rbac_013

import data.lib.pods
import data.lib.podsets
import data.lib.rbac

deny contains finding if {
	some p in pods.all
	podsets.account(p.spec) == "default"
	finding := {
		"path": array.concat(p.path, ["spec", "serviceAccountName"]),
		"message": "pod has no ServiceAccount of its own, but the namespace's default one",
	}
}

deny contains finding if {
	some p in pods.all
	deprecated := p.spec.serviceAccount
	not deprecated in {"", null, object.get(p.spec, "serviceAccountName", "")}
	finding := {
		"path": array.concat(p.path, ["spec", "serviceAccount"]),
		"message": sprintf("pod names ServiceAccount %v by the deprecated field alone", [deprecated]),
	}
}

deny contains finding if {
	some p in podsets.all
	account := podsets.account(p.spec)
	account != "default"
	not [p.namespace, account] in accounts
	finding := {
		"object": p.index,
		"path": array.concat(p.path, ["serviceAccountName"]),
		"message": sprintf("pod names ServiceAccount %v, which is not among the objects", [account]),
	}
}

accounts contains [object.get(entry.object, ["metadata", "namespace"], ""), entry.object.metadata.name] if {
	some entry in input.kinds.ServiceAccount
}

deny contains finding if {
	input.object.kind == "ServiceAccount"
	input.object.metadata.name == "default"
	object.get(input.object, "automountServiceAccountToken", true) != false
	finding := {
		"path": ["automountServiceAccountToken"],
		"message": "the namespace's default ServiceAccount hands its token to pods",
	}
}

deny contains finding if {
	some i, subject in rbac.bindings.subjects
	default_account(subject)
	finding := {
		"path": ["subjects", i],
		"message": "binding grants to the namespace's default ServiceAccount, which every pod may have",
	}
}

default_account(subject) if {
	subject.kind == "ServiceAccount"
	subject.name == "default"
}

default_account(subject) if {
	subject.kind == "User"
	regex.match("^system:serviceaccount:[^:]*:default$", subject.name)
}

# The group of all accounts has the default ones.
default_account(subject) if {
	subject.kind == "Group"
	regex.match("^system:serviceaccounts(:|$)", subject.name)
}
