package proof

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const deliveredTenant = `
---
apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata: {name: %[1]s.production, namespace: argocd}
spec:
  sourceRepos: [https://git.example.com/gitops.git, https://git.example.com/%[1]s.git]
  destinations: [{server: https://main, namespace: %[1]s}]
  clusterResourceWhitelist: []
  namespaceResourceWhitelist: [{group: apps, kind: Deployment}]
  destinationServiceAccounts: [{server: https://main, namespace: %[1]s, defaultServiceAccount: tenant-delivery}]
  roles: [{name: admin, groups: ['%[1]s admins', '"CN=%[1]s,OU=b"'], policies: ['p, proj:%[1]s.production:admin, applications, sync, %[1]s.production/*, allow']}]
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: %[1]s.production.platform, namespace: argocd}
spec: {project: platform-production, source: {repoURL: git@git.example.com:gitops, path: tenants/%[1]s/platform}, destination: {server: https://main, namespace: %[1]s}}
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: %[1]s.production.source.a, namespace: argocd}
spec: {project: %[1]s.production, source: {repoURL: https://git.example.com/%[1]s.git, path: deploy}, destination: {server: https://main, namespace: %[1]s}}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: tenant.%[1]s, namespace: flux-system}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: %[1]s.platform, namespace: flux-system}
spec: {serviceAccountName: kustomize-controller, path: ./tenants/%[1]s/platform, sourceRef: {kind: GitRepository, name: gitops}}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: %[1]s.workload, namespace: flux-system}
spec: {serviceAccountName: tenant.%[1]s, targetNamespace: %[1]s, path: ./tenants/%[1]s/workload, sourceRef: {kind: GitRepository, name: gitops}}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: source-a, namespace: %[1]s}
spec: {url: 'ssh://git@git.example.com/%[1]s.git'}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: source-a, namespace: %[1]s}
spec: {serviceAccountName: tenant-delivery, targetNamespace: %[1]s, path: ./deploy, sourceRef: {kind: GitRepository, name: source-a}}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: source-b, namespace: %[1]s}
spec: {serviceAccountName: tenant-delivery, releaseName: b, chart: {spec: {chart: ./chart, sourceRef: {kind: GitRepository, name: source-a}}}}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {name: source-c, namespace: %[1]s}
spec: {url: https://charts.example.com}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: source-c, namespace: %[1]s}
spec: {serviceAccountName: tenant-delivery, releaseName: c, chart: {spec: {chart: redis, sourceRef: {kind: HelmRepository, name: source-c}}}}
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: %[1]s.production.source.c, namespace: argocd}
spec: {project: %[1]s.production, source: {repoURL: https://charts.example.com, chart: redis}, destination: {server: https://main, namespace: %[1]s}}
`

// deliveredText is what applies a tenant, with other words in some places: each pair is the old one and the new one.
func deliveredText(name string, other ...string) string {
	return strings.NewReplacer(other...).Replace(fmt.Sprintf(deliveredTenant, name))
}

func deliveredTo(tb testing.TB, name, text string) Enclosure {
	at := placed(name)
	at.Route = Route{Server: "https://main", Engine: "flux-system", Repository: "https://git.example.com/gitops.git",
		Source: "gitops", Rails: "tenants/" + name + "/platform", Work: "tenants/" + name + "/workload"}
	return Enclose(at, parsed(tb, fmt.Sprintf(closedTenant, name)+text))
}

