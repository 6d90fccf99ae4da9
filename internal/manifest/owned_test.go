package manifest

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOwnable(t *testing.T) {
	for path, want := range map[string][2]bool{ // of acme, of the platform
		"tenants/acme/workload/base/rollout-web.yaml": {true, false},
		"argocd/production/acme.yaml":                 {true, false},
		"flux/production/acme.yaml":                   {true, false},
		"platform/production/policy-a.yaml":           {false, true},
		"argocd/platform.yaml":                        {false, true},
		"flux/platform.yaml":                          {false, true},
		"argocd/production/shop.yaml":                 {},
		"argocd/production/acme.yml":                  {},
		"argocd/production/acme":                      {},
		"argocd/acme.yaml":                            {},
		"argocd/production/platform.yaml":             {},
		"argocd/production/x/acme.yaml":               {},
		"argocd/Production/acme.yaml":                 {},
		"argocd/../acme.yaml":                         {},
		"argocd//acme.yaml":                           {},
		"argocd/.git/acme.yaml":                       {},
		"helm/production/acme.yaml":                   {},
		"/argocd/production/acme.yaml":                {},
		"argocd\\production\\acme.yaml":               {},
		"platform/.tenantsmith.json":                  {},
		"platform/.git/config":                        {},
		"platform/../tenants/acme/x.yaml":             {},
		"platform":                                    {},
		"platform/":                                   {},
		"tenants/acme/.tenantsmith.json":              {},
		"tenants/platform/workload/base/x.yaml":       {},
		"README.md":                                   {},
		"":                                            {},
	} {
		require.Equal(t, want, [2]bool{Ownable("acme", path), Ownable(PlatformName, path)}, path)
	}
}

// TestRecordOfThePlatform: it is read as that of a tenant is, and claims nothing of a tenant's.
func TestRecordOfThePlatform(t *testing.T) {
	require.Equal(t, "platform/.tenantsmith.json", RecordPath(PlatformName))
	r := Record{Tenant: PlatformName, Files: map[string]string{"platform/production/a.yaml": "1", "argocd/platform.yaml": "2"}}
	got, err := ParseRecord(PlatformName, r.Bytes())
	require.NoError(t, err)
	require.Equal(t, r.Files, got.Files)
	_, err = ParseRecord("acme", r.Bytes())
	require.ErrorContains(t, err, "it is that of tenant platform")
	r.Files["tenants/acme/platform/base/a.yaml"] = "3"
	_, err = ParseRecord(PlatformName, r.Bytes())
	require.ErrorContains(t, err, "does not belong to tenant platform")
}

func TestEnvironmentOf(t *testing.T) {
	for path, want := range map[string]string{
		"tenants/acme/workload/overlays/production/kustomization.yaml": "production",
		"tenants/acme/workload/base/kustomization.yaml":                "",
		"rendered/production/acme/workload/a.yaml":                     "production",
		"platform/production/a.yaml":                                   "production",
		"argocd/production/acme.yaml":                                  "production",
		"flux/staging/acme.yaml":                                       "staging",
		"argocd/platform.yaml":                                         "",
		"platform/.tenantsmith.json":                                   "",
		"tenants/acme/.tenantsmith.json":                               "",
	} {
		require.Equal(t, want, EnvironmentOf(path), path)
	}
}

// TestHandEditedElsewhere: what takes no patches says so.
func TestHandEditedElsewhere(t *testing.T) {
	require.Contains(t, Move("acme", "tenants/acme/workload/base/a.yaml"), "patch under tenants/acme/patches")
	require.Contains(t, Move("acme", "argocd/production/acme.yaml"), "takes no patches")
	require.Equal(t, "move the change into the platform file", Move(PlatformName, "platform/production/a.yaml"))
}

// TestLossElsewhere: files of engines and of the platform are objects, one each; records are none.
func TestLossElsewhere(t *testing.T) {
	for owner, files := range map[string][]string{
		"acme":       {"argocd/base/acme.yaml", "argocd/production/acme.yaml", "tenants/acme/platform/overlays/production/namespace-a.yaml"},
		PlatformName: {"argocd/platform.yaml", "platform/production/a.yaml", "platform/staging/a.yaml"},
	} {
		old, next := &Record{Tenant: owner, Files: map[string]string{}}, map[string][]byte{RecordPath(owner): nil}
		for _, f := range files {
			old.Files[f], next[f] = "", nil
		}
		var got Loss
		got.Count(old, next)
		require.Equal(t, Loss{Of: 3}, got, owner)
		delete(next, files[0])
		got = Loss{}
		got.Count(old, next)
		require.Equal(t, Loss{Of: 3, Objects: 1}, got, owner)
		got = Loss{}
		got.Count(old, nil)
		require.Equal(t, Loss{Of: 3, Objects: 3, Tenants: []string{owner}}, got, owner)
	}
}
