package generators

import (
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/tenantsmith/tenantsmith/internal/krm"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// acting is a tenant whose service api acts as an identity of the cloud.
func acting(cloud, cni, identity string) (*schemas.Tenant, *schemas.Environment) {
	tenant := sample("enterprise")
	env := &tenant.Environments[0]
	env.Cluster.Cloud, env.Cluster.CNI = cloud, cni
	api := env.Spec.Services["api"]
	api.Identity = identity
	env.Spec.Services["api"] = api
	return tenant, env
}

// identified is what there is of an identity: annotations of accounts, labels of pods, policies.
func identified(t *testing.T, tenant *schemas.Tenant, env *schemas.Environment) (annotations map[string]map[string]string, marked []string, policies map[string]networkingv1.NetworkPolicySpec) {
	t.Helper()
	in := newInput(tenant, env)
	annotations, policies = map[string]map[string]string{}, map[string]networkingv1.NetworkPolicySpec{}
	for _, o := range accounts(in) {
		a := o.typed.(*corev1.ServiceAccount)
		require.False(t, *a.AutomountServiceAccountToken)
		if a.Annotations != nil {
			annotations[a.Name] = a.Annotations
		}
	}
	for name, s := range in.running() {
		pod := in.podTemplate(name, s)
		require.False(t, *pod.Spec.AutomountServiceAccountToken)
		if pod.Labels[labelAzure] != "" {
			marked = append(marked, name)
		}
	}
	for _, o := range metadataAccess(in) {
		p := o.typed.(*networkingv1.NetworkPolicy)
		require.Equal(t, manifest.OwnerPlatform, o.owner)
		policies[p.Name] = p.Spec
	}
	return annotations, marked, policies
}

func TestIdentityByCloud(t *testing.T) {
	for _, c := range []struct{ cloud, identity, key string }{
		{"aws", "arn:aws:iam::123456789012:role/acme", "eks.amazonaws.com/role-arn"},
		{"gcp", "acme-web@example-project.iam.gserviceaccount.com", "iam.gke.io/gcp-service-account"},
		{"azure", "11111111-2222-3333-4444-555555555555", "azure.workload.identity/client-id"},
	} {
		tenant, env := acting(c.cloud, "calico", c.identity)
		annotations, marked, policies := identified(t, tenant, env)
		require.Equal(t, map[string]map[string]string{"api": {c.key: c.identity}}, annotations, c.cloud)
		require.Equal(t, c.cloud == "azure", len(marked) == 1, c.cloud)
		require.Equal(t, c.cloud == "gcp", len(policies) == 1, c.cloud)
	}
}

func TestWithoutIdentity(t *testing.T) {
	for _, cloud := range []string{"", "aws", "gcp", "azure"} {
		tenant, env := acting(cloud, "calico", "")
		annotations, marked, policies := identified(t, tenant, env)
		require.Empty(t, annotations)
		require.Empty(t, marked)
		require.Empty(t, policies)
	}
	tenant, env := acting("", "", "arn:aws:iam::123456789012:role/acme") // no cloud knows it
	annotations, _, _ := identified(t, tenant, env)
	require.Empty(t, annotations)
}

// The metadata server is open to the pods of the one service, at the address where policies see it.
func TestMetadataServer(t *testing.T) {
	for cni, want := range map[string]struct {
		cidr  string
		ports []int32
	}{
		"calico": {"169.254.169.252/32", []int32{987, 988}}, "dataplane-v2": {"169.254.169.254/32", []int32{80, 8080}},
		"cilium": {"169.254.169.254/32", []int32{80, 8080}},
	} {
		tenant, env := acting("gcp", cni, "acme-web@example-project.iam.gserviceaccount.com")
		_, _, policies := identified(t, tenant, env)
		spec := policies["allow-identity-api"]
		require.Equal(t, podsOf("api"), spec.PodSelector)
		require.Equal(t, []networkingv1.PolicyType{networkingv1.PolicyTypeEgress}, spec.PolicyTypes)
		require.Len(t, spec.Egress, 1)
		require.Equal(t, []networkingv1.NetworkPolicyPeer{{IPBlock: &networkingv1.IPBlock{CIDR: want.cidr}}}, spec.Egress[0].To)
		var ports []int32
		for _, p := range spec.Egress[0].Ports {
			require.Equal(t, corev1.ProtocolTCP, *p.Protocol)
			ports = append(ports, p.Port.IntVal)
		}
		require.Equal(t, want.ports, ports)
	}
}

// A second version acts as the first does.
func TestSecondVersionHasTheIdentityOfTheFirst(t *testing.T) {
	tenant, env := acting("gcp", "calico", "acme-web@example-project.iam.gserviceaccount.com")
	env.Cluster.Router = schemas.GatewayAPI
	api := env.Spec.Services["api"]
	api.Release = schemas.Release{Strategy: abTest, Image: "ghcr.io/example/api:4", Match: &schemas.Match{Header: "x-beta", Value: "1"}, Duration: "30d"}
	env.Spec.Services["api"] = api
	annotations, _, policies := identified(t, tenant, env)
	require.Len(t, annotations, 1)
	require.Contains(t, policies, "allow-identity-api")
	require.Contains(t, policies, "allow-identity-api-b")
}

// What denies the metadata server to everybody leaves it to the pods of the one service: a policy of Cilium that denies
// wins over all that open, and so does the guard of the cluster.
func TestNothingClosesTheMetadataServerAgain(t *testing.T) {
	for cni, want := range map[string]struct {
		cidr  string
		ports []int32
	}{"calico": {"169.254.169.252/32", []int32{987, 988}}, "cilium": {"169.254.169.254/32", []int32{80, 8080}}} {
		for _, dns := range []string{"coredns", "nodelocal"} {
			tenant, env := connected()
			env.Cluster.Cloud, env.Cluster.CNI, env.Cluster.DNS = "gcp", cni, dns
			for _, identity := range []string{"", "acme-web@example-project.iam.gserviceaccount.com"} {
				web := env.Spec.Services["web"]
				web.Identity = identity
				env.Spec.Services["web"] = web
				api := env.Spec.Services["api"]
				api.Calls = []schemas.Call{{Host: "api.example.com", Port: 443}}
				env.Spec.Services["api"] = api
				in := newInput(tenant, env)
				require.Equal(t, identity != "", len(metadataAccess(in)) == 1)

				rules := in.guardOut()
				require.Equal(t, "forbidden", rules[len(rules)-1].Name)
				last := rules[len(rules)-2]
				require.Equal(t, identity != "", last.Name == "identities")
				if identity != "" {
					require.Equal(t, krm.ActionPass, last.Action)
					require.Equal(t, []krm.ClusterPolicyPeer{{Networks: []string{want.cidr}}}, last.To)
					require.Equal(t, want.ports, []int32{last.Protocols[0].TCP.DestinationPort.Number, last.Protocols[1].TCP.DestinationPort.Number})
				}

				var cache []string
				if dns == "nodelocal" {
					cache = []string{nodeCache}
				}
				denied := linkLocalDenied(in)
				require.Equal(t, cni == "cilium", len(denied) == 2)
				if cni == "cilium" {
					require.Equal(t, cache, denied["allow-hosts-api"], "no other service asks")
					if identity != "" {
						cache = append(cache, want.cidr)
					}
					require.Equal(t, cache, denied["allow-hosts-web"])
				}
			}
		}
	}
}

// linkLocalDenied are the addresses that the policies of names leave open among the link-local ones.
func linkLocalDenied(in input) map[string][]string {
	out := map[string][]string{}
	for _, o := range hostCalls(in) {
		p := o.typed.(*krm.CiliumNetworkPolicy)
		for _, r := range p.Spec.EgressDeny[0].ToCIDRSet {
			if r.CIDR == "169.254.0.0/16" {
				out[p.Name] = r.Except
			}
		}
	}
	return out
}
