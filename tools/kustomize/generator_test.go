package kustomize

import (
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// objects are the documents of a stream, by what names them.
func objects(t *testing.T, stream string) map[string]any {
	out := map[string]any{}
	for part := range strings.SplitSeq("\n"+stream, "\n---\n") {
		var tree map[string]any
		require.NoError(t, yaml.Unmarshal([]byte(part), &tree))
		if len(tree) == 0 {
			continue
		}
		meta := tree["metadata"].(map[string]any)
		namespace, _ := meta["namespace"].(string)
		key := strings.Join([]string{tree["apiVersion"].(string), tree["kind"].(string), namespace, meta["name"].(string)}, " ")
		require.NotContains(t, out, key)
		out[key] = tree
	}
	return out
}

// files are those below a directory of the samples, in the order of their names.
func files(t *testing.T, dir string) []string {
	var out []string
	require.NoError(t, filepath.WalkDir(filepath.Join(root, dir), func(name string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			out = append(out, name)
		}
		if os.IsNotExist(err) {
			return nil
		}
		return err
	}))
	sort.Strings(out)
	return out
}

var samples = []string{"acme-corp", "corner-shop", "enterprise-client", "parcel-desk", "pet-project"}

// inline is the spec of a TenantRender for a sample tenant, every file as text, with the other samples as its peers.
func inline(t *testing.T, tenant, environment string) string {
	read := func(name string) string {
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		return string(data)
	}
	spec := "  environment: " + environment + "\n  platform:" + text(4, read(filepath.Join(root, "tenantsmith.yaml")))
	lists := map[string]string{}
	for _, name := range samples {
		key := "peers"
		if name == tenant {
			key = "tenant"
		}
		for _, file := range sources(t, name) {
			rel, err := filepath.Rel(root, file)
			require.NoError(t, err)
			parts := strings.Split(filepath.ToSlash(rel), "/")
			switch {
			case len(parts) == 5: // tenants/acme/patches/production/file.yaml
				by := map[string]string{"tenants": "tenant", "overrides": "platform"}[parts[0]]
				lists[parts[2]] += "  - tenant: " + name + "\n    environment: " + parts[3] + "\n    by: " + by + "\n    document:" + text(6, read(file))
			case parts[0] == "overrides":
				lists["overrides"] += "  - tenant: " + name + "\n    environment: " + strings.TrimSuffix(parts[2], ".yaml") + "\n    document:" + text(6, read(file))
			default:
				lists[key] += "  -" + text(4, read(file))
			}
		}
	}
	for _, list := range []string{"tenant", "peers", "overrides", "patches", "resources"} {
		if lists[list] != "" {
			spec += "  " + list + ":\n" + lists[list]
		}
	}
	return spec
}

// sources are the files of a sample.
func sources(t *testing.T, tenant string) []string {
	all := append(files(t, filepath.Join("tenants", tenant)), files(t, filepath.Join("overrides", tenant))...)
	if single := filepath.Join(root, "tenants", tenant+".yaml"); len(files(t, filepath.Join("tenants", tenant))) == 0 {
		all = append(all, single)
	}
	return all
}

// TestGenerator: kustomize builds of each sample tenant, in each environment, what render prints.
func TestGenerator(t *testing.T) {
	built := 0
	for _, tenant := range samples {
		for _, environment := range []string{"development", "staging", "production"} {
			want := tenantsmith(t, root, "render", tenant, "--env", environment, "--output", "-")
			if want.code != 0 {
				require.Contains(t, want.err, "no tenant has the environment", "%s %s", tenant, environment)
				continue
			}
			dir := scratch(t, map[string]string{
				"kustomization.yaml": "generators: [tenant.yaml]\n",
				"tenant.yaml":        config("TenantRender", inline(t, tenant, environment)),
			})
			got := build(t, dir)
			require.Zero(t, got.code, got.err)
			require.Equal(t, objects(t, want.out), objects(t, got.out), "%s %s", tenant, environment)
			built++
		}
	}
	require.Greater(t, built, 6)
}

const shop = `# The shop.
apiVersion: tenantsmith.dev/v1alpha1
kind: Tenant
metadata:
  name: shop

spec:
  tier: basic
  owners: [{group: shop-team, role: developer}]
  environments: {development: {}, production: {}}
  services:
    web:
      image: ghcr.io/example/shop:1.0.0
      ports: {http: 8080}
      probes: {ready: {path: /healthz, port: http}, live: {path: /livez, port: http}}
`

// TestBadTenant: kustomize fails, and stderr names the line of the tenant: the same as in a file, where the tenant is
// text; the field, where it is a map that kustomize wrote anew.
func TestBadTenant(t *testing.T) {
	for wrong, right := range map[string]string{
		"tier: golden":                        "tier: basic",
		"imagee: ghcr.io/example/shop:1.0.0":  "image: ghcr.io/example/shop:1.0.0",
		"tier: basic\n  resources: {cpu: 80}": "tier: basic",
		"securityContext: {runAsNonRoot: false}\n      ports: {http: 8080}": "ports: {http: 8080}",
	} {
		tenant := strings.Replace(shop, right, wrong, 1)
		require.NotEqual(t, shop, tenant)
		file := tenantsmith(t, scratch(t, map[string]string{"tenants/shop.yaml": tenant}), "check", "--env", "production")
		require.Equal(t, 1, file.code)
		at, _, _ := strings.Cut(strings.TrimPrefix(file.out, "tenants/shop.yaml:"), ": ")
		require.Regexp(t, `^[0-9]+:[0-9]+$`, at)
		dir := scratch(t, map[string]string{
			"kustomization.yaml": "generators: [tenant.yaml]\n",
			"tenant.yaml":        config("TenantRender", "  environment: production\n  tenant:"+text(4, tenant)),
		})
		got := build(t, dir)
		require.NotZero(t, got.code)
		require.Empty(t, got.out)
		require.Contains(t, got.err, "spec.tenant:"+at+": ")
		asMap := strings.Replace(text(4, tenant), " |", "", 1)
		require.NoError(t, os.WriteFile(filepath.Join(dir, "tenant.yaml"), []byte(config("TenantRender", "  environment: production\n  tenant:"+asMap)), 0o644))
		got = build(t, dir)
		require.NotZero(t, got.code)
		require.Contains(t, got.err, "functionConfig: ")
	}
}
