package checks.ts_rbac_012_test

import data.checks.ts_rbac_012
import data.lib.samples_test as samples

rbac := {"rbac": {
	"platformGroups": ["sre"],
	"platformAccounts": [{"namespace": "argo-rollouts", "name": "argo-rollouts"}],
	"identities": {"acme": ["arn:aws:iam::4711:role/acme"], "globex": ["arn:aws:iam::4711:role/globex"]},
}}

of(o) := samples.within(samples.of(o), {"platform": {"spec": rbac}})

to(subject) := of({"kind": "RoleBinding", "metadata": samples.meta("a"), "subjects": [subject]})

account(annotations) := of({"kind": "ServiceAccount", "metadata": {"name": "web", "annotations": annotations}})

test_violates if {
	wrong := {[subject, said] |
		some [subject, message] in cases
		said := {f.message | some f in ts_rbac_012.deny with input as to(subject)}
		said != {message}
	}
	wrong == set()
}

cases := [
	[{"kind": "ServiceAccount", "name": "ci"}, "binding grants to ServiceAccount ci, and names no namespace of it"],
	[
		{"kind": "ServiceAccount", "name": "ci", "namespace": "globex-prod"},
		"binding grants to ServiceAccount ci of namespace globex-prod, which is neither the tenant's in this environment nor the platform's",
	],
	[
		{"kind": "ServiceAccount", "name": "other", "namespace": "argo-rollouts"},
		"binding grants to ServiceAccount other of namespace argo-rollouts, which is neither the tenant's in this environment nor the platform's",
	],
	[
		{"kind": "ServiceAccount", "namespace": "globex-prod"},
		"binding grants to ServiceAccount (no name) of namespace globex-prod, which is neither the tenant's in this environment nor the platform's",
	],
	[{"kind": "Group", "name": "globex-admins"}, "binding grants to group globex-admins, which is none of the tenant's owners"],
	[{"kind": "User", "name": "ada"}, "binding grants to user ada, and people are named by groups of the tenant's owners"],
	[{"kind": "Robot", "name": "ada"}, "binding grants to a subject of kind \"Robot\", whom nobody knows"],
	[{"name": "ada"}, "binding grants to a subject of kind \"\", whom nobody knows"],
]

test_violates_identities if {
	every cloud in ts_rbac_012.clouds {
		ts_rbac_012.deny == {{
			"path": ["metadata", "annotations", cloud],
			"message": "account stands for arn:aws:iam::4711:role/globex in the cloud, which the platform does not assign to the tenant",
		}} with input as account({cloud: "arn:aws:iam::4711:role/globex"})
	}
	count(ts_rbac_012.deny) == 1 with input as of({"kind": "Cluster", "spec": {"serviceAccountTemplate": {"metadata": {"annotations": {"iam.gke.io/gcp-service-account": "a"}}}}})
	count(ts_rbac_012.deny) == 1 with input as samples.of({"kind": "ServiceAccount", "metadata": {"annotations": {"eks.amazonaws.com/role-arn": "a"}}})
}

test_passes_what_other_checks_tell if {
	every subject in [
		{"kind": "Group", "name": "system:serviceaccounts:globex-prod"},
		{"kind": "User", "name": "system:serviceaccount:globex-prod:ci"},
	] {
		count(ts_rbac_012.deny) == 0 with input as to(subject)
	}
	apart := samples.within(to({"kind": "ServiceAccount", "name": "ci", "namespace": "acme-development"}), environments(false))
	count(ts_rbac_012.deny) == 0 with input as apart
}

test_violates_other_environment_that_nothing_keeps_apart if {
	beside := samples.within(to({"kind": "ServiceAccount", "name": "ci", "namespace": "acme-development"}), environments(true))
	count(ts_rbac_012.deny) == 1 with input as beside
}

environments(protected) := {"platform": {"spec": {"environments": [{"name": "development", "cluster": "main", "protected": protected}]}}}

test_passes if {
	every subject in [
		{"kind": "ServiceAccount", "name": "api", "namespace": "acme-production"},
		{"kind": "ServiceAccount", "name": "argo-rollouts", "namespace": "argo-rollouts"},
		{"kind": "Group", "name": "acme-admins"},
		{"kind": "Group", "name": "sre"},
		{"kind": "Group", "name": "system:serviceaccounts:acme-production"},
		{"kind": "Group", "name": "system:authenticated"},
		{"kind": "User", "name": "system:serviceaccount:acme-production:api"},
		{"kind": "User", "name": "system:kube-scheduler"},
	] {
		count(ts_rbac_012.deny) == 0 with input as to(subject)
	}
}

