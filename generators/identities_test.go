package generators

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tenantsmith/tenantsmith/internal/krm"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// meshTenant is a tenant on a cluster with a mesh: a shop whose web service is tested in two versions
// and calls everything that can be called, behind it an API that is smoke tested and that others call.
func meshTenant(dataPlane string) *schemas.Tenant {
	t := sample("enterprise")
	platform, cluster := t.Base.Platform, t.Base.Cluster
	platform.NamespacePattern = "{tenant}-{env}"
	platform.Namespaces.Mesh = "istio-system"
	platform.Images.Smoke = "ghcr.io/example/curl:8.0.0"
	platform.SharedServices = map[string]schemas.SharedService{"kafka": {Namespace: "kafka", Ports: []schemas.SharedPort{{Port: 9092}}}}
	cluster.Router, cluster.Gateway = schemas.Istio, "shared"
	cluster.Mesh, cluster.DataPlane, cluster.TrustDomain, cluster.GatewayAccount = schemas.Istio, dataPlane, "cluster.local", "shared-istio"
	cluster.Sidecar = proxyResources("100m", "128Mi", "2", "1Gi")
	web := schemas.Service{
		Kind: "service", Image: "ghcr.io/example/web:1.0.0", Replicas: new(int32(2)),
		Ports:     map[string]schemas.Port{"http": {Port: 8080}},
		Resources: containerResources("50m", "64Mi", "", "128Mi"),
		Expose:    []schemas.Expose{{Host: "shop.example.com", Path: "/", Port: "http"}},
		Calls: []schemas.Call{{Service: "api"}, {Tenant: "billing", Service: "invoices"}, {Shared: "kafka"},
			{Host: "pay.example.com", Port: 443}, {CIDR: "10.1.0.0/16", Port: 5432}},
		Release: schemas.Release{Strategy: "abTest", Image: "ghcr.io/example/web:2.0.0", Duration: "72h",
			Match: &schemas.Match{Header: "x-cohort", Value: "b"}},
	}
	api := schemas.Service{
		Kind: "service", Image: "ghcr.io/example/api:3.1.0", Replicas: new(int32(2)),
		Ports: map[string]schemas.Port{
			"http": {Port: 8080}, "grpc": {Port: 9000}, "dns": {Port: 5300, Protocol: "UDP"}, "metrics": {Port: 9090},
		},
		Resources: containerResources("50m", "64Mi", "", "128Mi"),
		Release:   schemas.Release{Strategy: "blueGreen", Smoke: &schemas.Smoke{Path: "/ready"}},
	}
	for _, e := range []*schemas.Environment{&t.Base, &t.Environments[0], &t.Environments[1]} {
		e.Spec.Accepts = []schemas.Accept{{Tenant: "crm", Service: "api", From: "sync", Ports: []string{"grpc"}}, {Tenant: "shop", Service: "api"}}
		e.Spec.Services = map[string]schemas.Service{"web": web, "api": api, "mailer": e.Spec.Services["mailer"]}
	}
	return t
}

func TestGoldenMesh(t *testing.T) {
	for _, dataPlane := range []string{"sidecar", "ambient"} {
		t.Run(dataPlane, func(t *testing.T) {
			tenant := meshTenant(dataPlane)
			golden(t, "mesh-"+dataPlane, kinds(Generate(tenant, &tenant.Environments[0]), "Namespace", "NetworkPolicy",
				"PeerAuthentication", "AuthorizationPolicy", "Sidecar", "LimitRange", "VirtualService", "DestinationRule"))
		})
	}
}

func authorizations(in input) map[string]*krm.AuthorizationPolicy {
	out := map[string]*krm.AuthorizationPolicy{}
	for _, o := range identities(in) {
		if p, ok := o.typed.(*krm.AuthorizationPolicy); ok {
			out[p.Name] = p
		}
	}
	return out
}

