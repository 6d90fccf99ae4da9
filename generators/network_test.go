package generators

import (
	"fmt"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"
	networkingv1 "k8s.io/api/networking/v1"
	"pgregory.net/rapid"

	"github.com/tenantsmith/tenantsmith/schemas"
)

// Every rule names whom it lets through, and outside of the tenant at which ports.
func TestNoRuleIsOpenToAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tenant := sample(rapid.SampledFrom([]string{"free", "basic", "premium", "enterprise"}).Draw(t, "tier"))
		env := &tenant.Environments[0]
		env.Cluster.DNS = rapid.SampledFrom([]string{"coredns", "nodelocal", "openshift"}).Draw(t, "dns")
		env.Spec.Monitoring.Level = rapid.SampledFrom([]string{"none", "basic"}).Draw(t, "monitoring")
		if rapid.Bool().Draw(t, "no gateway") {
			env.Platform.Namespaces = schemas.Namespaces{}
		}
		for name, s := range env.Spec.Services {
			s.Calls = append(s.Calls, schemas.Call{CIDR: drawCIDR(t), Port: 443})
			env.Spec.Services[name] = s
		}
		for _, o := range network(input{tenant, env}) {
			checkPolicy(t, o.typed.(*networkingv1.NetworkPolicy))
		}
	})
}

func checkPolicy(t *rapid.T, p *networkingv1.NetworkPolicy) {
	require.NotEmpty(t, p.Spec.PolicyTypes, p.Name)
	require.True(t, p.Name == "default-deny" || len(p.Spec.Ingress)+len(p.Spec.Egress) > 0, "%s opens nothing", p.Name)
	for _, r := range p.Spec.Ingress {
		checkPeers(t, p.Name, r.From, r.Ports)
	}
	for _, r := range p.Spec.Egress {
		checkPeers(t, p.Name, r.To, r.Ports)
	}
}

func checkPeers(t *rapid.T, name string, peers []networkingv1.NetworkPolicyPeer, ports []networkingv1.NetworkPolicyPort) {
	require.NotEmpty(t, peers, name)
	for _, peer := range peers {
		outside := peer.NamespaceSelector != nil || peer.IPBlock != nil
		require.True(t, outside || peer.PodSelector != nil, "%s has an empty peer", name)
		require.True(t, len(ports) > 0 || !outside && name == "allow-brought", "%s: ports", name)
		if peer.NamespaceSelector != nil {
			require.NotEmpty(t, peer.NamespaceSelector.MatchLabels, "%s selects every namespace", name)
			for key, value := range peer.NamespaceSelector.MatchLabels {
				require.NotEmpty(t, value, "%s: %s", name, key)
			}
		}
		if peer.IPBlock != nil {
			checkBlock(t, peer.IPBlock)
		}
	}
	for _, port := range ports {
		require.NotNil(t, port.Protocol, name)
		require.Positive(t, port.Port.IntVal, name)
	}
}

// checkBlock holds what the API server demands of exceptions, and that metadata stays closed.
func checkBlock(t require.TestingT, b *networkingv1.IPBlock) {
	cidr := netip.MustParsePrefix(b.CIDR)
	require.Equal(t, cidr.Masked(), cidr)
	var except []netip.Prefix
	for _, text := range b.Except {
		e := netip.MustParsePrefix(text)
		require.True(t, cidr.Contains(e.Addr()) && e.Bits() > cidr.Bits(), "%s is no part of %s", e, cidr)
		except = append(except, e)
	}
	for _, text := range []string{"169.254.169.254", "169.254.170.2", "100.100.100.200", "168.63.129.16", "fd00:ec2::254"} {
		address := netip.MustParseAddr(text)
		if cidr.Contains(address) {
			require.True(t, anyContains(except, address), "%s opens %s", b.CIDR, address)
		}
	}
}

func anyContains(prefixes []netip.Prefix, a netip.Addr) bool {
	for _, p := range prefixes {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// drawCIDR prefers ranges around the addresses that must stay closed.
func drawCIDR(t *rapid.T) string {
	address := rapid.SampledFrom([]string{
		"169.254.169.254", "169.254.1.1", "100.100.100.200", "168.63.129.16", "10.1.2.3", "8.8.8.8", "fd00:ec2::254", "fe80::1", "2001:db8::1",
	}).Draw(t, "address")
	longest := 32
	if netip.MustParseAddr(address).Is6() {
		longest = 128
	}
	return fmt.Sprintf("%s/%d", address, rapid.IntRange(0, longest).Draw(t, "bits"))
}

func TestReachable(t *testing.T) {
	for _, c := range []struct {
		cidr, want string
		except     []string
	}{
		{"10.1.0.0/16", "10.1.0.0/16", nil},
		{"10.1.2.3/16", "10.1.0.0/16", nil},
		{"203.0.113.7/32", "203.0.113.7/32", nil},
		{"169.0.0.0/8", "169.0.0.0/8", []string{"169.254.0.0/16"}},
		{"0.0.0.0/0", "0.0.0.0/0", []string{"100.100.100.200/32", "168.63.129.16/32", "169.254.0.0/16"}},
		{"::/0", "::/0", []string{"fd00:ec2::254/128", "fd20:ce::254/128", "fe80::/10"}},
		{"169.254.0.0/16", "", nil},
		{"169.254.169.254/32", "", nil},
		{"100.100.100.200/32", "", nil},
		{"fd00:ec2::254/128", "", nil},
		{"::ffff:169.254.169.254/128", "", nil},
		{"no range", "", nil},
	} {
		got := reachable(c.cidr, (&schemas.Platform{}).Closed())
		if c.want == "" {
			require.Nil(t, got, c.cidr)
			continue
		}
		require.Equal(t, &networkingv1.IPBlock{CIDR: c.want, Except: c.except}, got, c.cidr)
		checkBlock(t, got)
	}
}

// A call to a range that is closed as a whole, to what there is not, or to a host leaves nothing to open.
func TestCallsThatOpenNothing(t *testing.T) {
	tenant := sample("free")
	in := input{tenant, &tenant.Environments[0]}
	for _, c := range []schemas.Call{
		{CIDR: "169.254.169.254/32", Port: 80}, {Service: "api"}, {Tenant: tenant.Name, Service: "api"},
	} {
		require.Empty(t, in.allowCalls("web", schemas.Service{Calls: []schemas.Call{c}}))
	}
}

// Without an environment of its own the base speaks of the first one.
func TestBaseNamesTheFirstEnvironment(t *testing.T) {
	tenant := sample("enterprise")
	selector := input{tenant, &tenant.Base}.namespacesOf("billing")
	require.Equal(t, map[string]string{labelTenant: "billing", labelEnvironment: "development"}, selector.MatchLabels)
}

func TestSecurityVersion(t *testing.T) {
	for version, want := range map[string]string{"v1.34": "v1.34", "v1.34.2": "v1.34", "": "latest"} {
		require.Equal(t, want, securityVersion(version))
	}
}
