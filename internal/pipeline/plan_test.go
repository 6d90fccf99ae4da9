package pipeline

import (
	"context"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/plan"
)

// planned is the repository that changes of the tests below begin from: two tenants of two environments that call each
// other, one of which runs as root, by a waiver, and one of guard rails only.
var planned = map[string]string{
	"tenantsmith.yaml": "apiVersion: tenantsmith.dev/v1alpha1\nkind: Platform\nmetadata: {name: p}\nspec:\n" +
		"  environments: [{name: development, cluster: main}, {name: production, cluster: main, protected: true}]\n" +
		"  clusters: {main: {server: \"https://kubernetes.default.svc\", operators: [rollouts, prometheus]}}\n  defaults: {spec: {monitoring: {logLevel: info}}}\n" +
		"  tiers: {premium: {cpu: {default: \"2\", maximum: \"4\"}}}\n  prices: {currency: EUR, cpu: 20}\n",
	"tenants/acme.yaml": "apiVersion: tenantsmith.dev/v1alpha1\nkind: Tenant\nmetadata: {name: acme}\nspec:\n  tier: premium\n" +
		"  owners: [{group: acme, role: admin}]\n  domains: [acme.example.com]\n  environments: {development: {}, production: {}}\n" +
		"  services:\n    web: {image: ghcr.io/example/web:1.0.0, ports: {http: 8080}, files: {/etc/a: b}}\n    root: {image: ghcr.io/example/root:1.0.0, ports: {http: 8080}, securityContext: {runAsNonRoot: false}}\n",
	"tenants/shop/tenant.yaml": "apiVersion: tenantsmith.dev/v1alpha1\nkind: Tenant\nmetadata: {name: shop}\nspec:\n  tier: basic\n" +
		"  owners: [{group: shop, role: admin}]\n  environments: {development: {}, production: {}}\n" +
		"  services:\n    web: {image: ghcr.io/example/web:1.0.0, ports: {http: 8080}, calls: [{service: api}]}\n    api: {image: ghcr.io/example/api:1.0.0, ports: {http: 8080}}\n",
	"tenants/shop/patches/production/note.yaml": "target: {kind: Rollout, name: web}\npatch:\n- {op: add, path: /metadata/annotations, value: {note: a}}\n",
	"tenants/bare.yaml": "apiVersion: tenantsmith.dev/v1alpha1\nkind: Tenant\nmetadata: {name: bare}\nspec:\n  tier: free\n" +
		"  owners: [{group: bare, role: admin}]\n  environments: {development: {}}\n",
	"waivers/root.yaml": "apiVersion: tenantsmith.dev/v1alpha1\nkind: Waiver\nmetadata: {name: root}\nspec:\n  checks: [TS-POD-008]\n  tenant: acme\n" +
		"  services: [root]\n  reason: the vendor mends the image with its next release\n  requestedBy: jane@example.com\n  approvedBy: sam@example.com\n" +
		"  ticket: SEC-1234\n  created: 2030-01-01\n  expires: 2030-02-16\n",
}

