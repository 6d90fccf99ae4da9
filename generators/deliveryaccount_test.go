package generators

import (
	"encoding/json"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// delivering is a tenant whose engine acts as its own account, on a cluster that has everything.
func delivering(t *testing.T) *schemas.Tenant {
	t.Helper()
	tenant := sample("enterprise")
	for _, env := range environments(tenant) {
		env.Platform.GitOps = schemas.GitOps{Engine: "flux", Repository: "https://git.example.com/platform/gitops.git"}
		env.Cluster.Operators = []string{"rollouts", "vpa", "keda", "prometheus", "cert-manager", "cloudnative-pg"}
		env.Cluster.Mesh, env.Cluster.Router = schemas.Istio, schemas.GatewayAPI
	}
	return tenant
}

// withheld are the known kinds that no tenant delivers.
var withheld = map[string][]string{
	"":                            {"LimitRange", "ResourceQuota", "Secret", "ServiceAccount"},
	"argoproj.io":                 {"AppProject", "Application", "ApplicationSet"},
	"external-secrets.io":         {"ExternalSecret", "PushSecret", "SecretStore"},
	"gateway.networking.k8s.io":   {"Gateway", "ReferenceGrant"},
	"kustomize.toolkit.fluxcd.io": {"Kustomization"},
	"helm.toolkit.fluxcd.io":      {"HelmRelease"},
	"monitoring.coreos.com":       {"AlertmanagerConfig", "Probe", "ScrapeConfig"},
	"networking.istio.io":         {"EnvoyFilter", "Gateway", "ServiceEntry", "Sidecar", "WorkloadEntry"},
	"networking.k8s.io":           {"NetworkPolicy"},
	"cert-manager.io":             {"Issuer"},
	"cilium.io":                   {"CiliumNetworkPolicy"},
	"extensions.istio.io":         {"WasmPlugin"},
	"gateway.envoyproxy.io":       {"BackendTrafficPolicy", "EnvoyExtensionPolicy", "SecurityPolicy"},
	"notification.toolkit.fluxcd.io": {
		"Alert", "Provider", "Receiver"},
	"rbac.authorization.k8s.io": {"Role", "RoleBinding"},
	"security.istio.io":         {"AuthorizationPolicy", "PeerAuthentication", "RequestAuthentication"},
	"source.toolkit.fluxcd.io":  {"Bucket", "GitRepository", "HelmRepository", "OCIRepository"},
	"telemetry.istio.io":        {"Telemetry"},
	"velero.io":                 {"Backup", "Restore", "Schedule"},
}

// resourceOf is the name of a kind in rules.
func resourceOf(group, kind string) string {
	plural, _ := meta.UnsafeGuessKindToResource(schema.GroupVersionKind{Group: group, Kind: kind})
	return plural.Resource
}

func verbsOn(rules []rbacv1.PolicyRule, group, resource string) []string {
	var verbs []string
	for _, r := range rules {
		if slices.Contains(r.APIGroups, group) && slices.Contains(r.Resources, resource) {
			verbs = append(verbs, r.Verbs...)
		}
	}
	return verbs
}

// Each kind that a tenant's tree may hold is either delivered or withheld, and nobody has to guess which.
func TestEveryKnownKindIsDeliveredOrWithheld(t *testing.T) {
	text, err := os.ReadFile("../policies/lib/kinds/kinds.json")
	require.NoError(t, err)
	var known map[string]map[string]string
	require.NoError(t, json.Unmarshal(text, &known))
	var rules []rbacv1.PolicyRule
	for _, g := range delivered {
		rules = append(rules, rbacv1.PolicyRule{APIGroups: []string{g.group}, Resources: g.resources, Verbs: g.verbs})
	}
	for group, kinds := range known {
		for kind, scope := range kinds {
			verbs := verbsOn(rules, group, resourceOf(group, kind))
			if scope == "Cluster" || slices.Contains(withheld[group], kind) {
				require.Empty(t, verbs, "%s of %s", kind, group)
				continue
			}
			require.Equal(t, apply, verbs, "%s of %s", kind, group)
		}
	}
	for group, kinds := range withheld {
		for _, kind := range kinds {
			require.Empty(t, verbsOn(rules, group, resourceOf(group, kind)), "%s of %s", kind, group)
		}
	}
}

// What is rendered for the workload tree is what the account may apply, and no guard rail is.
func TestDeliveryAppliesTheWorkloadTree(t *testing.T) {
	tenant := delivering(t)
	for _, router := range []string{schemas.GatewayAPI, schemas.Istio, schemas.NoRouter} {
		for i := range tenant.Environments {
			env := &tenant.Environments[i]
			env.Cluster.Router, env.Cluster.IngressClass = router, "nginx"
			rules := (input{tenant, env}).deliveryRules()
			for _, o := range Generate(tenant, env) {
				key := o.Key()
				if verbs := verbsOn(rules, key.Group, resourceOf(key.Group, key.Kind)); o.Owner == manifest.OwnerWorkload {
					require.Equal(t, apply, verbs, key)
				} else {
					require.Empty(t, verbs, key)
				}
			}
		}
	}
}

func TestDeliveryAccount(t *testing.T) {
	tenant := delivering(t)
	in := input{tenant, &tenant.Environments[1]}
	objects := delivery(in)
	require.Len(t, objects, 3)
	for _, o := range objects {
		require.Equal(t, manifest.OwnerPlatform, o.owner)
	}
	binding := objects[2].typed.(*rbacv1.RoleBinding)
	require.True(t, objects[2].outer, "kustomize would rewrite the subject")
	require.Equal(t, in.env.Namespace, binding.Namespace)
	require.Equal(t, "production", binding.Labels[labelEnvironment])
	require.Equal(t, []rbacv1.Subject{{Kind: "ServiceAccount", Name: "tenant-delivery", Namespace: in.env.Namespace}}, binding.Subjects)
	require.Equal(t, rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: "tenant-delivery"}, binding.RoleRef)
	require.Len(t, delivery(input{tenant, &tenant.Base}), 2, "the base is in no namespace")
}