test_passes_own_identity if {
	count(ts_rbac_012.deny) == 0 with input as account({"eks.amazonaws.com/role-arn": "arn:aws:iam::4711:role/acme", "team": "shop"})
	count(ts_rbac_012.deny) == 0 with input as of({"kind": "ConfigMap", "metadata": {"annotations": {"eks.amazonaws.com/role-arn": "a"}}})
}

# A binding for the account of the tenant beside the GitOps engine, with changes.
engine(changes) := samples.within(
	of(json.patch(
		{
			"kind": "RoleBinding",
			"metadata": samples.meta("tenant-delivery-flux"),
			"roleRef": {"kind": "Role", "name": "tenant-delivery"},
			"subjects": [{"kind": "ServiceAccount", "name": "tenant.acme-production", "namespace": "flux-system"}],
		},
		[{"op": "replace", "path": path, "value": value} | some path, value in changes],
	)),
	beside("flux"),
)

beside(name) := {"platform": {"spec": {"gitops": {"engine": name}, "namespaces": {"gitops": "flux-system"}}}}

# Argo CD applies as an account of the tenant's own namespace.
test_violates_account_beside_argo_cd if count(ts_rbac_012.deny) == 1 with input as samples.within(engine({}), beside("argocd"))

test_passes_account_beside_the_engine if count(ts_rbac_012.deny) == 0 with input as engine({})

test_violates_other_accounts_beside_the_engine if {
	every path, value in {
		"/subjects/0/name": "tenant.globex-production",
		"/subjects/0/namespace": "globex-production",
		"/roleRef/name": "tenant-admin",
		"/roleRef/kind": "ClusterRole",
		"/metadata/namespace": "elsewhere",
		"/kind": "ClusterRoleBinding",
	} {
		count(ts_rbac_012.deny) == 1 with input as engine({path: value})
	}
}

test_violates_roles_of_pods if {
	ts_rbac_012.deny == {{
		"path": ["spec", "template", "metadata", "annotations", "iam.amazonaws.com/role"],
		"message": "pod stands for globex in the cloud, which the platform does not assign to the tenant",
	}} with input as asking("globex")
}

test_passes_own_role_of_pods if count(ts_rbac_012.deny) == 0 with input as asking("arn:aws:iam::4711:role/acme")

asking(role) := of({"kind": "Deployment", "spec": {"template": {"metadata": {"annotations": {"iam.amazonaws.com/role": role}}, "spec": {"containers": []}}}})

certificate(spec) := of({"apiVersion": "cert-manager.io/v1", "kind": "Certificate", "metadata": samples.meta("a"), "spec": spec})

test_violates_certificates if {
	every uri in [
		"spiffe://cluster.local/ns/globex-production/sa/web",
		"spiffe://example.org/ns/acme-production/sa/web",
		"SPIFFE://cluster.local/ns/acme-production/sa/web",
		"spiffe://cluster.local/ns/acme-production/sa/web/../../globex",
		"spiffe://cluster.local/web",
		"spiffe:",
	] {
		{f.path | some f in ts_rbac_012.deny} == {["spec", "uris", 0]} with input as certificate({"uris": [uri]})
	}
	every field, value in {"emailAddresses": ["ada@globex.example"], "otherNames": [{"oid": "1.3.6.1.4.1.311.20.2.3", "utf8Value": "ada@globex.example"}]} {
		{f.path | some f in ts_rbac_012.deny} == {["spec", field, 0]} with input as certificate({field: value})
	}
	{f.message | some f in ts_rbac_012.deny} == {"certificate stands for CN=globex, which is no account of the tenant's, and the platform does not assign it to the tenant"} with input as certificate({"literalSubject": "CN=globex"})
}

test_passes_certificates if {
	every spec in [
		{},
		{"uris": ["spiffe://cluster.local/ns/acme-production/sa/web", "https://globex.example"], "emailAddresses": [], "literalSubject": ""},
		{"emailAddresses": ["arn:aws:iam::4711:role/acme"]},
	] {
		count(ts_rbac_012.deny) == 0 with input as certificate(spec)
	}
	meshed := samples.within(certificate({"uris": ["spiffe://example.org/ns/acme-production/sa/web"]}), {"cluster": {"trustDomain": "example.org"}})
	count(ts_rbac_012.deny) == 0 with input as meshed
}