// changesOf are edits of one file: what stands there, and what comes in its place; a file that comes or goes whole has
// nothing on one side.
var changesOf = map[string][3]string{
	"image":          {"tenants/acme.yaml", "web:1.0.0", "web:1.1.0"},
	"comment":        {"tenants/acme.yaml", "kind: Tenant", "kind: Tenant # acme"},
	"hashed":         {"tenants/acme.yaml", "/etc/a: b", "/etc/a: c"},
	"tier":           {"tenants/acme.yaml", "tier: premium", "tier: enterprise"},
	"domain":         {"tenants/acme.yaml", "acme.example.com", "acme.example.org"},
	"root mended":    {"tenants/acme.yaml", ", securityContext: {runAsNonRoot: false}", ""},
	"root in shop":   {"tenants/shop/tenant.yaml", "calls: [{service: api}]", "securityContext: {runAsNonRoot: false}"},
	"environment":    {"tenants/bare.yaml", "{development: {}}", "{development: {}, production: {}}"},
	"namespace":      {"tenants/bare.yaml", "{development: {}}", "{development: {namespace: bare}}"},
	"goes":           {"tenants/bare.yaml", planned["tenants/bare.yaml"], ""},
	"comes":          {"tenants/new.yaml", "", strings.ReplaceAll(planned["tenants/bare.yaml"], "bare", "new")},
	"broken":         {"tenants/shop/tenant.yaml", "tier: basic", "tier: basc"},
	"patch":          {"tenants/shop/patches/production/note.yaml", "note: a", "note: b"},
	"patch unfit":    {"tenants/shop/patches/production/note.yaml", "name: web", "name: wob"},
	"patch goes":     {"tenants/shop/patches/production/note.yaml", planned["tenants/shop/patches/production/note.yaml"], ""},
	"override":       {"overrides/shop/all.yaml", "", "apiVersion: tenantsmith.dev/v1alpha1\nkind: Override\nmetadata: {name: shop}\nspec: {services: {web: {replicas: 1}}}\n"},
	"waiver goes":    {"waivers/root.yaml", planned["waivers/root.yaml"], ""},
	"waiver ends":    {"waivers/root.yaml", "2030-02-16", "2030-01-10"},
	"maximum":        {"tenantsmith.yaml", `maximum: "4"`, `maximum: "5"`},
	"default":        {"tenantsmith.yaml", `default: "2"`, `default: "3"`},
	"price":          {"tenantsmith.yaml", "cpu: 20", "cpu: 21"},
	"level":          {"tenantsmith.yaml", "logLevel: info", "logLevel: debug"},
	"registries":     {"tenantsmith.yaml", "  clusters:", "  registries: [ghcr.io/example/web]\n  clusters:"},
	"fail on":        {"tenantsmith.yaml", "  clusters:", "  policies: {failOn: medium}\n  clusters:"},
	"router":         {"tenantsmith.yaml", "main: {server", "main: {mesh: istio, server"},
	"pattern":        {"tenantsmith.yaml", "  clusters:", "  namespacePattern: \"t-{tenant}-{env}\"\n  clusters:"},
	"delivery":       {"tenantsmith.yaml", "  clusters:", "  gitops: {repository: https://git.example.com/gitops.git}\n  clusters:"},
	"platform wrong": {"tenantsmith.yaml", "clusters:", "clustrs:"},
	"claim":          {"tenants/bare.yaml", "environments:", "domains: [acme.example.com]\n  environments:"},
}

