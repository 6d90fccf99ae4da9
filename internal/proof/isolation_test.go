package proof

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// parsed are the objects of a YAML text.
func parsed(tb testing.TB, text string) []manifest.Object {
	docs, problems := manifest.Parse("test.yaml", []byte(text), manifest.ManifestLimits)
	require.Empty(tb, problems)
	var out []manifest.Object
	for _, doc := range docs {
		objects, problems := manifest.Objects(doc)
		require.Empty(tb, problems)
		out = append(out, objects...)
	}
	return out
}

const closedTenant = `
apiVersion: v1
kind: Namespace
metadata: {name: %[1]s, labels: {pod-security.kubernetes.io/enforce: restricted, tenantsmith.dev/tenant: %[1]s, tenantsmith.dev/environment: production}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: default-deny, namespace: %[1]s}
spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: allow-brought, namespace: %[1]s}
spec: {podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{from: [{podSelector: {}}]}], egress: [{to: [{podSelector: {}}]}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: allow-world, namespace: %[1]s}
spec: {podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0}}], ports: [{port: 443}]}]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: admin, namespace: %[1]s}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: admin}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: %[1]s-admins}, {apiGroup: rbac.authorization.k8s.io, kind: Group, name: platform}]
---
`

func placed(name string) Place {
	return Place{Tenant: name, Environment: "production", Cluster: "main", Namespace: name, PlatformGroups: []string{"platform"}, Bindable: []string{"view"}}
}

func enclosed(tb testing.TB, name, more string) Enclosure {
	return Enclose(placed(name), parsed(tb, fmt.Sprintf(closedTenant, name)+more))
}

const rbac = "apiVersion: rbac.authorization.k8s.io/v1\n"

// opener is an object of acme that opens a way by itself: who goes through it, and the field that opens it.
type opener struct{ object, channel, from, path string }