// may reports whether the policies let a principal in at a port of a service.
func may(all map[string]*krm.AuthorizationPolicy, service, principal, port string) bool {
	p := all["allow-"+service]
	return p != nil && slices.ContainsFunc(p.Spec.Rules, func(r krm.IstioRule) bool {
		from := slices.ContainsFunc(r.From, func(f krm.IstioFrom) bool {
			_, rest, _ := strings.Cut(principal, "/ns/")
			namespace, _, _ := strings.Cut(rest, "/sa/")
			return slices.Contains(f.Source.Principals, principal) || slices.Contains(f.Source.Namespaces, namespace)
		})
		return from && slices.ContainsFunc(r.To, func(to krm.IstioTo) bool { return slices.Contains(to.Operation.Ports, port) })
	})
}

func TestWhoMayCallWhom(t *testing.T) {
	tenant := meshTenant("sidecar")
	all := authorizations(newInput(tenant, &tenant.Environments[0]))
	require.Empty(t, all["default-deny"].Spec)
	own, td := "cluster.local/ns/enterprise-client-development/sa/", "cluster.local/ns/"
	for _, c := range []struct {
		service, principal, port string
		want                     bool
	}{
		{"api", own + "web", "8080", true},
		{"api", own + "web", "9000", true},
		{"api", own + "mailer", "8080", false},
		{"api", own + "default", "8080", false},
		{"api", own + "api", "8080", false},
		{"api", own + "api.smoke", "8080", true},
		{"api", own + "api.smoke", "9000", false},
		{"api", own + "web", "5300", false}, // UDP
		{"api", own + "web", "9090", false}, // metrics
		{"api", td + "gateway/sa/shared-istio", "8080", false},
		{"api", td + "monitoring/sa/prometheus", "9090", true},
		{"api", td + "monitoring/sa/prometheus", "8080", false},
		{"api", td + "shop-development/sa/any", "8080", true},
		{"api", td + "shop-development/sa/any", "9090", false},
		{"api", td + "shop-production/sa/any", "8080", false},
		{"api", td + "crm-development/sa/sync", "9000", true},
		{"api", td + "crm-development/sa/sync", "8080", false},
		{"api", td + "crm-development/sa/other", "9000", false},
		{"web", td + "gateway/sa/shared-istio", "8080", true},
		{"web", td + "gateway/sa/default", "8080", false},
		{"web-b", td + "gateway/sa/shared-istio", "8080", true},
		{"web", own + "web", "8080", false},
		{"web", td + "shop-development/sa/any", "8080", false},
		{"mailer", own + "web", "8080", false},
	} {
		require.Equal(t, c.want, may(all, c.service, c.principal, c.port), "%+v", c)
	}
}

func TestGatewayWithoutAnAccountIsItsNamespace(t *testing.T) {
	tenant := meshTenant("sidecar")
	in := newInput(tenant, &tenant.Environments[0])
	in.env.Cluster.GatewayAccount = ""
	require.True(t, may(authorizations(in), "web", "cluster.local/ns/gateway/sa/any", "8080"))
	in.env.Platform.Namespaces = schemas.Namespaces{}
	require.NotContains(t, authorizations(in), "allow-web")
	require.Equal(t, []string{"./*", "billing-development/*", "kafka/*"}, scopeOf(in))
}

func scopeOf(in input) []string {
	for _, o := range identities(in) {
		if s, ok := o.typed.(*krm.Sidecar); ok {
			return s.Spec.Egress[0].Hosts
		}
	}
	return nil
}

// Pods that no service declares have accounts that nobody knows.
func TestBroughtPodsTalkToEachOther(t *testing.T) {
	in := serving(nil)
	in.env.Cluster.Mesh = schemas.Istio
	brought := func() bool { return authorizations(in)["allow-brought"] != nil }
	require.True(t, brought(), "all that the tenant has is brought")
	require.Equal(t, []string{"acme-production"}, authorizations(in)["allow-brought"].Spec.Rules[0].From[0].Source.Namespaces)
	in.env.Spec.Services = map[string]schemas.Service{"web": web()}
	require.False(t, brought())
	in.env.Spec.Delivery.Sources = []schemas.Source{{}}
	require.False(t, brought(), "nothing delivers them")
	require.Empty(t, in.allowBrought())
	in.env.Platform.GitOps.Repository = "https://git.example.com/gitops.git"
	require.True(t, brought())
	require.Len(t, in.allowBrought(), 1)
}

