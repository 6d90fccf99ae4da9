package generators

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// Whatever lets TCP pass between pods lets the tunnel pass between the same pods, and nothing else does.
func TestTunnelFollowsPorts(t *testing.T) {
	for _, dataPlane := range []string{"sidecar", "ambient"} {
		tenant := meshTenant(dataPlane)
		seen := 0
		for _, o := range network(newInput(tenant, &tenant.Environments[0])) {
			p := o.typed.(*networkingv1.NetworkPolicy)
			for _, r := range p.Spec.Ingress {
				seen += checkTunnel(t, dataPlane, p.Name, r.From, r.Ports)
			}
			for _, r := range p.Spec.Egress {
				seen += checkTunnel(t, dataPlane, p.Name, r.To, r.Ports)
			}
		}
		require.Equal(t, dataPlane == "ambient", seen > 0)
	}
}

// checkTunnel returns 1 where the tunnel has a port of its own.
func checkTunnel(t *testing.T, dataPlane, name string, peers []networkingv1.NetworkPolicyPeer, ports []networkingv1.NetworkPolicyPort) int {
	pods := slices.ContainsFunc(peers, func(p networkingv1.NetworkPolicyPeer) bool { return p.IPBlock == nil })
	open := slices.ContainsFunc(ports, func(p networkingv1.NetworkPolicyPort) bool { return isTCP(p) && covers(p, TunnelPort) })
	if dataPlane == "ambient" && pods && name != "allow-dns" && slices.ContainsFunc(ports, isTCP) {
		require.True(t, open, name)
	}
	own := slices.ContainsFunc(ports, func(p networkingv1.NetworkPolicyPort) bool {
		return p.EndPort == nil && isTCP(p) && covers(p, TunnelPort)
	})
	if own {
		require.Equal(t, "ambient", dataPlane)
		require.True(t, pods, name)
		return 1
	}
	return 0
}

// The guard above the namespace's policies lets the tunnel through beside the ports that tenants agree on.
func TestClusterGuardLetsTheTunnelThrough(t *testing.T) {
	for dataPlane, want := range map[string]bool{"sidecar": false, "ambient": true} {
		tenant := meshTenant(dataPlane)
		e := &tenant.Environments[0]
		e.Cluster.ClusterNetworkPolicy = true
		guard := clusterGuard(newInput(tenant, e))
		require.Len(t, guard, 1)
		text := string(manifest.Marshal(manifest.FromTyped(guard[0].typed)))
		require.Equal(t, want, strings.Contains(text, "15008"), dataPlane)
	}
}

func TestTunnel(t *testing.T) {
	udp, web := policyPort(corev1.ProtocolUDP, 53), tcp(8080)
	every := tcp(1)
	every.EndPort = new(int32(65535))
	pods := namespacePeers("shop")
	block := []networkingv1.NetworkPolicyPeer{{IPBlock: &networkingv1.IPBlock{CIDR: "10.0.0.0/8"}}}
	tenant := meshTenant("ambient")
	in := input{tenant, &tenant.Environments[0]}
	list := func(p ...networkingv1.NetworkPolicyPort) []networkingv1.NetworkPolicyPort { return p }
	require.Equal(t, list(web, tcp(TunnelPort)), in.withTunnel(list(web), pods))
	require.Equal(t, list(udp), in.withTunnel(list(udp), pods), "UDP stays outside of the tunnel")
	require.Equal(t, list(web), in.withTunnel(list(web), block), "addresses are outside of the mesh")
	require.Equal(t, list(every), in.withTunnel(list(every), pods), "open already")
	require.Empty(t, in.withTunnel(nil, pods), "no ports are all of them")
	require.True(t, covers(networkingv1.NetworkPolicyPort{}, TunnelPort))
}

// An ambient mesh adds nothing to pods: neither room for it, nor settings of its sidecars.
func TestAmbientAddsNothingToPods(t *testing.T) {
	tenant := meshTenant("ambient")
	e := &tenant.Environments[0]
	require.Nil(t, Facts(e).Sidecar)
	for _, o := range Generate(tenant, e) {
		require.NotContains(t, string(manifest.Marshal(o.Tree)), "sidecar.istio.io", o.Key())
		require.NotContains(t, string(manifest.Marshal(o.Tree)), "istio-injection", o.Key())
	}
	tenant = meshTenant("sidecar")
	require.NotNil(t, Facts(&tenant.Environments[0]).Sidecar)
}

// Without a proxy that sees requests, only those from outside can be split: they pass the gateway.
func TestAmbientSplitsWhatIsExposed(t *testing.T) {
	s := web()
	s.Release = schemas.Release{Strategy: "canary", Weights: []int32{10}}
	in := serving(map[string]schemas.Service{"web": s}, "rollouts")
	c := in.env.Cluster
	c.Router, c.Gateway, c.Mesh, c.DataPlane = schemas.Istio, "shared", schemas.Istio, "ambient"
	s = in.env.Spec.Services["web"]
	s.Expose = nil
	require.Equal(t, schemas.NoRouter, s.Router(c))
	s.Expose = []schemas.Expose{{Host: "shop.example.com", Path: "/", Port: "http"}}
	require.Equal(t, schemas.Istio, s.Router(c))
	require.False(t, in.meshed("web", s))
	c.DataPlane = "sidecar"
	require.True(t, in.meshed("web", s))
}
