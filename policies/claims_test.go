package policies

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// claiming is a tenant in an environment of the cluster eu that claims something.
func claiming(tenant, environment, kind string, values ...string) Member {
	m := member(tenant, environment, "eu", tenant+"-"+environment)
	m.Protected = environment == "production"
	for _, v := range values {
		m.Claims = append(m.Claims, Claim{Kind: kind, Value: v, Object: -1, Field: manifest.Path{"spec", kind}})
	}
	return m
}

// What looks the same to a store or an identity provider is the same, and what lies in a path is part of it.
func TestClaimsOfTwoTenants(t *testing.T) {
	for name, c := range map[string]struct {
		kind, mine, theirs string
		found              int
	}{
		"a group":              {"group", "devs", "devs", 2},
		"another case":         {"group", "Devs", "devs", 2},
		"another form":         {"group", "ｄｅｖｓ", "devs", 2},
		"groups":               {"group", "devs", "dev", 0},
		"a path":               {"secret", "acme/db", "acme/db", 2},
		"a path in a path":     {"secret", "acme/db", "acme", 2},
		"a path far in a path": {"secret", "acme/db/main/uri", "/ACME/", 2},
		"paths":                {"secret", "acme/db", "acme-corp/db", 0},
		"paths side by side":   {"secret", "acme/db", "acme/queue", 0},
		"a bucket":             {"bucket", "s3://backups/acme", "s3://backups/", 2},
		"an identity":          {"identity", "arn:aws:iam::4711:role/acme", "arn:aws:iam::4711:role/acme", 2},
		"identities":           {"identity", "arn:aws:iam::4711:role/acme", "arn:aws:iam::4711:role", 0},
	} {
		fleet := []Member{claiming("one", "production", c.kind, c.mine), claiming("other", "production", c.kind, c.theirs)}
		problems, err := engine(t).CheckFleet(context.Background(), fleet, nil)
		require.NoError(t, err)
		require.Len(t, problems, c.found, name)
		for _, p := range problems {
			require.Equal(t, "spec."+c.kind, p.Field)
			require.NotContains(t, p.Message, "one-production")
		}
	}
}

// Environments of one tenant share what they like, save hosts and buckets of a protected one.
func TestClaimsOfTwoEnvironments(t *testing.T) {
	for name, c := range map[string]struct {
		kind, first, second string
		found               int
	}{
		"a host":                    {"host", "development", "production", 2},
		"a host of open ones":       {"host", "development", "staging", 0},
		"a bucket":                  {"bucket", "development", "production", 2},
		"a secret":                  {"secret", "development", "production", 0},
		"a group":                   {"group", "development", "production", 0},
		"a host of one environment": {"host", "production", "production", 0},
	} {
		fleet := []Member{claiming("acme", c.first, c.kind, "a.example.com"), claiming("acme", c.second, c.kind, "A.example.com.")}
		if c.kind != "host" {
			fleet[1] = claiming("acme", c.second, c.kind, "a.example.com")
		}
		problems, err := engine(t).CheckFleet(context.Background(), fleet, nil)
		require.NoError(t, err)
		require.Len(t, problems, c.found, name)
		fleet[0].Cluster = "us"
		problems, err = engine(t).CheckFleet(context.Background(), fleet, []string{"TS-AUD-009"})
		require.NoError(t, err)
		if c.kind == "host" {
			require.Empty(t, problems, name)
		} else {
			require.Len(t, problems, c.found, name)
		}
	}
}