// ways are the changes that open the delivery of acme, and the field that each counterexample names.
var ways = map[string]struct{ old, new, path string }{
	"another namespace":      {"destinations: [{server: https://main, namespace: acme}]", "destinations: [{server: https://main, namespace: shop}]", "spec.destinations[0]"},
	"every namespace":        {"destinations: [{server: https://main, namespace: acme}]", "destinations: [{server: https://main, namespace: '*'}]", "spec.destinations[0]"},
	"all but one":            {"destinations: [{server: https://main, namespace: acme}]", "destinations: [{server: https://main, namespace: '!kube-system'}]", "spec.destinations[0]"},
	"another cluster":        {"destinations: [{server: https://main, namespace: acme}]", "destinations: [{server: https://far, namespace: acme}]", "spec.destinations[0]"},
	"a cluster by name":      {"destinations: [{server: https://main, namespace: acme}]", "destinations: [{name: main, namespace: acme}]", "spec.destinations[0]"},
	"every repository":       {"https://git.example.com/acme.git]", "'https://git.example.com/*']", "spec.sourceRepos[1]"},
	"cluster kinds":          {"clusterResourceWhitelist: []", "clusterResourceWhitelist: [{group: '', kind: Namespace}]", "spec.clusterResourceWhitelist"},
	"every kind":             {"  namespaceResourceWhitelist: [{group: apps, kind: Deployment}]\n", "", "spec.namespaceResourceWhitelist"},
	"a pattern of kinds":     {"{group: apps, kind: Deployment}", "{group: 'networking*', kind: '*'}", "spec.namespaceResourceWhitelist"},
	"account of the engine":  {"defaultServiceAccount: tenant-delivery", "defaultServiceAccount: 'argocd:argocd-application-controller'", "spec.destinationServiceAccounts[0]"},
	"role in other projects": {"acme.production/*, allow", "shop.production/*, allow", "spec.roles[0].policies[0]"},
	"policy of another role": {"p, proj:acme.production:admin", "p, proj:shop.production:admin", "spec.roles[0].policies[0]"},
	"group with a comma":     {"'acme admins'", "'acme,proj:shop.production:admin'", "spec.roles[0].groups[0]"},
	"group with a quote":     {"'acme admins'", `'"a", "b"'`, "spec.roles[0].groups[0]"},
	"another's rails":        {"path: tenants/acme/platform}", "path: tenants/shop/platform}", "spec.source"},
	"own rails elsewhere":    {"repoURL: git@git.example.com:gitops", "repoURL: https://git.example.com/acme.git", "spec.source"},
	"application elsewhere":  {"path: deploy}, destination: {server: https://main, namespace: acme}", "path: deploy}, destination: {server: https://main, namespace: shop}", "spec.destination"},
	"workload of another":    {"{repoURL: https://git.example.com/acme.git, path: deploy}", "{repoURL: 'https://git.example.com/gitops', path: tenants/shop/workload}", "spec.source"},
	"one folder for two":     {"{repoURL: https://git.example.com/acme.git, path: deploy}", "{repoURL: 'git@git.example.com:shop', path: ./deploy/}", "spec.source.path"},
	"rights of Flux":         {"{serviceAccountName: tenant.acme, targetNamespace", "{serviceAccountName: kustomize-controller, targetNamespace", "spec"},
	"another's account":      {"{serviceAccountName: tenant.acme, targetNamespace", "{serviceAccountName: tenant.shop, targetNamespace", "spec"},
	"no account":             {"{serviceAccountName: tenant-delivery, targetNamespace", "{targetNamespace", "spec"},
	"target of another":      {"tenant-delivery, targetNamespace: acme", "tenant-delivery, targetNamespace: shop", "spec.targetNamespace"},
	"source of another":      {"{kind: GitRepository, name: source-a}", "{kind: GitRepository, name: source-a, namespace: shop}", "spec.sourceRef.namespace"},
	"chart as Flux":          {"{serviceAccountName: tenant-delivery, releaseName: c, ", "{releaseName: c, ", "spec"},
	"folder of a chart":      {"{serviceAccountName: tenant-delivery, releaseName: b, ", "{releaseName: b, ", "spec"},
	"release elsewhere":      {"releaseName: b,", "targetNamespace: shop,", "spec.targetNamespace"},
	"values elsewhere":       {"releaseName: b,", "storageNamespace: shop,", "spec.storageNamespace"},
	"charts of another":      {"{kind: HelmRepository, name: source-c}", "{kind: HelmRepository, name: source-c, namespace: shop}", "spec.chart.spec.sourceRef.namespace"},
	"chart of the platform":  {"project: acme.production, source: {repoURL: https://charts", "project: platform, source: {repoURL: https://charts", "spec.source"},
	"all of the repository":  {"'ssh://git@git.example.com/acme.git'", "https://git.example.com/gitops.git", "spec"},
}