func TestDeliveryOnlyWhereTheEngineActsAsTheTenant(t *testing.T) {
	own := []schemas.Source{{Name: "shop", Path: "envs"}}
	for _, c := range []struct {
		gitops  schemas.GitOps
		sources []schemas.Source
		want    bool
	}{
		{schemas.GitOps{Engine: "flux"}, nil, false},
		{schemas.GitOps{Engine: "flux"}, own, false},
		{schemas.GitOps{Engine: "flux", Repository: "https://git.example.com/a.git"}, nil, true},
		{schemas.GitOps{Engine: "argocd", Repository: "https://git.example.com/a.git"}, own, false},
		{schemas.GitOps{Engine: "argocd", Repository: "https://git.example.com/a.git", Impersonate: true}, nil, true},
		{schemas.GitOps{Engine: "argocd", Impersonate: true}, nil, false},
	} {
		tenant := sample("free")
		env := &tenant.Environments[0]
		env.Platform.GitOps, env.Spec.Delivery.Sources = c.gitops, c.sources
		require.Equal(t, c.want, len(delivery(input{tenant, env})) > 0, "%+v", c)
	}
}

// A kind that the platform allows is delivered, unless a list is no place to hand it over by.
func TestDeliveryOfAllowedKinds(t *testing.T) {
	tenant := delivering(t)
	in := input{tenant, &tenant.Environments[0]}
	before := in.deliveryRules()
	in.env.Platform.Kinds.Allowed = []schemas.AllowedKind{
		{Group: "kafka.strimzi.io", Kind: "KafkaTopic", Scope: "Namespaced"},
		{Group: "example.com", Kind: "Mesh", Scope: "Cluster"},
		{Group: "", Kind: "Secret", Scope: "Namespaced"},
		{Group: "rbac.authorization.k8s.io", Kind: "RoleBinding", Scope: "Namespaced"},
		{Group: "cilium.io", Kind: "CiliumNetworkPolicy", Scope: "Namespaced"},
	}
	require.Equal(t, append(before, rbacv1.PolicyRule{
		APIGroups: []string{"kafka.strimzi.io"}, Resources: []string{"kafkatopics"}, Verbs: apply,
	}), in.deliveryRules())
}

// No wildcard, no Secret, no right over rights, no way into pods.
func TestDeliveryDoesNotEscalate(t *testing.T) {
	tenant := delivering(t)
	for _, rule := range (input{tenant, &tenant.Environments[0]}).deliveryRules() {
		require.Subset(t, apply, rule.Verbs)
		for _, text := range slices.Concat(rule.APIGroups, rule.Resources) {
			require.NotContains(t, text, "*")
			require.NotContains(t, text, "/")
		}
		require.NotContains(t, rule.Resources, "secrets")
		require.NotContains(t, rule.APIGroups, "rbac.authorization.k8s.io")
	}
}

func TestDeliveryGolden(t *testing.T) {
	tenant := delivering(t)
	env := &tenant.Environments[1]
	golden(t, "delivery-account", rendered(delivery(input{tenant, env})))
}
