package pipeline

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/policies"
)

const claiming = `apiVersion: tenantsmith.dev/v1alpha1
kind: Tenant
metadata: {name: %s}
spec:
  tier: premium
  domains: [%s]
  owners: [{group: %s, role: admin}]
  environments: {development: {}, production: {}}
`

func claimingTenant(name, domain, group string) string {
	return fmt.Sprintf(claiming, name, domain, group)
}

func recordOf(t *testing.T, r Rendered) *manifest.Record {
	t.Helper()
	record, err := manifest.ParseRecord(r.Tenant.Name, r.Files[manifest.RecordPath(r.Tenant.Name)])
	require.NoError(t, err)
	return record
}

// What a record keeps is what the fleet sees of a tenant, but for what both sides of a call say.
func TestRecordedClaims(t *testing.T) {
	members := []policies.Member{
		{Tenant: "acme", Environment: "production", Cluster: "eu", Namespaces: []string{"acme-production"}, Claims: []policies.Claim{
			{Kind: "host", Value: "a.example.com"}, {Kind: "identity", Value: "arn:aws:iam::1:role/acme"}, {Kind: "call", Value: "acme/shop/api/web"},
		}, Keys: []policies.OwnedKey{
			{Key: manifest.Key{Kind: "Service", Namespace: "acme-production", Name: "web"}},
			{Key: manifest.Key{Kind: "Namespace", Name: "acme-production"}},
			{Key: manifest.Key{Group: "argoproj.io", Kind: "AppProject", Namespace: "argocd", Name: "acme"}},
		}},
		{Tenant: "acme", Environment: "staging", Cluster: "us", Namespaces: []string{"acme-staging"}, Claims: []policies.Claim{{Kind: "host", Value: "a.example.com"}}},
	}
	texts := recorded(members)
	require.Equal(t, []string{
		"host:a.example.com", "identity:arn:aws:iam::1:role/acme", "namespace:eu/acme-production", "namespace:us/acme-staging",
		"object:eu/argoproj.io/AppProject/argocd/acme",
	}, texts)
	again := remembered("acme", append(texts, "object:eu/odd", "odd", ""))
	require.Equal(t, texts, slices.DeleteFunc(recorded(again), func(s string) bool { return s == "odd:" || s == ":" }))
	for _, m := range again {
		require.Equal(t, "acme", m.Tenant)
	}
}

// A tenant that another run published is seen by its record alone.
func TestClashesWithRecords(t *testing.T) {
	other := run(t, map[string]string{"tenants/shop.yaml": claimingTenant("shop", "shop.example.com", "shop")}, Options{})
	require.Empty(t, other.Held)
	others := map[string][]string{
		"shop": recordOf(t, other.Tenants[0]).Claims,
		"far":  {"domain:far.example.org", "namespace:other/acme-development"},
	}
	for name, c := range map[string]struct {
		domain, group string
		more          []string
		want          []string
	}{
		"nothing":        {"acme.example.com", "acme", nil, nil},
		"a domain":       {"shop.example.com", "acme", nil, []string{"TS-TEN-002 tenants/acme.yaml:6:13 domain shop.example.com belongs to another tenant as well (in the GitOps repository: shop)"}},
		"a domain above": {"example.com", "acme", nil, []string{"TS-TEN-002 tenants/acme.yaml:6:13 domain example.com has a domain of another tenant below it (in the GitOps repository: shop)"}},
		"a group":        {"acme.example.com", "SHOP", nil, []string{"TS-TEN-001 tenants/acme.yaml:7:20 group SHOP, or one that differs in writing alone, owns another tenant as well (in the GitOps repository: shop)"}},
		"two tenants":    {"shop.example.com", "acme", []string{"domain:shop.example.com"}, []string{"TS-TEN-002 tenants/acme.yaml:6:13 domain shop.example.com belongs to another tenant as well (in the GitOps repository: more, shop)"}},
		"a namespace":    {"acme.example.com", "acme", []string{"namespace:main/acme-development"}, []string{"TS-GEN-002 tenants/acme.yaml:3:18 namespace \"acme-development\" belongs to another tenant as well (in the GitOps repository: more)"}},
	} {
		t.Run(name, func(t *testing.T) {
			res := run(t, map[string]string{"tenants/acme.yaml": claimingTenant("acme", c.domain, c.group)}, Options{})
			require.Empty(t, res.Held)
			all := map[string][]string{"more": c.more}
			for tenant, claims := range others {
				all[tenant] = claims
			}
			found, err := res.Clashes(context.Background(), []string{"acme"}, all)
			require.NoError(t, err)
			var got []string
			for _, p := range found {
				require.Equal(t, "acme", p.Tenant)
				got = append(got, p.Check+" "+p.Position.String()+" "+p.Message)
			}
			slices.Sort(got)
			require.Equal(t, c.want, slices.Compact(got))
		})
	}
}