// TestDelivery: what is rendered keeps tenants apart, and each change of it that does not is told with its field.
func TestDelivery(t *testing.T) {
	shop := deliveredTo(t, "shop", deliveredText("shop"))
	base := Isolate([]Enclosure{deliveredTo(t, "acme", deliveredText("acme")), shop}, nil, nil)
	require.Empty(t, base.Breaches)
	require.Empty(t, base.Doubts)
	require.Contains(t, base.Examined, Delivery)
	require.Contains(t, base.Assumptions, unlisted)
	for name, way := range ways {
		text := deliveredText("acme", way.old, way.new)
		require.NotEqual(t, deliveredText("acme"), text, name)
		found := Isolate([]Enclosure{deliveredTo(t, "acme", text), shop}, nil, nil)
		require.NotEmpty(t, found.Breaches, name)
		require.Equal(t, Delivery, found.Breaches[0].Channel, name)
		require.Equal(t, way.path, found.Breaches[0].Causes[0].Path.String(), name)
		require.NotEmpty(t, found.Breaches[0].Why, name)
	}
}

// TestDeliveryDoubts: what decides elsewhere is a doubt, and no proof.
func TestDeliveryDoubts(t *testing.T) {
	shop := deliveredTo(t, "shop", deliveredText("shop"))
	for _, change := range [][2]string{
		{"clusterResourceWhitelist: []", "sourceNamespaces: [anywhere]"}, {"applications, sync,", "applications, create,"},
		{"source: {repoURL: https://git", "sources: [], source: {repoURL: https://git"}, {"{serviceAccountName: tenant-delivery, targetNamespace", "{kubeConfig: {}, serviceAccountName: tenant-delivery, targetNamespace"},
		{"path: ./tenants/acme/workload, sourceRef: {kind: GitRepository, name: gitops}", "path: ./tenants/acme/workload, sourceRef: {kind: OCIRepository, name: gitops}"},
		{"{kind: GitRepository, name: source-a}}\n---", "{kind: OCIRepository, name: source-a}}\n---"}, {"path: ./deploy,", "path: ./deploy, components: [../../shop],"},
		{"releaseName: b, chart:", "releaseName: b, chartRef:"}, {"releaseName: b, chart:", "kubeConfig: {}, chart:"}, {"{kind: HelmRepository, name: source-c}", "{kind: Bucket, name: source-c}"},
	} {
		found := Isolate([]Enclosure{deliveredTo(t, "acme", deliveredText("acme", change[0], change[1])), shop}, nil, nil)
		require.Len(t, found.Doubts, 1, change[1])
		require.Equal(t, Delivery, found.Doubts[0].Channel)
	}
}

// TestDeliveryUnread: without a GitOps repository nothing applies the tenants that could be judged.
func TestDeliveryUnread(t *testing.T) {
	found := Isolate([]Enclosure{enclosed(t, "acme", ""), enclosed(t, "shop", "")}, nil, nil)
	require.NotContains(t, found.Examined, Delivery)
	require.Contains(t, found.Unexamined, [2]string{Delivery, deliveryUnread})
}

// TestDeliveryGarbage puts every wrong type in every place: no judge panics, and the same places always have the same verdict.
func TestDeliveryGarbage(t *testing.T) {
	shop := deliveredTo(t, "shop", deliveredText("shop"))
	at := shop.Place
	at.Tenant, at.Namespace = "acme", "acme"
	objects := parsed(t, deliveredText("acme"))
	for _, wrong := range []any{nil, true, "x", "*", "[", int64(-1), []any{nil, "x", []any{}}, map[string]any{"x": nil}} {
		for _, o := range objects {
			for _, put := range spots(o.Tree) {
				old := put(wrong)
				judge := func() Isolation { return Isolate([]Enclosure{Enclose(at, objects), shop}, nil, nil) }
				require.Equal(t, judge(), judge())
				put(old)
			}
		}
	}
}