// In an ambient mesh NetworkPolicies let a declared caller into the tunnel, whatever port it asks for inside: what is open to
// brought pods is not open to it, nor to its test or a second version.
func TestDeclaredCallersAreNotBrought(t *testing.T) {
	for _, dataPlane := range []string{"sidecar", "ambient"} {
		tenant := meshTenant(dataPlane)
		in := newInput(tenant, &tenant.Environments[0])
		in.env.Spec.Delivery.Sources = []schemas.Source{{}}
		in.env.Platform.GitOps.Repository = "https://git.example.com/gitops.git"
		in.env.Cluster.TrustDomain = "example.org"
		spec := authorizations(in)["allow-brought"].Spec
		require.Equal(t, []krm.IstioSource{{
			Namespaces: []string{"enterprise-client-development"},
			NotPrincipals: []string{
				"*/ns/enterprise-client-development/sa/api", "*/ns/enterprise-client-development/sa/api.smoke",
				"*/ns/enterprise-client-development/sa/mailer", "*/ns/enterprise-client-development/sa/web",
			},
		}}, []krm.IstioSource{spec.Rules[0].From[0].Source})
		require.Len(t, spec.Rules[0].From, 1)
	}
}

func TestNoMeshNoIdentities(t *testing.T) {
	tenant := meshTenant("ambient")
	in := newInput(tenant, &tenant.Environments[0])
	in.env.Cluster.Mesh = "none"
	require.Empty(t, identities(in))
	require.Empty(t, in.allowMesh())
	require.Empty(t, kinds(Generate(tenant, &tenant.Environments[0]), "PeerAuthentication", "AuthorizationPolicy", "Sidecar"))
}

// Every rule names exact identities or namespaces, and ports: nothing that the proxy of a node could
// not judge, and nothing that somebody without an identity meets.
func TestRulesNameWhoAndWhere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tenant := meshTenant(rapid.SampledFrom([]string{"sidecar", "ambient"}).Draw(t, "data plane"))
		in := newInput(tenant, &tenant.Environments[0])
		in.env.Cluster.GatewayAccount = rapid.SampledFrom([]string{"", "shared-istio"}).Draw(t, "account")
		in.env.Spec.Monitoring.Level = rapid.SampledFrom([]string{"none", "basic"}).Draw(t, "monitoring")
		if rapid.Bool().Draw(t, "no parts") {
			in.env.Platform.Namespaces = schemas.Namespaces{}
		}
		for name, p := range authorizations(in) {
			require.Equal(t, name == "default-deny", p.Spec.Rules == nil && p.Spec.Selector == nil, name)
			for _, r := range p.Spec.Rules {
				require.Len(t, r.From, 1)
				require.Len(t, r.To, 1)
				s := r.From[0].Source
				require.True(t, (len(s.Principals) > 0) != (len(s.Namespaces) > 0), name)
				require.NotEmpty(t, r.To[0].Operation.Ports)
				for _, who := range slices.Concat(s.Principals, s.Namespaces) {
					require.NotContains(t, who, "*")
				}
				for _, who := range s.Principals {
					require.Regexp(t, `^cluster\.local/ns/[-a-z0-9]+/sa/[-.a-z0-9]+$`, who)
				}
			}
		}
	})
}

// A tenant that sleeps keeps its guard rails.
func TestIdentitiesStayAsleep(t *testing.T) {
	tenant := meshTenant("sidecar")
	awake := authorizations(newInput(tenant, &tenant.Environments[0]))
	tenant.Environments[0].Spec.Lifecycle = manifest.Suspended
	require.Equal(t, awake, authorizations(newInput(tenant, &tenant.Environments[0])))
}
