package generators

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/krm"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// connected is a tenant that uses every way to call, on a cluster whose network knows names and policies of the cluster.
func connected() (*schemas.Tenant, *schemas.Environment) {
	tenant := sample("enterprise")
	env := &tenant.Environments[1]
	cluster, platform := *env.Cluster, *env.Platform
	cluster.CNI, cluster.ClusterNetworkPolicy, cluster.DNS = schemas.Cilium, true, "nodelocal"
	platform.Images.Smoke = "ghcr.io/example/curl:8"
	platform.Network = map[string]any{"forbidden": []any{"10.0.0.0/16", "10.0.1.0/24"}, "cluster": []any{"10.244.0.0/16"}}
	platform.SharedServices = map[string]schemas.SharedService{
		"kafka": {Namespace: "kafka", Pods: map[string]string{"app": "kafka"}, Ports: []schemas.SharedPort{{Port: 9092, Protocol: "TCP"}}},
		"mail":  {Namespace: "mail", Ports: []schemas.SharedPort{{Port: 587, Protocol: "TCP"}}, Tenants: []string{"acme"}},
	}
	env.Cluster, env.Platform = &cluster, &platform
	env.Spec.Accepts = []schemas.Accept{
		{Tenant: "shop", Service: "api"}, {Tenant: "crm", Service: "api"}, {Tenant: "shop", Service: "api", From: "cart", Ports: []string{"metrics"}},
		{Tenant: "shop", Service: "mailer"},
	}
	env.Spec.Services = map[string]schemas.Service{
		"api": env.Spec.Services["api"], "mailer": env.Spec.Services["mailer"],
		"web": {
			Kind: "service", Image: "ghcr.io/example/web:1", Replicas: new(int32(1)), Ports: map[string]schemas.Port{"http": {Port: 8080, Protocol: "TCP"}},
			Calls: []schemas.Call{
				{Service: "api"}, {Service: "web"}, {Service: "mailer"}, {Tenant: "billing", Service: "invoices"}, {Shared: "kafka"}, {Shared: "mail"},
				{CIDR: "10.0.0.0/8", Port: 5432}, {Host: "api.example.com", Port: 443}, {Host: "smtp.example.com", Port: 587}, {Host: "*.example.org", Port: 443},
			},
			Release: schemas.Release{Strategy: "blueGreen", Smoke: &schemas.Smoke{Path: "/"}},
		},
	}
	return tenant, env
}

func TestNetworkOfClusters(t *testing.T) {
	tenant, env := connected()
	in := newInput(tenant, env)
	made := slices.Concat(network(in), hostCalls(in), clusterGuard(in))
	golden(t, "network-cilium", sorted(rendered(made)))

	platform := Platform(env.Platform, schemas.PlatformEnvironment{Name: "production", Cluster: "main"}, nil, nil)
	require.Empty(t, platform, "the platform has no such cluster")
	env.Platform.Clusters = map[string]*schemas.Cluster{"main": env.Cluster, "plain": {Name: "plain"}}
	require.Empty(t, Platform(env.Platform, schemas.PlatformEnvironment{Name: "production", Cluster: "plain"}, nil, nil))
	golden(t, "network-platform", Platform(env.Platform, schemas.PlatformEnvironment{Name: "production", Cluster: "main"}, nil, nil))

	for _, o := range Generate(tenant, &tenant.Base) {
		require.NotEqual(t, "ClusterNetworkPolicy", o.Kind(), "the base is in no cluster")
	}
	require.Empty(t, hostCalls(newInput(tenant, &tenant.Environments[0])), "other networks know no names")
}

// On OpenShift names are resolved elsewhere, and at another port.
func TestNamesOnOpenShift(t *testing.T) {
	tenant, env := connected()
	env.Cluster.DNS = "openshift"
	policy := hostCalls(newInput(tenant, env))[0].typed.(*krm.CiliumNetworkPolicy)
	last := policy.Spec.Egress[len(policy.Spec.Egress)-1]
	require.Equal(t, map[string]string{
		"k8s:io.kubernetes.pod.namespace": "openshift-dns", "k8s:dns.operator.openshift.io/daemonset-dns": "default",
	}, last.ToEndpoints[0].MatchLabels)
	require.Equal(t, []krm.CiliumPort{{Port: "53", Protocol: "ANY"}, {Port: "5353", Protocol: "ANY"}}, last.ToPorts[0].Ports)
	require.Equal(t, []krm.CiliumRange{{CIDR: "169.254.0.0/16"}}, policy.Spec.EgressDeny[0].ToCIDRSet[3:4], "no cache on the node")
}

