# METADATA
# title: No subject of another tenant
# custom:
#   id: TS-RBAC-012
#   severity: critical
#   scope: object
#   waivable: false
#   needs_tenant: true
#   needs: [spec.owners]
#   remedy: name the group in spec.owners; only the platform team can allow others, by platform spec.rbac.platformGroups, platform spec.rbac.platformAccounts and platform spec.rbac.identities
#   objects: [RoleBinding, ClusterRoleBinding, ServiceAccount, Cluster, Certificate, pods]
#   controls:
#     direct: [mtb:MTB-PL1-CC-TI-2, iso:A.8.3, soc2:CC6.3, csf:PR.AA-05, gdpr:32.1.b]
#     supporting: [nsa:AUTH-03, iso:A.5.16, soc2:CC6.1, csf:PR.IR-01, gdpr:25.1, gdpr:5.1.f]
package checks.ts_rbac_012

import data.lib.environments
import data.lib.rbac

# A group that two tenants own is for TS-TEN-001, an account of the tenant's own in an environment that is
# kept apart for TS-AUD-009, and what Kubernetes itself names for TS-RBAC-011.

deny contains finding if {
	some i, subject in rbac.bindings.subjects
	fault := stranger(subject)
	finding := {"path": ["subjects", i], "message": fault}
}

stranger(subject) := sprintf("binding grants to ServiceAccount %v, and names no namespace of it", [subject.name]) if {
	subject.kind == "ServiceAccount"
	object.get(subject, "namespace", "") == ""
}

stranger(subject) := message if {
	subject.kind == "ServiceAccount"
	namespace := object.get(subject, "namespace", "")
	namespace != ""
	not namespace in input.ctx.namespaces
	not platform_account(subject)
	not engines_account(subject)
	not environments.by_namespace[namespace]
	message := sprintf("binding grants to ServiceAccount %v of namespace %v, which is neither the tenant's in this environment nor the platform's", [
		object.get(subject, "name", "(no name)"),
		namespace,
	])
}

stranger(subject) := sprintf("binding grants to group %v, which is none of the tenant's owners", [name]) if {
	subject.kind == "Group"
	name := object.get(subject, "name", "")
	not own_group(name)
	not startswith(name, "system:")
}

stranger(subject) := sprintf("binding grants to user %v, and people are named by groups of the tenant's owners", [name]) if {
	subject.kind == "User"
	name := object.get(subject, "name", "")
	not startswith(name, "system:")
}

stranger(subject) := sprintf("binding grants to a subject of kind %q, whom nobody knows", [kind]) if {
	kind := sprintf("%v", [object.get(subject, "kind", "")])
	not kind in {"Group", "ServiceAccount", "User"}
}

platform_account(subject) if {
	some account in input.ctx.platform.spec.rbac.platformAccounts
	account.namespace == subject.namespace
	account.name == subject.name
}

# The account by which Flux applies what is rendered for the tenant: it is beside Flux, where no pod
# of a tenant could run as it, and has the role of the delivery and no other.
engines_account(subject) if {
	input.ctx.platform.spec.gitops.engine == "flux"
	some namespace in input.ctx.namespaces
	subject.name == concat("", ["tenant.", namespace])
	subject.namespace == input.ctx.platform.spec.namespaces.gitops
	input.object.kind == "RoleBinding"
	input.object.metadata.namespace == namespace
	input.object.roleRef.kind == "Role"
	input.object.roleRef.name == "tenant-delivery"
}

own_group(name) if {
	some owner in input.ctx.spec.owners
	owner.group == name
}

own_group(name) if name in input.ctx.platform.spec.rbac.platformGroups

# Who an account is in the cloud, by the annotations of EKS, GKE and AKS. A cluster of CloudNativePG
# hands its annotations to the account that it makes.
clouds := ["azure.workload.identity/client-id", "eks.amazonaws.com/role-arn", "iam.gke.io/gcp-service-account"]

accounts contains [["metadata", "annotations"], input.object.metadata.annotations] if input.object.kind == "ServiceAccount"

accounts contains [["spec", "serviceAccountTemplate", "metadata", "annotations"], annotations] if {
	annotations := input.object.spec.serviceAccountTemplate.metadata.annotations
}

deny contains finding if {
	some [path, annotations] in accounts
	some cloud in clouds
	identity := annotations[cloud]
	not assigned(identity)
	finding := {
		"path": array.concat(path, [cloud]),
		"message": sprintf("account stands for %v in the cloud, which the platform does not assign to the tenant", [identity]),
	}
}

assigned(identity) if identity in input.ctx.platform.spec.rbac.identities[input.ctx.tenant]
