package policies

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// generous is the context of a tenant whose platform has everything, so that every rule is asked.
func generous() Context {
	c := acme()
	c.Protected, c.Now = true, "2026-11-22"
	c.Platform.Cluster = NewDocument(map[string]any{
		"name": "main", "region": "eu-central-1", "mesh": "istio", "waf": "gateway", "gateway": "main", "ingressClass": "nginx",
		"tls": "tenant", "operators": []any{"velero", "cnpg", "rollouts"}, "storageClasses": map[string]any{"fast": map[string]any{"encrypted": true}},
	})
	c.Platform.Spec = NewDocument(map[string]any{
		"namespaces": map[string]any{"gateway": "gateway"}, "secretStore": map[string]any{"name": "vault", "kind": "ClusterSecretStore"},
		"certificates": map[string]any{"issuers": []any{"letsencrypt"}}, "network": map[string]any{"cluster": []any{"10.0.0.0/8"}},
		"logging": map[string]any{"retention": "90d"}, "frameworks": []any{"cis"}, "registries": []any{"ghcr.io/example"},
		"analysis": map[string]any{"providers": []any{"prometheus", "web", "job"}}, "restoreAge": "90d",
	})
	c.Spec = NewDocument(map[string]any{
		"domains":    []any{"acme.example"},
		"compliance": map[string]any{"dataClassification": "personal", "residency": []any{"eu-central-1"}, "frameworks": []any{"gdpr"}},
		"resources":  map[string]any{"cpu": "4", "memory": "4Gi", "storage": "1Gi"},
		"services":   map[string]any{"web": map[string]any{"kind": "service"}},
	})
	return c
}

// What the API server would take, the rules judge: they stumble over no object of any kind that they read.
func TestEveryKindIsJudged(t *testing.T) {
	if testing.Short() {
		t.Skip("the evaluator on more data, in one goroutine")
	}
	objects := read(t, "kinds.yaml")
	found := map[string]bool{}
	for _, p := range check(t, Input{Context: generous(), Objects: objects}) {
		require.False(t, strings.HasPrefix(p.Message, "cannot be judged"), "%s %s: %s", p.Check, p.Object, p.Message)
		found[p.Check] = true
	}
	require.Greater(t, len(found), 40, "%v", found)
}

// Whatever a person writes where something else should be, the run goes on, and a rule that stumbles says
// so.
func TestKindsOfAnyShape(t *testing.T) {
	if testing.Short() {
		t.Skip("the evaluator on more data, in one goroutine")
	}
	for _, o := range read(t, "kinds.yaml") {
		o.Source = nil
		changed := o
		exchange(o.Tree, &shapes{}, func(tree any) {
			changed.Tree = tree.(map[string]any)
			problems, err := engine(t).Check(context.Background(), Input{Context: generous(), Objects: []manifest.Object{changed}})
			require.NoError(t, err, "%v", tree)
			for _, p := range problems {
				require.NotEmpty(t, p.Check)
				require.NotEmpty(t, p.Message)
			}
		})
	}
}
