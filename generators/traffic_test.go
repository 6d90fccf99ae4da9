package generators

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// asking asks for everything that a router can hold.
func asking(r schemas.Release) schemas.Service {
	s := shop(r)
	s.Expose[0].Timeout, s.Expose[0].Retries = "90s", new(int32(2))
	s.Expose = append(s.Expose,
		schemas.Expose{Host: "shop.example.com", Path: "/slow", Port: "http", Timeout: "1500ms"},
		schemas.Expose{Host: "shop.example.com", Path: "/never", Port: "http", Retries: new(int32(0))},
		schemas.Expose{Host: "shop.example.com", Path: "/never-either", Port: "http", Retries: new(int32(0))})
	s.SessionAffinity = &schemas.SessionAffinity{TTL: "1d"}
	s.TrafficDistribution = "zone"
	return s
}

func TestGoldenTraffic(t *testing.T) {
	for _, router := range []string{schemas.Istio, schemas.GatewayAPI} {
		for name, release := range map[string]schemas.Release{
			"canary": {Strategy: "canary", Weights: []int32{10}}, "abtest": byHeader("1h"),
		} {
			t.Run(router+"/"+name, func(t *testing.T) {
				in := behind(router, map[string]schemas.Service{"web": asking(release)})
				in.env.Cluster.GatewayChannel = "experimental"
				golden(t, "traffic-"+router+"-"+name, releases(in))
			})
		}
	}
}

// Without a router a Service keeps clients on their pods by their addresses.
func TestAffinityByAddress(t *testing.T) {
	for ttl, want := range map[string]any{"": int64(10800), "90s": int64(90), "24h": int64(86400)} {
		s := web()
		s.SessionAffinity = &schemas.SessionAffinity{TTL: ttl}
		service := one(t, render(behind(schemas.NoRouter, map[string]schemas.Service{"web": s})), "Service", "web")
		require.Equal(t, "ClientIP", at(t, service, "spec.sessionAffinity"))
		require.Equal(t, want, at(t, service, "spec.sessionAffinityConfig.clientIP.timeoutSeconds"))
	}
}

// A cookie is the tenant's, or has the name of the service; it goes with the session unless a time is given.
func TestAffinityByCookie(t *testing.T) {
	s := shop(schemas.Release{Strategy: "rolling"})
	s.SessionAffinity = &schemas.SessionAffinity{}
	require.Equal(t, "web-session", *httpAffinity("web", s).SessionName)
	require.Equal(t, "Session", string(*httpAffinity("web", s).CookieConfig.LifetimeType))
	require.Nil(t, httpAffinity("web", s).AbsoluteTimeout)
	require.Equal(t, "0s", istioAffinity("web", s).ConsistentHash.HTTPCookie.TTL)
	s.SessionAffinity.Cookie, s.SessionAffinity.TTL = "SESSION", "1d"
	require.Equal(t, "SESSION", *httpAffinity("web", s).SessionName)
	require.Equal(t, "Permanent", string(*httpAffinity("web", s).CookieConfig.LifetimeType))
	require.Equal(t, "86400s", istioAffinity("web", s).ConsistentHash.HTTPCookie.TTL)
}

// A Service says which pods it prefers in the words of the cluster's version, all Services of a release alike.
func TestDistribution(t *testing.T) {
	for _, test := range []struct {
		version, preference string
		want                any
	}{
		{"v1.30", "zone", nil}, {"v1.31", "zone", "PreferClose"}, {"v1.34.2", "zone", "PreferClose"}, {"v1.35", "zone", "PreferSameZone"},
		{"v1.33", "node", nil}, {"v1.34", "node", "PreferSameNode"}, {"", "zone", "PreferSameZone"},
		{"v1.35", "any", nil}, {"v1.35", "", nil},
	} {
		s := shop(schemas.Release{Strategy: "canary", Weights: []int32{10}})
		s.TrafficDistribution = test.preference
		in := behind(schemas.GatewayAPI, map[string]schemas.Service{"web": s})
		in.env.Cluster.Version = test.version
		for _, name := range []string{"web", "web-canary"} {
			got, _ := manifest.ParsePath("spec.trafficDistribution").Lookup(one(t, render(in), "Service", name).Tree)
			require.Equal(t, test.want, got, test)
		}
	}
}

func TestSpan(t *testing.T) {
	for ms, want := range map[int64]string{1: "1ms", 999: "999ms", 1500: "1s500ms", 15_000: "15s", 90_000: "90s", 60_000: "1m", 86_400_000: "24h"} {
		require.Equal(t, want, span(ms))
	}
}

func TestAppProtocol(t *testing.T) {
	const h2c = "kubernetes.io/h2c"
	for port, want := range map[string]string{
		"http": "http", "https": "https", "grpc": h2c, "grpc-api": h2c, "h2c": h2c, "h2c-admin": h2c, "grpc-web": "", "http-admin": "", "tcp": "",
	} {
		require.Equal(t, want, or(appProtocol(port, schemas.Port{}), ""), port)
	}
}