// The guard holds what the API takes, however many tenants are accepted, at however many ports.
func TestGuardFits(t *testing.T) {
	for _, ports := range []int{1, 30} {
		tenant, env := connected()
		api := env.Spec.Services["api"]
		api.Ports = map[string]schemas.Port{}
		for i := range ports {
			api.Ports[fmt.Sprintf("p%d", i)] = schemas.Port{Port: int32(8000 + i), Protocol: "TCP"}
		}
		for i := range 60 {
			accept := schemas.Accept{Tenant: fmt.Sprintf("tenant-%d", i), Service: "api"}
			if ports > 1 && i < 28 {
				accept.Ports = []string{fmt.Sprintf("p%d", i)}
			}
			env.Spec.Accepts = append(env.Spec.Accepts, accept)
			api.Calls = append(api.Calls, schemas.Call{Tenant: accept.Tenant, Service: "api"})
		}
		env.Spec.Services["api"] = api
		guard := clusterGuard(newInput(tenant, env))[0]
		spec := guard.typed.(*krm.ClusterNetworkPolicy).Spec
		require.LessOrEqual(t, len(spec.Ingress), krm.MostClusterRules)
		require.LessOrEqual(t, len(spec.Egress), krm.MostClusterRules)
		peers := 0
		for _, r := range spec.Ingress[1 : len(spec.Ingress)-1] {
			require.LessOrEqual(t, len(r.From), krm.MostClusterRules)
			require.LessOrEqual(t, len(r.Protocols), krm.MostClusterRules)
			require.Equal(t, ports > 1, len(r.Protocols) == 0, "the ports are too many to tell apart")
			peers += len(r.From)
		}
		require.GreaterOrEqual(t, peers, 62)
		require.Equal(t, krm.ActionDeny, spec.Ingress[len(spec.Ingress)-1].Action)
	}
}

// Pods that no service is declared for talk to each other where a team may bring some, and not to declared ones.
func TestBroughtPods(t *testing.T) {
	find := func(spec schemas.Spec) (manifest.Object, bool) {
		tenant := sample("basic")
		env := &tenant.Environments[0]
		env.Spec.Services, env.Spec.Delivery = spec.Services, spec.Delivery
		env.Platform.GitOps.Repository = "https://git.example.com/gitops.git"
		for _, o := range Generate(tenant, env) {
			if o.Name() == "allow-brought" {
				return o, true
			}
		}
		return manifest.Object{}, false
	}
	services := map[string]schemas.Service{"web": {Kind: "service", Image: "a", Replicas: new(int32(1))}}
	sources := schemas.Delivery{Sources: []schemas.Source{{Name: "shop"}}}
	_, ok := find(schemas.Spec{Services: services})
	require.False(t, ok)
	guardRails, ok := find(schemas.Spec{})
	require.True(t, ok)
	require.Equal(t, "metadata.name", guardRails.Subject)
	brought, ok := find(schemas.Spec{Services: services, Delivery: sources})
	require.True(t, ok)
	require.Equal(t, "spec.delivery.sources", brought.Subject)
	expressions, _ := manifest.Path{"spec", "podSelector", "matchExpressions"}.Lookup(brought.Tree)
	require.Equal(t, []any{
		map[string]any{"key": labelName, "operator": "NotIn", "values": []any{"web"}},
		map[string]any{"key": labelSmoke, "operator": "DoesNotExist"},
	}, expressions)
}

// A policy for one caller is the word of that caller, one for several of no single one.
func TestCallersAreNamed(t *testing.T) {
	tenant := sample("basic")
	env := &tenant.Environments[0]
	call := schemas.Service{Kind: "service", Image: "a", Calls: []schemas.Call{{Service: "api"}}}
	env.Spec.Services = map[string]schemas.Service{
		"api": {Kind: "service", Image: "a", Ports: map[string]schemas.Port{"http": {Port: 80, Protocol: "TCP"}}}, "web": call,
	}
	require.Equal(t, calling{[]string{"web"}, "spec.services.web.calls"}, newInput(tenant, env).callers()["api"])
	env.Spec.Services["shop"] = call
	require.Equal(t, calling{[]string{"shop", "web"}, "spec.services"}, newInput(tenant, env).callers()["api"])
}