func repository(files map[string]string) fstest.MapFS {
	out := fstest.MapFS{}
	for name, text := range files {
		out[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return out
}

// A plan says what two runs over everything say: which findings are new and fixed, which tenants have other files, and
// what these are. It says the same when it leaves out what does not differ, and the other way round.
func TestPlanAgreesWithRuns(t *testing.T) {
	if testing.Short() {
		t.Skip("a hundred runs")
	}
	for name, c := range changesOf {
		t.Run(name, func(t *testing.T) {
			after := maps.Clone(planned)
			if text := strings.Replace(after[c[0]], c[1], c[2], 1); text == "" {
				delete(after, c[0])
			} else {
				require.NotEqual(t, after[c[0]], text)
				after[c[0]] = text
			}
			agrees(t, repository(planned), repository(after), c[0])
			if slices.Contains([]string{"goes", "root mended", "waiver goes", "broken", "claim", "default", "delivery"}, name) {
				agrees(t, repository(after), repository(planned), c[0])
			}
		})
	}
}

func agrees(t *testing.T, base, head fstest.MapFS, differs string) {
	o := PlanOptions{Options: Options{Now: time.Date(2030, 1, 20, 0, 0, 0, 0, time.UTC)}, Base: "base", Head: "head"}
	all, err := Plan(context.Background(), base, head, o)
	require.NoError(t, err)
	o.Differences = func([]string) ([]string, error) { return []string{differs}, nil }
	some, err := Plan(context.Background(), base, head, o)
	require.NoError(t, err)
	require.Equal(t, all.Plan.Groups, some.Plan.Groups)
	require.Equal(t, all.Plan.Digest, some.Plan.Digest)
	require.Equal(t, all.Plan.Findings.New, some.Plan.Findings.New)
	require.Equal(t, all.Plan.Findings.Fixed, some.Plan.Findings.Fixed)

	was, err := Run(context.Background(), base, o.Options)
	require.NoError(t, err)
	is, err := Run(context.Background(), head, o.Options)
	require.NoError(t, err)
	require.Subset(t, is.Held, all.Result.Held)
	sums := map[string]map[string]string{}
	old := filesOf(was)
	for tenant, files := range filesOf(is) {
		if !maps.Equal(files, old[tenant]) {
			sums[tenant] = files
		}
	}
	if len(was.Held) == 0 { // of a tenant that was held back nobody knows what there was
		require.Equal(t, OutputDigest(sums), all.Plan.Digest)
		require.Equal(t, slices.Sorted(maps.Keys(sums)), slices.Sorted(slices.Values(all.Files)))
	}
	if was.Fleet.Platform == nil || is.Fleet.Platform == nil {
		return
	}
	found := plan.CompareFindings(settledOf(was, is), settledOf(is, was))
	require.Equal(t, toldOf(found.New), toldOf(all.Plan.Findings.New))
	require.Equal(t, toldOf(found.Fixed), toldOf(all.Plan.Findings.Fixed))
}

func filesOf(res *Result) map[string]map[string]string {
	out := map[string]map[string]string{}
	for _, r := range res.Tenants {
		if r.Files != nil {
			out[r.Tenant.Name] = FileSums(r.Files)
		}
	}
	if res.Own.Due {
		out[manifest.PlatformName] = FileSums(res.Own.Files)
	}
	return out
}

// settledOf are the problems of a run; without the checks of tenants that the other run has not, or not whole, of which a
// plan compares nothing. A plan knows objects again whose namespace is another one.
func settledOf(res, other *Result) []manifest.Problem {
	lacks := slices.Clone(other.Fleet.Held)
	for _, r := range other.Tenants {
		if r.unbuilt {
			lacks = append(lacks, r.Tenant.Name)
		}
	}
	out := slices.DeleteFunc(slices.Clone(res.Problems), func(p manifest.Problem) bool {
		return p.Environment != "" && slices.Contains(lacks, p.Tenant)
	})
	for i := range out {
		out[i].Object.Namespace = ""
	}
	return out
}

// toldOf are findings, with the rendered line, without what a plan knows better: that an object with another digest in its name is the same.
func toldOf(problems []manifest.Problem) []string {
	var out []string
	for _, p := range problems {
		if p.Object.Kind != "ConfigMap" {
			out = append(out, p.Position.String()+" "+p.Check+" "+p.Tenant+"/"+p.Environment+" "+p.Output.String()+" "+p.Message)
		}
	}
	slices.Sort(out)
	return out
}

// What cannot be looked at is not mended.
func TestPlanMendsNothingUnseen(t *testing.T) {
	for name, c := range map[string][3]string{
		"platform": {"tenantsmith.yaml", "clusters:", "clustrs:"}, "tenant": {"tenants/acme.yaml", "tier: premium", "tier: premum"},
		"syntax": {"tenants/acme.yaml", "tier: premium", "tier: {"},
	} {
		head := maps.Clone(planned)
		head[c[0]] = strings.Replace(head[c[0]], c[1], c[2], 1)
		o := PlanOptions{Options: Options{Now: time.Date(2030, 1, 20, 0, 0, 0, 0, time.UTC)}}
		found, err := Plan(context.Background(), repository(planned), repository(head), o)
		require.NoError(t, err)
		require.NotEmpty(t, found.Plan.Findings.New, name)
		require.Empty(t, found.Plan.Findings.Fixed, name)
		back, err := Plan(context.Background(), repository(head), repository(planned), o)
		require.NoError(t, err)
		require.NotEmpty(t, back.Plan.Findings.Fixed, name)
	}
}

// The size of a tier gives room for objects to tenants that state their own replicas, too, and is what the plan names.
func TestPlanNamesSize(t *testing.T) {
	base, head := maps.Clone(planned), maps.Clone(planned)
	for name, text := range base {
		base[name] = strings.ReplaceAll(text, "ports: {http: 8080}", "ports: {http: 8080}, replicas: 1")
		head[name] = base[name]
	}
	head["tenantsmith.yaml"] = strings.Replace(head["tenantsmith.yaml"], "  tiers: {premium: {", "  tiers: {premium: {replicas: {default: 2, maximum: 3}, ", 1)
	found, err := Plan(context.Background(), repository(base), repository(head), PlanOptions{})
	require.NoError(t, err)
	var fields []string
	for _, g := range found.Plan.Groups {
		for _, c := range g.Causes {
			fields = append(fields, c.Field)
		}
	}
	require.Contains(t, fields, "spec.tiers.premium.replicas.default")
}

// Rules that ask for less change no object and make no finding; the plan says that they are others.
func TestPlanTellsOfOtherRules(t *testing.T) {
	base := maps.Clone(planned)
	base["house/a.rego"] = "# METADATA\n# title: Everything has a name\n# custom:\n#   id: house-a\n#   severity: high\n#   scope: object\n#   waivable: true\n" +
		"#   remedy: set spec.tags.cost-center\n#   objects: [Rollout]\n#   controls:\n#     direct: [house:1.1]\npackage checks.house_a\n\n" +
		"deny contains finding if {\n\tnot input.object.metadata.name\n\tfinding := {\"path\": [\"metadata\"], \"message\": \"no name\"}\n}\n"
	base["tenantsmith.yaml"] += "  extend: {policies: [house]}\n  policies: {failOn: high}\n"
	weaker, without := maps.Clone(base), maps.Clone(base)
	weaker["house/a.rego"] = strings.Replace(base["house/a.rego"], "not input", "false\n\tnot input", 1)
	without["tenantsmith.yaml"] = strings.Replace(planned["tenantsmith.yaml"], "  clusters:", "  policies: {failOn: critical}\n  clusters:", 1)
	delete(without, "house/a.rego")
	for want, head := range map[string]map[string]string{
		"the platform's own policies": weaker, "the platform's own policies, spec.extend.policies[0], spec.policies.failOn": without, "": base,
	} {
		found, err := Plan(context.Background(), repository(base), repository(head), PlanOptions{Options: Options{Now: time.Date(2030, 1, 20, 0, 0, 0, 0, time.UTC)}})
		require.NoError(t, err)
		require.Empty(t, found.Plan.Findings.New)
		var told []string
		for _, s := range found.Plan.Skipped {
			told = append(told, s.What)
		}
		require.Equal(t, want, strings.Join(told, ", "))
	}
}

// broken fails when one file is read.
type broken struct{ fstest.MapFS }

func (b broken) ReadFile(name string) ([]byte, error) {
	if name == "tenantsmith.yaml" {
		return nil, &fs.PathError{Op: "read", Path: name, Err: fs.ErrPermission}
	}
	return b.MapFS.ReadFile(name)
}

func (b broken) Open(name string) (fs.File, error) {
	if name == "tenantsmith.yaml" {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return b.MapFS.Open(name)
}

// What cannot be read is an error and no crash.
func TestPlanUnreadable(t *testing.T) {
	_, err := Plan(context.Background(), broken{repository(planned)}, repository(planned), PlanOptions{})
	require.ErrorIs(t, err, fs.ErrPermission)
	_, err = Plan(context.Background(), repository(planned), broken{repository(planned)}, PlanOptions{})
	require.ErrorIs(t, err, fs.ErrPermission)
}