// openers are those of channels without a file of their own.
var openers = map[string]opener{
	"binding of another's account":  {rbac + "kind: RoleBinding\nmetadata: {name: x, namespace: acme}\nroleRef: {kind: Role, name: y}\nsubjects: [{kind: ServiceAccount, name: web, namespace: shop}]", RBAC, "shop", "subjects[0]"},
	"binding of another's accounts": {rbac + "kind: RoleBinding\nmetadata: {name: x, namespace: acme}\nroleRef: {kind: Role, name: y}\nsubjects: [{kind: Group, name: 'system:serviceaccounts:shop'}]", RBAC, "shop", "subjects[0]"},
	"binding of another's user":     {rbac + "kind: RoleBinding\nmetadata: {name: x, namespace: acme}\nroleRef: {kind: Role, name: y}\nsubjects: [{kind: User, name: 'system:serviceaccount:shop:web'}]", RBAC, "shop", "subjects[0]"},
	"binding of everybody":          {rbac + "kind: RoleBinding\nmetadata: {name: x, namespace: acme}\nroleRef: {kind: Role, name: y}\nsubjects: [{kind: Group, name: 'system:authenticated'}]", RBAC, "shop", "subjects[0]"},
	"binding of another's group":    {rbac + "kind: RoleBinding\nmetadata: {name: x, namespace: acme}\nroleRef: {kind: Role, name: y}\nsubjects: [{kind: Group, name: shop-admins}]", RBAC, "acme", "subjects[0]"},
	"cluster-admin":                 {rbac + "kind: RoleBinding\nmetadata: {name: x, namespace: acme}\nroleRef: {kind: ClusterRole, name: cluster-admin}", RBAC, "acme", "roleRef.name"},
	"cluster binding":               {rbac + "kind: ClusterRoleBinding\nmetadata: {name: x}\nroleRef: {kind: ClusterRole, name: view}", RBAC, "acme", "roleRef.name"},
	"escalate":                      {rbac + "kind: Role\nmetadata: {name: x, namespace: acme}\nrules: [{apiGroups: [rbac.authorization.k8s.io], resources: [roles], verbs: [escalate]}]", RBAC, "acme", "rules[0]"},
	"every verb on roles":           {rbac + "kind: Role\nmetadata: {name: x, namespace: acme}\nrules: [{apiGroups: ['*'], resources: ['*'], verbs: ['*']}]", RBAC, "acme", "rules[0]"},
	"writing policies":              {rbac + "kind: Role\nmetadata: {name: x, namespace: acme}\nrules: [{apiGroups: [networking.k8s.io], resources: [networkpolicies], verbs: [patch]}]", RBAC, "acme", "rules[0]"},
	"its own Namespace":             {rbac + "kind: Role\nmetadata: {name: x, namespace: acme}\nrules: [{apiGroups: [''], resources: [namespaces], verbs: [patch]}]", RBAC, "acme", "rules[0]"},
	"writing mesh policies":         {rbac + "kind: Role\nmetadata: {name: x, namespace: acme}\nrules: [{apiGroups: [security.istio.io], resources: [authorizationpolicies], verbs: [create]}]", RBAC, "acme", "rules[0]"},
	"writing endpoints":             {rbac + "kind: Role\nmetadata: {name: x, namespace: acme}\nrules: [{apiGroups: [discovery.k8s.io], resources: [endpointslices], verbs: [create]}]", RBAC, "acme", "rules[0]"},
	"constrained impersonation":     {rbac + "kind: Role\nmetadata: {name: x, namespace: acme}\nrules: [{apiGroups: [authentication.k8s.io], resources: [serviceaccounts], verbs: ['impersonate:serviceaccount']}]", RBAC, "acme", "rules[0]"},
	"edit of Kubernetes":            {rbac + "kind: RoleBinding\nmetadata: {name: x, namespace: acme}\nroleRef: {kind: ClusterRole, name: edit}", RBAC, "acme", "roleRef.name"},
	"aggregation":                   {rbac + "kind: ClusterRole\nmetadata: {name: x, labels: {rbac.authorization.k8s.io/aggregate-to-view: 'true'}}", RBAC, "acme", `metadata.labels["rbac.authorization.k8s.io/aggregate-to-view"]`},
	"object elsewhere":              {"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, namespace: shop}", Objects, "acme", "metadata.namespace"},
	"Namespace of another":          {"apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}", Objects, "acme", "metadata.name"},
	"grant":                         {"apiVersion: gateway.networking.k8s.io/v1beta1\nkind: ReferenceGrant\nmetadata: {name: x, namespace: acme}\nspec: {from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: shop}], to: [{kind: Service}]}", Routes, "shop", "spec.from[0].namespace"},
	"external name":                 {"apiVersion: v1\nkind: Service\nmetadata: {name: x, namespace: acme}\nspec: {type: ExternalName, externalName: web.shop.svc.cluster.local}", Routes, "acme", "spec.externalName"},
	"external address":              {"apiVersion: v1\nkind: Service\nmetadata: {name: x, namespace: acme}\nspec: {externalIPs: [10.0.0.1]}", Routes, "acme", "spec.externalIPs"},
	"endpoints":                     {"apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: x, namespace: acme}", Routes, "acme", ""},
	"mesh route for another":        {"apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: x, namespace: acme}\nspec: {hosts: [web.shop.svc.cluster.local], http: [{route: [{destination: {host: web}}]}]}", Routes, "acme", "spec.hosts[0]"},
	"route to another":              {"apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: x, namespace: acme}\nspec: {hosts: [web], http: [{route: [{destination: {host: web.shop}}]}]}", Routes, "acme", "spec.http[0].route[0].destination.host"},
	"mesh route for all Services":   {"apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: x, namespace: acme}\nspec: {exportTo: [.], hosts: ['*.svc.cluster.local']}", Routes, "acme", "spec.hosts[0]"},
	"rule for all Services":         {"apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: x, namespace: acme}\nspec: {exportTo: [.], host: '*.local'}", Routes, "acme", "spec.host"},
	"route in capitals":             {"apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: x, namespace: acme}\nspec: {hosts: [web], http: [{mirror: {host: WEB.Shop.svc.corp.example}}]}", Routes, "acme", "spec.http[0].mirror.host"},
	"host as a backend":             {"apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: x, namespace: acme}\nspec: {rules: [{backendRefs: [{group: networking.istio.io, kind: Hostname, name: web.shop.svc.cluster.local}]}]}", Routes, "acme", "spec.rules[0].backendRefs[0].name"},
	"path of the node in a volume":  {"apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: x}\nspec: {hostPath: {path: /}}", Host, "acme", "spec.hostPath"},
	"store for everybody":           {"apiVersion: external-secrets.io/v1\nkind: ClusterSecretStore\nmetadata: {name: x}\nspec: {provider: {}}", Secrets, "shop", "spec"},
}

