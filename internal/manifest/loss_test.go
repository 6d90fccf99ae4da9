package manifest

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLoss(t *testing.T) {
	files := func(names ...string) map[string][]byte {
		out := map[string][]byte{}
		for _, name := range names {
			out["tenants/acme/"+name] = nil
		}
		return out
	}
	recorded := func(files map[string][]byte) *Record {
		r := &Record{Tenant: "acme", Files: map[string]string{}}
		for name := range files {
			r.Files[name] = ""
		}
		return r
	}
	two := []string{
		"platform/overlays/production/kustomization.yaml", "platform/overlays/production/namespace-acme.yaml",
		"workload/overlays/production/namespaced/kustomization.yaml", "workload/overlays/staging/kustomization.yaml",
		"workload/overlays/production/namespaced/patches/rollout-web.yaml", "workload/base/kustomization.yaml",
	}
	whole := append([]string{"workload/base/rollout-web.yaml", "workload/overlays/staging/namespaced/service-web.yaml", ".tenantsmith.json"}, two...)
	for _, c := range []struct {
		name      string
		old, next map[string][]byte
		want      Loss
	}{
		{"nothing", files(whole...), files(whole...), Loss{Of: 4}},
		{"base goes from both", files(whole...), files(append([]string{"workload/overlays/staging/namespaced/service-web.yaml"}, two...)...), Loss{Objects: 2, Of: 4}},
		{"base becomes the environment's own", files(whole...), files(append([]string{
			"workload/overlays/staging/namespaced/service-web.yaml",
			"workload/overlays/staging/namespaced/rollout-web.yaml", "workload/overlays/production/namespaced/rollout-web.yaml",
		}, two...)...), Loss{Of: 4}},
		{"an environment goes", files(whole...), files("workload/base/rollout-web.yaml", "platform/overlays/production/namespace-acme.yaml"), Loss{Objects: 2, Of: 4}},
		{"the tenant goes", files(whole...), nil, Loss{Tenants: []string{"acme"}, Objects: 4, Of: 4}},
	} {
		var got Loss
		got.Count(recorded(c.old), c.next)
		require.Equal(t, c.want, got, c.name)
	}
	var none Loss
	none.Count(nil, files(whole...))
	require.Equal(t, Loss{}, none)
}
