package policies

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

func member(tenant, environment, cluster, namespace string, names ...string) Member {
	m := Member{Tenant: tenant, Environment: environment, Cluster: cluster, Namespaces: []string{namespace}}
	for _, n := range names {
		m.Keys = append(m.Keys, OwnedKey{
			Key: manifest.Key{Kind: "ConfigMap", Namespace: "shop", Name: n}, Owner: manifest.OwnerWorkload,
		})
	}
	return m
}

func TestFleet(t *testing.T) {
	fleet := []Member{
		member("acme", "production", "eu", "acme-production", "one", "settings"),
		member("globex-secret-project", "production", "eu", "globex", "settings"),
		member("initech", "production", "us", "initech", "settings"), // another cluster
		member("umbrella", "staging", "us", "umbrella", "two", "two"),
	}
	problems, err := engine(t).CheckFleet(context.Background(), fleet, nil)
	require.NoError(t, err)
	require.Len(t, problems, 2)
	require.Equal(t, "acme", problems[0].Tenant)
	require.Equal(t, "production", problems[0].Environment)
	require.Equal(t, "TS-GEN-004", problems[0].Check)
	require.Equal(t, "ConfigMap shop/settings", problems[0].Object.String())
	require.Equal(t, `ConfigMap "settings" belongs to another tenant as well`, problems[0].Message)
	require.Equal(t, "globex-secret-project", problems[1].Tenant)
}

// A tenant learns that there is another one, and nothing about it.
func TestFleetTellsNothingAboutOthers(t *testing.T) {
	fleet := []Member{
		member("acme", "production", "eu", "shop", "settings"),
		member("globex", "secret-staging", "eu", "shop", "settings", "unreleased-product"),
	}
	problems, err := engine(t).CheckFleet(context.Background(), fleet, nil)
	require.NoError(t, err)
	require.Len(t, problems, 4) // the namespace and the object, told to each
	for _, p := range problems {
		for _, word := range []string{"acme", "globex", "secret-staging", "unreleased-product"} {
			require.NotContains(t, p.Message+p.Path.String()+p.Object.String()+p.Remedy, word)
		}
	}
}

// Nor does it learn what the other one calls what both claim.
func TestClaimsTellNothingAboutOthers(t *testing.T) {
	fleet := []Member{member("founders", "production", "eu", "founders"), member("stranger", "staging", "eu", "two")}
	for kind, values := range map[string][2]string{
		"domain": {"example.com", "merger.example.com"}, "host": {"*.shop.example.com", "merger.shop.example.com"},
		"group": {"devs", "DEVS"}, "secret": {"shared", "shared/merger"}, "bucket": {"s3://b", "s3://b/merger"},
		"identity": {"arn:role/a", "ARN:ROLE/A"},
	} {
		for i, value := range values {
			fleet[i].Claims = append(fleet[i].Claims, Claim{Kind: kind, Value: value, Object: -1, Field: manifest.Path{"spec", kind}})
		}
	}
	problems, err := engine(t).CheckFleet(context.Background(), fleet, nil)
	require.NoError(t, err)
	found := map[string]bool{}
	for _, p := range problems {
		found[p.Check+" "+p.Tenant] = true
		if text := p.Message + p.Field + p.Path.String() + p.Object.String(); p.Tenant == "founders" {
			require.NotRegexp(t, "merger|stranger|staging|DEVS|ARN", text)
		} else {
			require.NotRegexp(t, `founders|production|\*\.shop|devs|arn:`, text)
		}
	}
	for _, id := range []string{"TS-TEN-001", "TS-TEN-002", "TS-NET-007"} {
		require.True(t, found[id+" founders"] && found[id+" stranger"], "%s: %v", id, found)
	}
}

func TestFleetOfOneTenant(t *testing.T) {
	fleet := []Member{
		member("acme", "production", "eu", "shop", "settings"),
		member("acme", "staging", "eu", "shop", "settings"),
	}
	problems, err := engine(t).CheckFleet(context.Background(), fleet, nil)
	require.NoError(t, err)
	require.Len(t, problems, 2)
	require.Equal(t, "staging", problems[0].Environment)
	require.Equal(t, `ConfigMap "settings" belongs to environment production as well`, problems[0].Message)
}

func TestEmptyFleet(t *testing.T) {
	problems, err := engine(t).CheckFleet(context.Background(), nil, nil)
	require.NoError(t, err)
	require.Empty(t, problems)
}