// TestChannels: each object that opens a channel is found, and told with its field and whom it lets where; nothing
// is found without it.
func TestChannels(t *testing.T) {
	base := Isolate([]Enclosure{enclosed(t, "acme", ""), enclosed(t, "shop", "")}, nil, nil)
	require.Empty(t, base.Breaches)
	require.Empty(t, base.Doubts)
	require.Equal(t, 2, base.Pairs)
	requireOpen(t, openers)
}

// requireOpen finds each by its channel and field, and nothing of it where there is no other tenant.
func requireOpen(t *testing.T, all map[string]opener) {
	for name, c := range all {
		found := Isolate([]Enclosure{enclosed(t, "acme", c.object), enclosed(t, "shop", "")}, nil, nil)
		require.NotEmpty(t, found.Breaches, name)
		b := found.Breaches[0]
		require.Equal(t, c.channel, b.Channel, name)
		require.Equal(t, c.from, b.From.Tenant, name)
		require.NotEqual(t, b.From.Tenant, b.To.Tenant, name)
		require.Equal(t, c.path, b.Causes[0].Path.String(), name)
		require.Equal(t, "acme", b.Causes[0].Tenant, name)
		require.NotEmpty(t, b.Why, name)
		require.Empty(t, Isolate([]Enclosure{enclosed(t, "acme", c.object)}, nil, nil).Breaches, name)
	}
}

func TestIsolateGarbage(t *testing.T) { requireCalm(t, openers) }

// requireCalm puts every wrong type in every place of real objects: no judge panics, and the same places always have the
// same verdict.
func requireCalm(t *testing.T, all map[string]opener) {
	shop := enclosed(t, "shop", "")
	for _, wrong := range []any{nil, true, "x", "*", int64(-1), 1.5, []any{nil, "x", []any{}}, map[string]any{"x": nil}} {
		for _, c := range all {
			os := append(parsed(t, fmt.Sprintf(closedTenant, "acme")), parsed(t, c.object)...)
			var places []func(any) any
			for _, o := range os {
				places = append(places, spots(o.Tree)...)
			}
			for _, put := range places {
				old := put(wrong)
				judge := func() Isolation { return Isolate([]Enclosure{Enclose(placed("acme"), os), shop}, nil, nil) }
				require.Equal(t, judge(), judge())
				put(old)
			}
		}
	}
}

// TestHosts: a host, a wildcard above it and a route without hosts are one tenant's only.
func TestHosts(t *testing.T) {
	route := func(ns, hosts string) string {
		return fmt.Sprintf("apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: x, namespace: %s}\nspec: {parentRefs: [{name: shared, namespace: gateways}], hostnames: [%s]}", ns, hosts)
	}
	for _, c := range []struct {
		mine, other string
		apart       bool
	}{
		{"a.example.com", "b.example.com", true}, {"a.example.com", "A.example.com", false}, {"a.b.example.com", `"*.example.com"`, false},
		{`"*.b.example.com"`, `"*.example.com"`, false}, {`"*.a.example.com"`, "a.example.com", true}, {"a.example.com", "", false}, {"", "", false},
	} {
		found := Isolate([]Enclosure{enclosed(t, "acme", route("acme", c.mine)), enclosed(t, "shop", route("shop", c.other))}, nil, nil)
		require.Equal(t, c.apart, len(found.Breaches) == 0, "%s and %s", c.mine, c.other)
	}
}

