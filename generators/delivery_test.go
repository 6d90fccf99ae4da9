package generators

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	rbacv1 "k8s.io/api/rbac/v1"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

const gitopsRepository = "https://git.example.com/platform/gitops.git"

// delivered is a tenant whose platform has a GitOps repository, and two environments on two clusters.
func deliveredBy(engine, tier string) *schemas.Tenant {
	t := sample(tier)
	p := *t.Base.Platform
	p.GitOps = schemas.GitOps{Engine: engine, Repository: gitopsRepository, Revision: "main", Settings: true}
	p.Namespaces.GitOps = map[string]string{"argocd": "argocd", "flux": "flux-system"}[engine]
	p.Clusters = map[string]*schemas.Cluster{}
	for i, name := range []string{"near", "far"} {
		c := *t.Environments[i].Cluster
		c.Name, c.Server = name, "https://"+name+".example.com:6443"
		p.Clusters[name] = &c
		t.Environments[i].Cluster = &c
		p.Environments = append(p.Environments, schemas.PlatformEnvironment{Name: t.Environments[i].Name, Cluster: name, Protected: t.Environments[i].Protected})
	}
	p.Environments[1].SyncWindows = []schemas.SyncWindow{
		{Kind: "deny", Schedule: "0 22 * * 5", Duration: "60h", TimeZone: "Europe/Berlin", ManualSync: true},
	}
	for i := range t.Environments {
		t.Environments[i].Platform = &p
	}
	t.Base.Platform = &p
	return t
}

// bringing is a tenant that brings folders, too.
func bringing(engine string) *schemas.Tenant {
	t := deliveredBy(engine, "enterprise")
	delivery := schemas.Delivery{Repository: "git@git.example.com:shop/deploy.git", Sources: []schemas.Source{
		{Name: "shop", Path: "envs/any", Revision: "main"},
		{Name: "stock", Path: "deploy", Repository: "https://git.example.com/stock.git", Revision: "refs/tags/v1", Secret: "db"},
	}}
	for i := range t.Environments {
		t.Environments[i].Spec.Delivery = delivery
	}
	return t
}

func TestGoldenDelivery(t *testing.T) {
	for _, engine := range []string{"argocd", "flux"} {
		bringer, plain := bringing(engine), deliveredBy(engine, "free")
		golden(t, "delivery-"+engine, deliveryOf(bringer, &bringer.Environments[1]))
		golden(t, "delivery-"+engine+"-open", deliveryOf(bringer, &bringer.Environments[0]))
		golden(t, "delivery-"+engine+"-rails", deliveryOf(plain, &plain.Environments[0]))
		p := bringer.Base.Platform
		p.GitOps.Impersonate, p.GitOps.Revision, p.GitOps.Path, p.GitOps.Secret = true, "environments/{env}", "out", "flux-system"
		golden(t, "delivery-"+engine+"-branches", deliveryOf(bringer, &bringer.Environments[1]))
		golden(t, "root-"+engine, append(Root(p), Platform(p, p.Environments[0], nil, nil)...))
	}
	golden(t, "delivery-flux-brought", broughtObjects(bringing("flux")))
}

// deliveryOf is the delivery of a tenant together with what it is made of.
func deliveryOf(t *schemas.Tenant, e *schemas.Environment) []manifest.Object {
	return Delivery(t, e, Generate(t, e))
}

// broughtObjects are those of the platform's tree that apply what the tenant brings.
func broughtObjects(t *schemas.Tenant) []manifest.Object {
	var out []manifest.Object
	for _, o := range Generate(t, &t.Environments[1]) {
		if strings.HasSuffix(o.Key().Group, "fluxcd.io") || o.Name() == deliveryAccount+"-flux" {
			out = append(out, o)
		}
	}
	return out
}

// TestTreeOfOtherEnvironments: a tenant without workloads in an environment is applied there as where it has some, so
// that the tree stands when they come; one that has none at all has no such tree.
func TestTreeOfOtherEnvironments(t *testing.T) {
	for _, engine := range []string{"argocd", "flux"} {
		tenant := deliveredBy(engine, "enterprise")
		one, other := &tenant.Environments[0], &tenant.Environments[1]
		full := len(deliveryOf(tenant, one))
		one.Spec.Services = nil
		for _, o := range Generate(tenant, one) {
			require.NotEqual(t, manifest.OwnerWorkload, o.Owner, o.Key())
		}
		require.Len(t, deliveryOf(tenant, one), full)
		other.Spec.Services = nil
		require.Less(t, len(deliveryOf(tenant, one)), full)
	}
}