// Rules of the platform see the whole fleet, those of ours do not need to.
func TestPlatformRuleOnTheFleet(t *testing.T) {
	require.False(t, engine(t).members)
	text := fmt.Sprintf(houseRule, "fleet", "true")
	text = text[:len(text)-len("deny contains {\"path\": [\"metadata\", \"name\"], \"message\": \"mail is not for tenants\"} if {\n\ttrue\n}\n")]
	e, err := Compile(files("a.rego", text+`deny contains {"path": [], "member": i, "message": "too many tenants"} if {
	some i, m in input.members
	count(input.members) > 1
	m.keys[_].name == "one"
}
`))
	require.NoError(t, err)
	require.True(t, e.members)
	problems, err := e.CheckFleet(context.Background(), []Member{member("a", "p", "eu", "a", "one"), member("b", "p", "eu", "b", "two")}, nil)
	require.NoError(t, err)
	require.Len(t, problems, 1)
	require.Equal(t, "a", problems[0].Tenant)
}

// BenchmarkCheckFleet sees 1,000 tenants of 35 objects, none of them twice.
func BenchmarkCheckFleet(b *testing.B) {
	e := engine(b)
	var fleet []Member
	for i := range 1000 {
		m := member(fmt.Sprintf("t%d", i), "production", "eu", fmt.Sprintf("t%d", i))
		for j := range 35 {
			m.Keys = append(m.Keys, OwnedKey{Key: manifest.Key{Kind: "ConfigMap", Namespace: m.Namespaces[0], Name: fmt.Sprint(j)}})
		}
		fleet = append(fleet, m)
	}
	measure(b, func() {
		_, err := e.CheckFleet(context.Background(), fleet, nil)
		require.NoError(b, err)
	})
}

// A call that the other tenant does not accept in the same environment belongs to the caller. Whoever is
// not in the fleet may have accepted it.
func TestUnanswered(t *testing.T) {
	fleet := []Member{member("acme", "production", "eu", "a"), member("acme", "staging", "eu", "b"), member("billing", "production", "eu", "c")}
	call := func(value string) Claim {
		return Claim{Kind: "call", Value: value, Object: -1, Field: manifest.Path{"spec", "services", "web", "calls", 0, "tenant"}}
	}
	accept := func(value string) Claim { return Claim{Kind: "accept", Value: value, Object: -1} }
	fleet[0].Claims = []Claim{
		call("acme/billing/api/web"), call("acme/nobody/api/web"), call("acme/billing/other/web"), call("acme/billing/db/shop"), call("acme/billing/db/web"),
	}
	fleet[1].Claims = []Claim{call("acme/billing/api/web")}
	fleet[2].Claims = []Claim{accept("acme/billing/api/"), accept("shop/billing/api/"), accept("acme/billing/db/shop")}
	problems, err := engine(t).CheckFleet(context.Background(), fleet, []string{"TS-TEN"})
	require.NoError(t, err)
	require.Len(t, problems, 3)
	require.Equal(t, "staging", problems[0].Environment)
	require.Equal(t, "tenant billing does not accept calls to api from here in this environment", problems[0].Message)
	require.Equal(t, "production", problems[1].Environment)
	require.Equal(t, "tenant billing does not accept calls to db from here in this environment", problems[1].Message)
	require.Equal(t, "spec.services.web.calls[0].tenant", problems[1].Field)
	require.Equal(t, "tenant billing does not accept calls to other from here in this environment", problems[2].Message)
}

// Two tenants route one host, one of them by an object.
func TestSharedHosts(t *testing.T) {
	fleet := []Member{member("acme", "production", "eu", "a", "route"), member("globex-secret-project", "production", "us", "b")}
	fleet[0].Claims = []Claim{{Kind: "host", Value: "API.example.com", Object: 0, Path: manifest.Path{"spec", "hostnames", 0}}}
	fleet[1].Claims = []Claim{{Kind: "host", Value: "*.example.com", Object: -1, Field: manifest.Path{"spec", "services", "web", "expose", 0, "host"}}}
	problems, err := engine(t).CheckFleet(context.Background(), fleet, []string{"TS-NET-007"})
	require.NoError(t, err)
	require.Len(t, problems, 2)
	require.Equal(t, "host API.example.com is covered by a wildcard of another tenant", problems[0].Message)
	require.Equal(t, "ConfigMap shop/route", problems[0].Object.String())
	require.Equal(t, "spec.hostnames[0]", problems[0].Path.String())
	require.Equal(t, "host *.example.com covers a host of another tenant", problems[1].Message)
}