// TestHost: the Pod Security level stands for pods that are not rendered; a rendered pod that only it refuses is a doubt.
func TestHost(t *testing.T) {
	const pod = "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: x, namespace: acme}\nspec: {jobTemplate: {spec: {template: {spec: {%s, containers: [{name: c, image: i, securityContext: {privileged: %s}}]}}}}}"
	shop := enclosed(t, "shop", "")
	for ask, path := range map[string]string{"hostNetwork: true": "hostNetwork", "hostPID: true": "hostPID", "volumes: [{name: v, hostPath: {path: /}}]": "volumes[0].hostPath"} {
		guarded := Isolate([]Enclosure{enclosed(t, "acme", fmt.Sprintf(pod, ask, "false")), shop}, nil, nil)
		require.Empty(t, guarded.Breaches)
		require.Len(t, guarded.Doubts, 1)
		require.Equal(t, Host, guarded.Doubts[0].Channel)
		open := parsed(t, "apiVersion: v1\nkind: Namespace\nmetadata: {name: acme}\n---\n"+fmt.Sprintf(pod, ask, "true"))
		var paths []string
		for _, b := range Isolate([]Enclosure{Enclose(placed("acme"), open), shop}, nil, nil).Breaches {
			if b.Channel == Host {
				paths = append(paths, b.Causes[0].Path.String())
			}
		}
		const spec = "spec.jobTemplate.spec.template.spec."
		require.ElementsMatch(t, []string{`metadata.labels["pod-security.kubernetes.io/enforce"]`, spec + path, spec + "containers[0].securityContext.privileged"}, paths)
	}
}

// TestDoubts: what is not read is no proof.
func TestDoubts(t *testing.T) {
	for object, channel := range map[string]string{
		"apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: x, namespace: acme}":                                                                                                                                                         Network,
		"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: x, namespace: acme}\nspec: {podSelector: {matchExpressions: [{key: a, operator: Odd}]}}":                                                                                   Network,
		"apiVersion: example.com/v1\nkind: Robot\nmetadata: {name: x}":                                                                                                                                                                                      Objects,
		"apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: x, namespace: acme}\nroleRef: {kind: ClusterRole, name: other}":                                                                                                      RBAC,
		"apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: x, namespace: acme}\nspec: {secretStoreRef: {kind: ClusterSecretStore, name: s}}":                                                                                       Secrets,
		"apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: x, namespace: acme}\nspec: {secretStoreRef: {kind: SecretStore, name: s}, dataFrom: [{extract: {key: k}, sourceRef: {storeRef: {kind: ClusterSecretStore, name: s}}}]}": Secrets,
		"apiVersion: example.com/v1\nkind: Robot\nmetadata: {name: x, namespace: acme}":                                                                                                                                                                     Objects,
		"apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: x, namespace: acme}":                                                                                                                                                            Objects,
		"apiVersion: gateway.networking.x-k8s.io/v1alpha1\nkind: XListenerSet\nmetadata: {name: x, namespace: acme}":                                                                                                                                        Routes,
		"apiVersion: v1\nkind: Pod\nmetadata: {name: x, namespace: acme, annotations: {k8s.v1.cni.cncf.io/networks: far}}":                                                                                                                                  Network,
		"apiVersion: gateway.networking.k8s.io/v1\nkind: TCPRoute\nmetadata: {name: x, namespace: acme}":                                                                                                                                                    Routes,
	} {
		found := Isolate([]Enclosure{enclosed(t, "acme", object), enclosed(t, "shop", "")}, nil, nil)
		require.Empty(t, found.Breaches, object)
		require.Len(t, found.Doubts, 1, object)
		require.Equal(t, channel, found.Doubts[0].Channel, object)
	}
}