func TestNoDeliveryWithoutRepository(t *testing.T) {
	for _, engine := range []string{"argocd", "flux"} {
		with, without := bringing(engine), bringing(engine)
		without.Base.Platform.GitOps.Repository = ""
		require.NotEmpty(t, deliveryOf(with, &with.Environments[0]))
		require.Empty(t, deliveryOf(without, &without.Environments[0]))
		require.Empty(t, Root(without.Base.Platform))
		require.Empty(t, broughtObjects(without))
	}
}

// TestDeliverableKinds: every known kind of a namespace is a tenant's to bring, or a guard rail, or one of those that
// the platform has to allow; and never two of these.
func TestDeliverableKinds(t *testing.T) {
	asked := map[string][]string{
		"external-secrets.io": {"PushSecret", "SecretStore"}, "gateway.networking.k8s.io": {"Gateway"},
		"networking.istio.io": {"Gateway"}, "notification.toolkit.fluxcd.io": {"Alert", "Provider", "Receiver"}, "telemetry.istio.io": {"Telemetry"},
	}
	data, err := os.ReadFile("../policies/lib/kinds/kinds.json")
	require.NoError(t, err)
	var known map[string]map[string]string
	require.NoError(t, json.Unmarshal(data, &known))
	require.NotEmpty(t, known)
	for group, kinds := range known {
		for kind, scope := range kinds {
			if scope != "Namespaced" {
				continue
			}
			lists := 0
			for _, list := range []map[string][]string{tenantKinds, guardKinds, asked} {
				for _, k := range list[group] {
					if k == kind {
						lists++
					}
				}
			}
			require.Equal(t, 1, lists, "%s of %q is known: say in argokinds.go whether tenants may bring it", kind, group)
		}
	}
}

// TestProjectsAndRolesAgree: what a project lets a tenant bring, its account may apply, but for what only controllers make.
func TestProjectsAndRolesAgree(t *testing.T) {
	var rules []rbacv1.PolicyRule
	for _, g := range delivered {
		rules = append(rules, rbacv1.PolicyRule{APIGroups: []string{g.group}, Resources: g.resources, Verbs: g.verbs})
	}
	for group, kinds := range tenantKinds {
		for _, kind := range kinds {
			require.Equal(t, kind == "ControllerRevision", verbsOn(rules, group, resourceOf(group, kind)) == nil, "%s of %s", kind, group)
		}
	}
}

// TestRenderedKindsAreDelivered: the projects let through what the trees hold.
func TestRenderedKindsAreDelivered(t *testing.T) {
	for _, router := range []string{schemas.NoRouter, schemas.Istio, schemas.GatewayAPI} {
		tenant := deliveredBy("argocd", "enterprise")
		e := &tenant.Environments[1]
		e.Cluster.Router, e.Cluster.Gateway, e.Cluster.IngressClass = router, "shared", "nginx"
		e.Cluster.TLS, e.Cluster.Operators = "tenant", append(e.Cluster.Operators, "cert-manager")
		e.Platform.Certificates.Issuers = []string{"letsencrypt"}
		own, rails := projectOf(t, deliveryOf(tenant, e)), projectOf(t, Root(e.Platform), "platform-production")
		for _, o := range Generate(tenant, e) {
			k := o.Key()
			switch {
			case o.Owner == manifest.OwnerWorkload:
				require.Contains(t, listed(own, "namespaceResourceWhitelist"), k.Group+"/"+k.Kind)
				require.NotContains(t, listed(own, "namespaceResourceBlacklist"), k.Group+"/"+k.Kind)
			case o.Outer && k.Namespace == "":
				require.Contains(t, listed(rails, "clusterResourceWhitelist"), k.Group+"/"+k.Kind)
			}
		}
		for _, o := range Platform(e.Platform, e.Platform.Environments[1], nil, nil) {
			if k := o.Key(); k.Namespace == "" {
				require.Contains(t, listed(rails, "clusterResourceWhitelist"), k.Group+"/"+k.Kind)
			}
		}
	}
}

func projectOf(t *testing.T, objects []manifest.Object, name ...string) manifest.Object {
	for _, o := range objects {
		if o.Kind() == "AppProject" && (len(name) == 0 || o.Name() == name[0]) {
			return o
		}
	}
	require.FailNow(t, "no project")
	return manifest.Object{}
}

func listed(project manifest.Object, field string) []string {
	var out []string
	for _, k := range list(project.Tree, "spec", field) {
		out = append(out, text(k, "group")+"/"+text(k, "kind"))
	}
	return out
}

