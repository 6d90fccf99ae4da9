package generators

import (
	"slices"

	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// deliveryAccount is the ServiceAccount by which the GitOps engine applies what the tenant delivers.
const deliveryAccount = schemas.DeliveryAccount

// apply is what server-side apply, kubectl apply and pruning take.
var apply = []string{"create", "delete", "get", "list", "patch", "update", "watch"}

// delivered are the kinds that a tenant may deliver: workloads, what they are made of, and how they are reached,
// scaled, measured and stored. What is not here, nobody can slip in by a repository: guard rails, roles, accounts,
// Secrets and what fetches them, what opens a network, a mesh or a gateway, and what has an engine apply more.
var delivered = []grant{
	{group: "", verbs: apply, resources: []string{
		"configmaps", "persistentvolumeclaims", "pods", "podtemplates", "replicationcontrollers", "services"}},
	{group: "apps", verbs: apply, resources: []string{"daemonsets", "deployments", "replicasets", "statefulsets"}},
	{group: "autoscaling", verbs: apply, resources: []string{"horizontalpodautoscalers"}},
	{group: "batch", verbs: apply, resources: []string{"cronjobs", "jobs"}},
	{group: "networking.k8s.io", verbs: apply, resources: []string{"ingresses"}},
	{group: "policy", verbs: apply, resources: []string{"poddisruptionbudgets"}},
	{group: "snapshot.storage.k8s.io", verbs: apply, resources: []string{"volumesnapshots"}},
	{group: "argoproj.io", verbs: apply, operator: operatorRollouts, resources: []string{
		"analysisruns", "analysistemplates", "experiments", "rollouts"}},
	{group: "autoscaling.k8s.io", verbs: apply, operator: "vpa", resources: []string{"verticalpodautoscalers"}},
	{group: "cert-manager.io", verbs: apply, operator: "cert-manager", resources: []string{"certificates"}},
	{group: "gateway.networking.k8s.io", verbs: apply, router: schemas.GatewayAPI, resources: []string{
		"backendtlspolicies", "grpcroutes", "httproutes", "listenersets", "tcproutes", "tlsroutes"}},
	{group: "networking.istio.io", verbs: apply, router: schemas.Istio, resources: []string{"destinationrules", "virtualservices"}},
	{group: "keda.sh", verbs: apply, operator: "keda", resources: []string{"scaledjobs", "scaledobjects", "triggerauthentications"}},
	{group: "monitoring.coreos.com", verbs: apply, operator: "prometheus", resources: []string{
		"podmonitors", "prometheusrules", "servicemonitors"}},
	{group: "postgresql.cnpg.io", verbs: apply, operator: "cloudnative-pg", resources: []string{
		"backups", "clusters", "databases", "scheduledbackups"}},
}

// delivery makes the account by which the engine applies what the tenant delivers, its role, and the binding of the
// two, where the engine acts as it. It grants nothing in other namespaces, no Secret, and no right over rights.
func delivery(in input) []object {
	if !in.impersonated() {
		return nil
	}
	account := in.account(deliveryAccount, "", "spec.delivery")
	role := object{owner: manifest.OwnerPlatform, subject: "spec.delivery", typed: &rbacv1.Role{
		TypeMeta:   kind("rbac.authorization.k8s.io/v1", "Role"),
		ObjectMeta: in.meta(deliveryAccount, ""),
		Rules:      in.deliveryRules(),
	}}
	if in.env.Name == "" {
		return []object{account, role}
	}
	return []object{account, role, in.accountBinding(deliveryAccount)}
}

// impersonated reports whether the engine acts as the tenant's own account: Flux always does, Argo CD where the
// platform says so. Without a GitOps repository nothing is rendered for either.
func (in input) impersonated() bool {
	if in.env.Platform == nil {
		return false
	}
	g := in.env.Platform.GitOps
	return g.Repository != "" && (g.Engine == "flux" || g.Impersonate)
}

// accountBinding gives the delivery account a role. It stands outside of what is placed: kustomize would move its subject.
func (in input) accountBinding(role string) object {
	labelled := in.meta(role, "")
	labelled.Namespace = in.env.Namespace
	labelled.Labels[labelEnvironment] = in.env.Name
	return object{owner: manifest.OwnerPlatform, subject: "spec.delivery", outer: true, typed: &rbacv1.RoleBinding{
		TypeMeta:   kind("rbac.authorization.k8s.io/v1", "RoleBinding"),
		ObjectMeta: labelled,
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: role},
		Subjects: []rbacv1.Subject{{
			Kind: rbacv1.ServiceAccountKind, Name: deliveryAccount, Namespace: in.env.Namespace,
		}},
	}}
}

// deliveryRules are those of the delivery on the environment's cluster, the kinds that the platform allows beside
// the known ones last.
func (in input) deliveryRules() []rbacv1.PolicyRule {
	var rules []rbacv1.PolicyRule
	add := func(g grant) {
		rules = append(rules, rbacv1.PolicyRule{APIGroups: []string{g.group}, Resources: g.resources, Verbs: g.verbs})
	}
	for _, g := range delivered {
		if in.serves(g) {
			add(g)
		}
	}
	for _, k := range in.env.Platform.Kinds.Allowed {
		if g, ok := deliveredKind(k); ok {
			add(g)
		}
	}
	return rules
}

// deliveredKind is the right to deliver a kind that the platform allows; false for a kind of the whole cluster, and
// for one in a group that holds guard rails, which a line in a list should not hand over.
func deliveredKind(k schemas.AllowedKind) (grant, bool) {
	if k.Scope != "Namespaced" || slices.Contains(guardedGroups, k.Group) {
		return grant{}, false
	}
	plural, _ := meta.UnsafeGuessKindToResource(schema.GroupVersionKind{Group: k.Group, Kind: k.Kind})
	return grant{group: k.Group, resources: []string{plural.Resource}, verbs: apply}, true
}

// guardedGroups are the API groups with kinds that only the platform may write. What is for tenants in them is
// among the kinds that are delivered.
var guardedGroups = []string{
	"", "argoproj.io", "cilium.io", "crd.projectcalico.org", "extensions.istio.io", "external-secrets.io",
	"gateway.envoyproxy.io", "helm.toolkit.fluxcd.io", "kustomize.toolkit.fluxcd.io", "networking.istio.io", "networking.k8s.io",
	"notification.toolkit.fluxcd.io", "projectcalico.org", "rbac.authorization.k8s.io", "security.istio.io",
	"source.toolkit.fluxcd.io", "telemetry.istio.io", "velero.io",
}