// TestShapes: tenants of one shape are judged once, and counted all; a pair that is not asked about is left out, and so are
// other clusters. Environments of one tenant are pairs, too.
func TestShapes(t *testing.T) {
	const open = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: open, namespace: %s}\nspec: {podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress], ingress: [{from: [{namespaceSelector: {}}, {ipBlock: {cidr: 10.0.0.0/8}}]}]}"
	var all []Enclosure
	for i := range 20 {
		name := fmt.Sprintf("tenant-%d", i)
		all = append(all, enclosed(t, name, fmt.Sprintf(open, name)))
	}
	found := Isolate(all, nil, nil)
	require.Equal(t, 20*19, found.Pairs)
	require.Len(t, found.Breaches, 2)
	for k, b := range found.Breaches {
		require.Equal(t, 20*19, b.Pairs)
		require.Equal(t, "any pod reaches a pod with app=web at port 443/TCP", b.Message)
		require.Equal(t, "spec.egress[0].to[0]", b.Causes[0].Path.String())
		require.Equal(t, fmt.Sprintf("spec.ingress[0].from[%d]", k), b.Causes[1].Path.String())
		require.Contains(t, b.Why, "in tenant-1 default-deny, allow-brought may select the same pod, but policies add up: none closes what open opens")
	}
	some := Isolate(all, nil, func(p Place) bool { return p.Tenant == "tenant-7" })
	require.Equal(t, 2*19, some.Pairs)
	require.Equal(t, 2*19, some.Breaches[0].Pairs)
	for i := range all {
		all[i].Tenant, all[i].Environment = "one", all[i].Namespace
	}
	require.Equal(t, found.Pairs, Isolate(all, nil, nil).Pairs)
	require.Len(t, Isolate(all, nil, nil).Breaches, 2)
	for i := range all {
		all[i].Cluster = all[i].Namespace
	}
	require.Empty(t, Isolate(all, nil, nil).Breaches)
}

// TestEnvironments: of what one tenant has in two environments on one cluster, namespaces and hosts are told; people and keys
// of secrets are its own.
func TestEnvironments(t *testing.T) {
	const two = "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: x, namespace: %[1]s}\nroleRef: {kind: Role, name: y}\nsubjects: [{kind: Group, name: owners}]\n---\n" +
		"apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: x, namespace: %[1]s}\nspec: {secretStoreRef: {kind: ClusterSecretStore, name: s}, data: [{remoteRef: {key: k}}]}\n---\n" +
		"apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: x, namespace: %[1]s}\nspec: {parentRefs: [{name: shared, namespace: gateways}], hostnames: [a.example.com]}\n"
	told := func(own bool) []string {
		all := []Enclosure{enclosed(t, "acme", fmt.Sprintf(two, "acme")), enclosed(t, "shop", fmt.Sprintf(two, "shop"))}
		if own {
			all[1].Tenant, all[1].Environment = "acme", "development"
		}
		var out []string
		for _, b := range Isolate(all, nil, nil).Breaches {
			require.NotEqual(t, b.From, b.To)
			out = append(out, b.Message)
		}
		return out
	}
	host, people, keys := "both have the host a.example.com", "both have the group owners", "both have the key of s k"
	require.ElementsMatch(t, []string{host, host, people, people, keys, keys}, told(false))
	require.ElementsMatch(t, []string{host, host}, told(true))
}

// TestWildcards are told from both sides, each in its own words.
func TestWildcards(t *testing.T) {
	const route = "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: x, namespace: %s}\nspec: {parentRefs: [{name: shared, namespace: gateways}], hostnames: [%q]}"
	var told []string
	all := []Enclosure{enclosed(t, "acme", fmt.Sprintf(route, "acme", "a.b.example.com")), enclosed(t, "shop", fmt.Sprintf(route, "shop", "*.example.com"))}
	for _, b := range Isolate(all, nil, nil).Breaches {
		told = append(told, b.From.Tenant+" to "+b.To.Tenant+": "+b.Message)
		require.Equal(t, []string{b.From.Tenant, b.To.Tenant}, []string{b.Causes[0].Tenant, b.Causes[1].Tenant})
	}
	require.Equal(t, []string{
		"acme to shop: both have the host a.b.example.com, which *.example.com covers",
		"shop to acme: both have the host *.example.com, which covers a.b.example.com",
	}, told)
}