// What the platform allows by name reaches its lists; a guard rail stays one.
func TestAllowedKindsInProjects(t *testing.T) {
	tenant := deliveredBy("argocd", "free")
	e := &tenant.Environments[0]
	e.Platform.Kinds.Allowed = []schemas.AllowedKind{
		{Group: "example.com", Kind: "Widget", Scope: "Namespaced"}, {Group: "example.com", Kind: "Zone", Scope: "Cluster"},
		{Group: "", Kind: "ResourceQuota", Scope: "Namespaced"},
	}
	own, rails := projectOf(t, deliveryOf(tenant, e)), projectOf(t, Root(e.Platform), "platform-development")
	require.Contains(t, listed(own, "namespaceResourceWhitelist"), "example.com/Widget")
	require.Contains(t, listed(own, "namespaceResourceBlacklist"), "/ResourceQuota")
	require.Empty(t, listed(own, "clusterResourceWhitelist"))
	require.Contains(t, listed(rails, "clusterResourceWhitelist"), "example.com/Zone")
}

// Two tenants and two environments never share a name beside the engine, whatever they are called.
func TestDeliveryNamesAreApart(t *testing.T) {
	for _, engine := range []string{"argocd", "flux"} {
		seen := map[manifest.Key]string{}
		for _, names := range [][2]string{{"a", "b-c"}, {"a-b", "c"}, {"platform", "production"}, {"tenants", "production"}, {"kustomize", "controller"}} {
			tenant := bringing(engine)
			tenant.Name = names[0]
			e := &tenant.Environments[0]
			e.Name, e.Namespace = names[1], names[0]+"-"+names[1]
			if names[0] == "a-b" {
				e.Namespace = "a-b--c" // one cluster has a namespace once
			}
			for _, o := range deliveryOf(tenant, e) {
				require.Empty(t, seen[o.Key()], "%s of %v", o.Key(), names)
				seen[o.Key()] = names[0]
				require.NotEqual(t, "kustomize-controller", o.Name())
			}
		}
		p := bringing(engine).Base.Platform
		for _, o := range append(Root(p), Platform(p, p.Environments[1], nil, nil)...) {
			require.Empty(t, seen[o.Key()], "%s", o.Key())
		}
	}
}

// A group's name is one field of Casbin's, whatever is in it.
func TestGroupsInPolicies(t *testing.T) {
	tenant := deliveredBy("argocd", "free")
	e := &tenant.Environments[0]
	e.Spec.Owners = []schemas.Owner{{Group: "CN=a,proj:shop.production:admin", Role: "viewer"}, {Group: "b c", Role: "viewer"}}
	roles := list(projectOf(t, deliveryOf(tenant, e)).Tree, "spec", "roles")
	require.Len(t, roles, 1)
	require.Equal(t, []any{`"CN=a,proj:shop.production:admin"`, "b c"}, list(roles[0], "groups"))
}

// While a tenant sleeps, nothing more comes from where it brings it.
func TestNothingIsBroughtInSleep(t *testing.T) {
	tenant := bringing("argocd")
	e := &tenant.Environments[1]
	e.Spec.Lifecycle = manifest.Suspended
	for _, o := range deliveryOf(tenant, e) {
		if o.Kind() == "Application" {
			_, automated := manifest.Path{"spec", "syncPolicy", "automated"}.Lookup(o.Tree)
			require.Equal(t, !strings.Contains(o.Name(), ".source."), automated, o.Name())
		}
	}
	tenant = bringing("flux")
	tenant.Environments[1].Spec.Lifecycle = manifest.Suspended
	for _, o := range broughtObjects(tenant) {
		if strings.HasSuffix(o.Key().Group, "fluxcd.io") {
			suspended, _ := manifest.Path{"spec", "suspend"}.Lookup(o.Tree)
			require.Equal(t, true, suspended, o.Key())
		}
	}
}

func TestFluxURL(t *testing.T) {
	for in, want := range map[string]string{
		"git@git.example.com:shop/deploy.git":            "ssh://git@git.example.com/shop/deploy.git",
		"ssh://git@git.example.com:7999/shop/deploy.git": "ssh://git@git.example.com:7999/shop/deploy.git",
		"https://git.example.com/shop.git":               "https://git.example.com/shop.git",
	} {
		require.Equal(t, want, fluxURL(in))
	}
}

func TestGitReference(t *testing.T) {
	digits := strings.Repeat("0123456789", 4)
	require.Equal(t, digits, gitReference(digits).Commit)
	require.Equal(t, "refs/tags/v1", gitReference("refs/tags/v1").Name)
	require.Equal(t, "main", gitReference("main").Branch)
}
