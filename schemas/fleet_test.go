package schemas

import (
	"fmt"
	"io/fs"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

func some() map[string]string {
	return map[string]string{
		"tenantsmith.yaml":         platformWith("  baseDomain: base.io\n  clusters: {main: {operators: [rollouts], ingressClass: nginx}}\n"),
		"tenants/a.yaml":           tenantWith("a", "premium", "{production: {}}", "  domains: [a.org]\n"),
		"tenants/b/b.yaml":         tenantWith("b", "premium", "{production: {}}", "  domains: [b.org]\n  resources: {cpu: 9}\n"),
		"overrides/b/all.yaml":     "apiVersion: tenantsmith.dev/v1alpha1\nkind: Override\nspec: {resources: {cpu: 1}}\n",
		"tenants/c.yaml":           tenantWith("c", "premium", "{production: {}}", "  domains: [c.org]\n  nope: 1\n"),
		"tenants/d.yaml":           tenantWith("d", "premium", "{production: {}}", "  domains: [\"x.\\x61.org\"]\n"),
		"tenants/e.yaml":           tenantWith("e", "premium", "{production: {namespace: f-production}}", ""),
		"tenants/f.yaml":           tenantWith("f", "premium", "{production: {}}", ""),
		"overrides/nobody/all.yml": "x",
		"waivers/w.yaml":           "x: 1\n",
	}
}

// Tenants are asked for by name or by any of their files; what they share with the others is looked
// for all the same.
func TestChosenTenants(t *testing.T) {
	tests := []struct {
		wanted []string
		want   string
	}{
		{[]string{"b"}, "tenants: b\nheld:\n"},
		{[]string{"tenants/b/b.yaml"}, "tenants: b\nheld:\n"},
		{[]string{"tenants/b/", "b", "overrides/b/all.yaml"}, "tenants: b\nheld:\n"},
		{[]string{"./tenants/c.yaml"}, "tenants/c.yaml:9:3: spec.nope: unknown field\n    rule: schemas/tenant.cue\n    fix: remove it; `tenantsmith explain spec` lists what may stand there\ntenants:\nheld: c\n"},
		{[]string{"a"}, "tenants/a.yaml:8:13: spec.domains[0]: domain a.org is also claimed by tenant d, for x.a.org (tenants/d.yaml:8:13)\ntenants:\nheld: a\n"},
		{[]string{"f"}, "tenants/f.yaml:7:18: spec.environments.production: namespace f-production on cluster main is also that of tenant e (tenants/e.yaml:7:42)\ntenants:\nheld: f\n"},
		{[]string{"bb"}, "tenants: there is no tenant bb; did you mean b?\ntenants:\nheld:\n"},
		{[]string{"waivers/w.yaml"}, "waivers/w.yaml:1:1: apiVersion: is missing; write tenantsmith.dev/v1alpha1\nwaivers/w.yaml:1:1: kind: is missing; write Waiver\ntenants:\nheld:\n"},
	}
	for _, test := range tests {
		t.Run(strings.Join(test.wanted, " "), func(t *testing.T) {
			got := summary(loaded(t, some(), test.wanted...))
			require.Equal(t, test.want, strings.ReplaceAll(got, "tenantsmith.yaml:6:58: warning: spec.clusters.main.ingressClass: not rendered yet\n", ""))
		})
	}
	all := summary(loaded(t, some(), "tenantsmith.yaml"))
	require.Contains(t, all, "tenants: b\nheld: a c d e f\n")
}

// What a mesh lets in depends on the names of others' namespaces, so that those are looked at for one tenant, too.
func TestChosenInMesh(t *testing.T) {
	files := map[string]string{
		"tenantsmith.yaml": platformWith("  clusters: {main: {operators: [rollouts], mesh: istio}}\n"),
		"tenants/a.yaml":   tenantWith("a", "premium", "{production: {}}", "  accepts: [{tenant: b, service: web}]\n  services: {web: {image: ghcr.io/acme/web:1.0.0, ports: {http: 8080}}}\n"),
		"tenants/b.yaml":   tenantWith("b", "premium", "{production: {namespace: hive}}", ""),
	}
	require.Contains(t, summary(loaded(t, files, "a")), "it knows tenant b by namespace b-production, and that is hive (tenants/b.yaml:7:42)")
}

// However many tenants are loaded at once, what comes out is the same.
func TestParallel(t *testing.T) {
	files := generated(20)
	for k, v := range some() {
		files[k] = v
	}
	serial, err := Load(repository(files), Options{Workers: 1})
	require.NoError(t, err)
	for range 3 {
		parallel, err := Load(repository(files), Options{Workers: 8})
		require.NoError(t, err)
		require.Equal(t, summary(serial), summary(parallel))
		require.Equal(t, len(serial.Tenants), len(parallel.Tenants))
		for i := range serial.Tenants {
			require.True(t, reflect.DeepEqual(serial.Tenants[i], parallel.Tenants[i]), serial.Tenants[i].Name)
		}
	}
}

// An environment that changes nothing shares its values with the base; the result is as if it did not.
func TestSharedEnvironments(t *testing.T) {
	fleet := loaded(t, map[string]string{"tenants/a.yaml": tenantWith("a", "premium", "{development: {}, staging: {services: {web: {terminationGracePeriod: 7}}}, production: {}}",
		"  services: {web: {image: \"a.io/a:1.0\", ports: {http: 80}}}\n")})
	require.Empty(t, told(fleet.Problems))
	tenant := fleet.Tenants[0]
	var names []string
	for _, e := range tenant.Environments {
		names = append(names, e.Name+" "+e.Namespace)
	}
	require.Equal(t, []string{"development a-development", "staging a-staging", "production a-production"}, names)
	require.True(t, tenant.Environments[2].Protected)
	require.Equal(t, int64(7), *tenant.Environments[1].Spec.Services["web"].TerminationGracePeriod)
	require.Equal(t, int64(30), *tenant.Environments[2].Spec.Services["web"].TerminationGracePeriod)
	require.Equal(t, int64(30), *tenant.Base.Spec.Services["web"].TerminationGracePeriod)
	require.Empty(t, tenant.Base.Name)
	require.Empty(t, tenant.Base.Namespace)
	require.Equal(t, "main", tenant.Base.Cluster.Name)
	require.Equal(t, "premium", tenant.Base.Tier.Name)
}

// unreadable is a disk that fails.
type unreadable struct{ fs.FS }

func (u unreadable) Open(name string) (fs.File, error) {
	if strings.HasSuffix(name, "b.yaml") {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return u.FS.Open(name)
}

// A fault of the disk is no problem of a tenant.
func TestUnreadable(t *testing.T) {
	_, err := Load(unreadable{repository(some())}, Options{})
	require.ErrorIs(t, err, fs.ErrPermission)
	require.EqualError(t, err, "read tenants/b/b.yaml: open tenants/b/b.yaml: permission denied")
}

// TestGaps: a tenant that was not asked for is named where the search for what it claims misses something, and only there.
func TestGaps(t *testing.T) {
	tenant := func(name, spec string) string {
		return "apiVersion: tenantsmith.dev/v1alpha1\nkind: Tenant\nmetadata: {name: " + name + "}\nspec: {owners: [{group: g, role: admin}], environments: {production: {}}, " + spec + "}\n"
	}
	shop := tenant("shop", "tier: premium, domains: [shop.example.com]")
	for name, c := range map[string]struct {
		files map[string]string
		at    string
	}{
		"two bytes a letter": {map[string]string{"tenants/other.yaml": "\xff\xfea\x00"}, "tenants/other.yaml"},
		"header":             {map[string]string{"tenants/other.yaml": "spec: {domains: [shop.example.com]}\n"}, "tenants/other.yaml:1:1"},
		"tier":               {map[string]string{"tenants/other.yaml": tenant("other", "tier: premum, domains: [shop.example.com]")}, "tenants/other.yaml:4:"},
		"unknown field":      {map[string]string{"tenants/other.yaml": tenant("other", "tier: free, domans: [shop.example.com]")}, "tenants/other.yaml:4:"},
		"override":           {map[string]string{"tenants/other.yaml": tenant("other", "tier: premium"), "overrides/other/all.yaml": "spec: [shop.example.com]\n"}, "overrides/other/all.yaml:1:1"},
		"nothing in common":  {map[string]string{"tenants/other.yaml": "spec: {tags: {a: shop.example.or\n"}, ""},
		"whole":              {map[string]string{"tenants/other.yaml": tenant("other", "tier: free, resources: {cpu: 90}, tags: {a: shop.example.com}")}, ""},
		"a patch":            {map[string]string{"tenants/other.yaml": tenant("other", "tier: premium, tags: {a: shop.example.com}"), "tenants/other/patches/all/a.yaml": "["}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			c.files["tenants/shop.yaml"] = shop
			fleet := loaded(t, c.files, "shop")
			require.Len(t, fleet.Tenants, 1)
			got := told(slices.DeleteFunc(fleet.Problems, func(p manifest.Problem) bool { return p.Message == NotRendered }))
			if c.at == "" {
				require.Empty(t, got)
				return
			}
			require.True(t, strings.HasPrefix(got, c.at), got)
			require.Equal(t, 1, strings.Count(got, "\n"), got)
			require.Contains(t, got, "warning: tenant other cannot be read in full")
		})
	}
}

func TestNoTenants(t *testing.T) {
	elsewhere := "tenants: no platform repository here: there is neither tenants/ nor tenantsmith.yaml\n    fix: go to the platform repository, or name it with -C; `tenantsmith init` starts one\ntenants:\nheld:\n"
	require.Equal(t, elsewhere, summary(loaded(t, nil)))
	require.Equal(t, elsewhere, summary(loaded(t, map[string]string{"README.md": "x"}, "acme", "")), "whatever was asked for")
	none := "tenants: warning: holds no tenant\n    fix: `tenantsmith new` adds a tenant\ntenants:\nheld:\n"
	require.Equal(t, none, summary(loaded(t, map[string]string{"tenantsmith.yaml": platformWith("  {}\n")})))
	require.Equal(t, none, summary(loaded(t, map[string]string{"tenants/.gitkeep": ""})))
	require.Equal(t, "tenants: is a file, and should be a folder\ntenants:\nheld:\n", summary(loaded(t, map[string]string{"tenants": "x"})))
}

// Load never panics, and every problem names a file of the repository, a folder of it, or nothing.
func FuzzLoad(f *testing.F) {
	f.Add("tenants/acme.yaml", tenantWith("acme", "premium", "{production: {}}", "  services: {web: {image: a, ports: {http: 80}}}\n"), "overrides/acme/all.yaml", "spec: {tier: x}")
	f.Add("tenants/acme/a.yaml", tenantWith("acme", "free", "{production: null}", ""), "tenants/acme/b.yaml", "kind: Tenant\nspec: {tier: [1]}\n")
	f.Add("tenantsmith.yaml", platformWith("  environments: [{name: production, cluster: main, share: 3}]\n"), "tenants/a.yaml", tenantWith("a", "free", "{production: {resources: {cpu: 1e3}}}", ""))
	f.Add("tenantsmith.yaml", platformWith("  extend: {schemas: [a]}\n"), "a/x.cue", "package tenantsmith\n")
	f.Add("waivers/a.yaml", "apiVersion: tenantsmith.dev/v1alpha1\nkind: Waiver\nmetadata: {name: a}\nspec: {checks: [TS-POD-008], tenant: a, fields: [\"a[b\"], "+
		"reason: it is what it is for now, requestedBy: a, approvedBy: b, ticket: c, created: 2030-01-01, expires: 2030-02-30}\n",
		"tenants/a.yaml", tenantWith("a", "free", "{production: {}}", ""))
	f.Add("waivers/a.yaml", "- 1", "tenants/a/patches/all/x.yaml", "a: *b")
	f.Fuzz(func(t *testing.T, name, data, second, more string) {
		files := fstest.MapFS{}
		for _, f := range []struct{ name, data string }{{name, data}, {second, more}} {
			if fs.ValidPath(f.name) && f.name != "." {
				files[f.name] = &fstest.MapFile{Data: []byte(f.data)}
			}
		}
		fleet, err := Load(files, Options{Workers: 1})
		if err != nil {
			return // a file that stands where another needs a folder
		}
		for _, p := range fleet.Problems {
			require.NotEmpty(t, p.Message)
			if p.File != "" && p.File != "tenants" && p.File != "tenantsmith.yaml" {
				_, err := fs.Stat(files, p.File)
				require.NoError(t, err, told([]manifest.Problem{p}))
			}
		}
		for _, tenant := range fleet.Tenants {
			for _, cause := range tenant.Causes(tenant.Environments[0].Name) {
				for _, value := range cause.Variants() {
					_, _, _ = tenant.Vary(tenant.Environments[0].Name, cause, value)
				}
			}
		}
	})
}

// generated are tenants of 64 lines, as the figures of performance are about.
func generated(n int) map[string]string {
	files := map[string]string{"tenantsmith.yaml": platformWith("  registries: [ghcr.io/example]\n")}
	for i := range n {
		name := fmt.Sprintf("tenant-%04d", i)
		files["tenants/"+name+".yaml"] = tenantWith(name, "enterprise", "\n    development:\n      services:\n        web: {autoscaling: {min: 1, max: 2}}\n    production: {}",
			"  tags:\n    team: platform\n    cost-center: engineering\n  resources:\n    cpu: 4\n    memory: 8Gi\n    storage: 50Gi\n  services:\n"+generatedService("web")+generatedService("api"))
	}
	return files
}

func generatedService(name string) string {
	return "    " + name + `:
      image: ghcr.io/example/` + name + `:1.4.2
      command: [/app]
      args: [serve]
      ports:
        http: 8080
        metrics: 9090
      env:
        CACHE: "on"
        LEVEL: info
      files:
        /etc/app/app.yaml: "log: info"
      probes:
        ready: {path: /ready, port: http}
        live: {path: /live, port: http}
      resources:
        requests: {cpu: 200m, memory: 256Mi}
        limits: {memory: 512Mi}
      autoscaling: {min: 5, max: 10, cpuPercent: 70}
      calls: [{cidr: 10.1.0.0/16, port: 5432}]
      release:
        strategy: canary
        weights: [10, 50]
`
}

func BenchmarkLoad(b *testing.B) {
	for _, n := range []int{1, 100} {
		files := repository(generated(n))
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				fleet, err := Load(files, Options{Workers: 1})
				require.NoError(b, err)
				require.Len(b, fleet.Tenants, n, told(fleet.Problems))
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*n), "µs/tenant")
		})
	}
}

// BenchmarkLoadOne is one tenant asked for among many.
func BenchmarkLoadOne(b *testing.B) {
	files := repository(generated(1000))
	for b.Loop() {
		fleet, err := Load(files, Options{Tenants: []string{"tenant-0500"}, Workers: 1})
		require.NoError(b, err)
		require.Len(b, fleet.Tenants, 1)
	}
}

func BenchmarkDecode(b *testing.B) {
	fleet := loaded(b, generated(1))
	spec := fleet.Tenants[0].Environments[1].layered.Get("spec")
	b.ReportAllocs()
	for b.Loop() {
		var s Spec
		require.Empty(b, decode(spec, &s))
	}
}
