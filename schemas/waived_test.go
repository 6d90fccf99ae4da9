package schemas

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// What a waiver is about, in the words that the Namespace has for it.
func TestWaived(t *testing.T) {
	tenant := func() *Tenant {
		return &Tenant{Name: "acme", Environments: []Environment{{Name: "development"}, {Name: "production"}}}
	}
	rollout := []WaivedObject{{Kind: "Rollout", Name: "web"}}
	for _, c := range []struct {
		waiver Waiver
		want   []string
	}{
		{Waiver{Objects: rollout}, []string{"Rollout/web"}},
		{Waiver{Objects: rollout, Services: []string{"web"}}, []string{"Rollout/web"}},
		{Waiver{Services: []string{"web", "api"}}, []string{"service/api", "service/web"}},
		{Waiver{Fields: []string{"spec.services.web.ports", "spec.services.web.image"}}, []string{"service/web"}},
		{Waiver{Fields: []string{"spec.environments.production.services.web.image"}}, []string{"service/web"}},
		{Waiver{Fields: []string{"spec.owners"}}, []string{"*"}},
		{Waiver{Fields: []string{"spec.template.spec.hostNetwork"}}, []string{"*"}},
	} {
		c.waiver.Tenant, c.waiver.Checks, c.waiver.Environments = "acme", []string{"TS-POD-004"}, []string{"production"}
		got := tenant()
		got.waive([]*Waiver{&c.waiver, {Tenant: "globex", Checks: []string{"TS-POD-004"}, Objects: rollout}})
		require.Nil(t, got.Environments[0].Waived)
		require.Equal(t, map[string][]string{"TS-POD-004": c.want}, got.Environments[1].Waived)
	}
}
