package function

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/kyaml/fn/framework"
	"sigs.k8s.io/kustomize/kyaml/kio"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/report"
)

// pod is an item as kpt sends it, with comments, odd blanks and annotations.
const pod = `# who: web team
apiVersion: v1
kind: Pod
metadata:
  name: web   # the only one
  namespace: shop
  annotations:
    config.kubernetes.io/index: '0'
    config.kubernetes.io/path: 'deploy/web.yaml'
    internal.config.kubernetes.io/index: '0'
    internal.config.kubernetes.io/path: 'deploy/web.yaml'
    internal.config.kubernetes.io/seqindent: 'wide'
spec:
  hostNetwork:    true

  containers:
      - image:   "nginx"   # no tag
        name: web
`

// kustomized is the same as kustomize sends it.
const kustomized = `apiVersion: v1
kind: Pod
metadata:
  annotations:
    config.kubernetes.io/origin: |
      path: deploy/web.yaml
    kustomize.config.k8s.io/id: |
      kind: Pod
      name: web
      namespace: shop
      version: v1
    internal.config.kubernetes.io/index: '0'
  name: web
  namespace: shop
spec:
  containers:
  - image: nginx
    name: web
  hostNetwork: true
`

const tenant = `apiVersion: tenantsmith.dev/v1alpha1
kind: Tenant
metadata: {name: shop}
spec:
  tier: basic  # for now
  owners: [{group: shop, role: developer}]
  environments: {development: {}, production: {}}
  services:
    web:
      image: ghcr.io/example/shop:1
      ports: {http: 8080}
`

// config is a functionConfig: the lines of its spec.
func config(kind string, spec ...string) []byte {
	return []byte("apiVersion: tenantsmith.dev/v1alpha1\nkind: " + kind + "\nmetadata:\n  name: test\nspec:\n" + strings.Join(spec, ""))
}

func asMap(field, text string) string {
	return "  " + field + ":\n" + string(indented([]byte(text), 4))
}

func asText(field, text string) string {
	return "  " + field + ": |\n" + string(indented([]byte(text), 4))
}

// TestUnchanged: the items of the function that checks are those that came in, byte for byte.
func TestUnchanged(t *testing.T) {
	check := config(checkKind, "  failOn: medium\n")
	for _, c := range []struct{ config []byte }{{nil}, {check}} {
		in := listOf(c.config, pod, kustomized)
		out, r := callFn(t, in)
		require.Positive(t, r.Failing())
		require.True(t, strings.HasPrefix(out, in), out)
		require.True(t, strings.HasPrefix(strings.TrimPrefix(out, in), "results:\n- "), out)
	}
	quiet := "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: b}   # nothing to say\n"
	in := listOf(check, quiet)
	out, r := callFn(t, in)
	require.Empty(t, r.Problems)
	require.Equal(t, in, out)
	crowded := strings.Replace(in, "functionConfig:", "results:\n- message: from before\n  severity: info\nfunctionConfig:", 1)
	out, _ = callFn(t, crowded)
	require.Equal(t, crowded, out)
}

// TestForms: a list in any form of YAML keeps the values of its items, and the results of functions before.
func TestForms(t *testing.T) {
	for _, in := range []string{
		`{"apiVersion": "config.kubernetes.io/v1", "kind": "ResourceList", "items": [{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": {"hostPID": true}}], "results": [{"message": "first"}]}`,
		"---\napiVersion: config.kubernetes.io/v1\nkind: ResourceList\nresults: [{message: first}]\nitems:\n  -\n    apiVersion: v1\n    kind: Pod\n    metadata: {name: a}\n    spec: {hostPID: true}\n...\n",
		"kind: ResourceList\nitems: [{apiVersion: v1, kind: Pod, metadata: {name: a},\nspec: {hostPID: true}}]\nresults:\n- message: first\napiVersion: config.kubernetes.io/v1alpha1\n",
	} {
		out, r := callFn(t, in)
		require.Positive(t, r.Failing())
		before, problems := manifest.Parse("in", []byte(in), limits)
		require.Empty(t, problems)
		after, problems := manifest.Parse("out", []byte(out), limits)
		require.Empty(t, problems)
		require.Equal(t, before[0].Get("items").Tree(), after[0].Get("items").Tree())
		results := after[0].Get("results").Tree().([]any)
		require.Equal(t, map[string]any{"message": "first"}, results[0])
		require.Greater(t, len(results), 1)
	}
}

// TestResults: orchestrators read the results by the framework, with object, field, file and line.
func TestResults(t *testing.T) {
	out, _ := callFn(t, listOf(nil, pod))
	in := &kio.ByteReadWriter{Reader: strings.NewReader(out), Writer: &bytes.Buffer{}, KeepReaderAnnotations: true}
	_, err := in.Read()
	require.NoError(t, err)
	var results framework.Results
	require.NoError(t, yaml.Unmarshal([]byte(in.Results.MustString()), &results))
	require.Equal(t, 1, results.ExitCode())
	var found *framework.Result
	for _, r := range results {
		if r.Tags["rule"] == "TS-POD-002" {
			found = r
		}
	}
	require.NotNil(t, found)
	require.Equal(t, framework.Error, found.Severity)
	require.Equal(t, "Pod", found.ResourceRef.Kind)
	require.Equal(t, "v1", found.ResourceRef.APIVersion)
	require.Equal(t, "web", found.ResourceRef.Name)
	require.Equal(t, "shop", found.ResourceRef.Namespace)
	require.Equal(t, &framework.Field{Path: "spec.hostNetwork", CurrentValue: true}, found.Field)
	require.Equal(t, &framework.File{Path: "deploy/web.yaml"}, found.File)
	require.Equal(t, "8", found.Tags["line"], "without the comment and the annotations that an orchestrator adds")
	require.Equal(t, "19", found.Tags["column"])
	require.Equal(t, "critical", found.Tags["severity"])
	require.NotEmpty(t, found.Tags["fix"])
}

// TestPositions: a problem stands at the line that a person wrote, or at none.
func TestPositions(t *testing.T) {
	broken := strings.Replace(tenant, "image:", "replicass: 3\n      image:", 1)
	large := strings.Replace(tenant, "tier: basic", "tier: basic\n  resources: {cpu: 80}", 1)
	sorted := "environment: production\ntenant:\n  apiVersion: tenantsmith.dev/v1alpha1\n  kind: Tenant\n  metadata:\n    name: shop\n  spec:\n    environments:\n      production: {}\n    owners:\n    - group: shop\n      role: developer\n    tier: none\n"
	two := "  tenant:\n  - |\n" + string(indented([]byte(tenant), 4)) + "  -\n    apiVersion: tenantsmith.dev/v1alpha1\n    kind: Tenant\n    metadata: {name: shop}\n    spec: {tier: free}\n"
	extending := "apiVersion: tenantsmith.dev/v1alpha1\nkind: Platform\nmetadata: {name: p}\nspec: {extend: {policies: [tenants/shop]}}\n"
	parted := tenant + "  displayName: A\n"
	other := strings.Replace(parted, "A\n", "B\n", 1)
	item := func(text string) string { return "  -" + string(indented([]byte(text), 4))[3:] }
	for name, c := range map[string]struct {
		config []byte
		want   string
	}{
		"map":           {config(renderKind, "  environment: production\n", asMap("tenant", broken)), "functionConfig:17:11: spec.tenant.spec.services.web.replicass"},
		"text":          {config(renderKind, "  environment: production\n", asText("tenant", broken)), "spec.tenant:10:7: spec.tenant.spec.services.web.replicass"},
		"blank lines":   {config(renderKind, "  environment: production\n\n\n", asMap("tenant", large)), "functionConfig:15:24: spec.tenant.spec.resources.cpu"},
		"list":          {config(renderKind, "  environment: production\n", two), "functionConfig:24:18: spec.tenant[1].spec.tier"},
		"one line":      {config(renderKind, "  tenant: {apiVersion: tenantsmith.dev/v1alpha1, kind: Tenant, metadata: {name: shop}, spec: {tier: 5}}\n"), "functionConfig:6:101: spec.tenant.spec.tier"},
		"override":      {config(renderKind, "  environment: production\n", asText("tenant", tenant), "  overrides:\n  - document:\n      apiVersion: tenantsmith.dev/v1alpha1\n      kind: Override\n      spec: {resources: {cpu: 90}}\n"), "functionConfig:23:31: spec.overrides[0].document.spec.resources.cpu"},
		"patch":         {config(renderKind, "  environment: production\n", asText("tenant", tenant), "  patches:\n  - document: {apiVersion: apps/v1, kind: Deployment, metadata: {name: none}, spec: {}}\n"), "functionConfig:20:72: spec.patches[0].document"},
		"platform":      {config(renderKind, "  environment: production\n", asMap("platform", "apiVersion: tenantsmith.dev/v1alpha1\nkind: Platform\nmetadata: {name: p}\nspec: {prices: {cpu: no}}\n"), asText("tenant", tenant)), "functionConfig:11:26: spec.platform.spec.prices.cpu"},
		"kustomize":     {[]byte(strings.Replace(string(config(renderKind, string(indented([]byte(sorted), 2)))), "  name: test", "  annotations:\n    config.kubernetes.io/local-config: 'true'\n  name: test", 1)), "functionConfig: spec.tenant.spec.tier"},
		"unknown field": {config(renderKind, "  environment: production\n  waiverz: []\n", asText("tenant", tenant)), "functionConfig:7:3: spec.waiverz"},
		"environment":   {config(renderKind, "  environment: qa\n", asText("tenant", tenant)), "functionConfig:6:16: spec.environment"},
		"which":         {config(renderKind, asText("tenant", tenant)), "functionConfig:5:1: spec.environment"},
		"no tenant":     {config(renderKind, "  environment: production\n"), "functionConfig:5:1: spec.tenant"},
		"null tenant":   {config(renderKind, "  tenant: null\n"), "functionConfig:6:11: spec.tenant"},
		"no name":       {config(renderKind, "  tenant: {kind: Tenant}\n"), "functionConfig:6:3: spec.tenant.metadata.name"},
		"path as name":  {config(renderKind, asMap("tenant", strings.Replace(tenant, "shop}", "../shop}", 1))), "functionConfig:9:22: spec.tenant.metadata.name"},
		"no YAML":       {config(renderKind, asText("tenant", "a: [\n")), "spec.tenant:"},
		"anchor inside": {config(renderKind, asText("tenant", "a: &a [*a]\n")), "spec.tenant:1:4: spec.tenant"},
		"whose":         {config(renderKind, asText("tenant", tenant), "  patches: [{tenant: other, document: {}}]\n"), "functionConfig:18:22: spec.patches[0].tenant"},
		"twice":         {config(renderKind, asText("tenant", tenant), "  overrides: [{document: {}}, {document: {}}]\n"), "functionConfig:18:31: spec.overrides[1]"},
		"bad place":     {config(renderKind, asText("tenant", tenant), "  patches: [{environment: ../x, document: {}}]\n"), "functionConfig:18:27: spec.patches[0].environment"},
		"wrong place":   {config(renderKind, "  environment: production\n", asText("tenant", tenant), "  patches: [{environment: qa, document: {}}]\n"), "functionConfig:19:27: spec.patches[0].environment"},
		"kind":          {[]byte("apiVersion: v1\nkind: ConfigMap\ndata: {failOn: low}\n"), "functionConfig:2:7: kind"},
		"bracket":       {config(renderKind, asText("tenant", tenant), "  patches: [null]\n"), "functionConfig:18:13: spec.patches[0]: must be of type object"},
		"extend":        {config(renderKind, asMap("platform", extending), asText("tenant", tenant)), "functionConfig:10:20: spec.platform.spec.extend: names files"},
		"extend text":   {config(renderKind, asText("platform", extending), asText("tenant", tenant)), "spec.platform:4:16: spec.platform.spec.extend: names files"},
		"two lines":     {config(renderKind, "  tenant:\n"+item(parted)+item(other)), "functionConfig:30:20: spec.tenant[1].spec.displayName: B here, but A at functionConfig:18:20"},
		"two texts":     {config(renderKind, "  tenant:\n  - |\n"+string(indented([]byte(parted), 4))+item(other)), "functionConfig:31:20: spec.tenant[1].spec.displayName: B here, but A at spec.tenant[0]:12:16"},
		"no map":        {[]byte("[]\n"), "ResourceList:5:3: functionConfig: must be a map"},
		"check alone":   {config(checkKind, "  environment: production\n"), "functionConfig:6:16: spec.environment"},
		"check where":   {config(checkKind, asText("tenant", tenant)), "functionConfig:5:1: spec.environment"},
		"check qa":      {config(checkKind, "  environment: qa\n", asText("tenant", tenant)), "functionConfig:6:16: spec.environment"},
	} {
		t.Run(name, func(t *testing.T) {
			out, r := callFn(t, listOf(c.config))
			require.Positive(t, r.Failing())
			var got []string
			for _, p := range r.Problems {
				got = append(got, p.Position.String()+": "+p.Field+": "+p.Message)
			}
			require.Contains(t, strings.Join(got, "\n"), c.want)
			require.NotContains(t, strings.Join(got, "\n"), "0000")
			require.Empty(t, itemsOf(t, []byte(out)))
		})
	}
}

// TestRulePosition: the line of a platform that says no is one of the functionConfig, or of the text.
func TestRulePosition(t *testing.T) {
	platform := "apiVersion: tenantsmith.dev/v1alpha1\nkind: Platform\nmetadata: {name: p}\nspec:\n  tiers: {basic: {cpu: {maximum: 1}}}\n"
	large := strings.Replace(tenant, "tier: basic", "tier: basic\n  resources: {cpu: 8}", 1)
	for want, form := range map[string]func(string, string) string{"functionConfig:11:": asMap, "spec.platform:5:": asText} {
		_, r := callFn(t, listOf(config(renderKind, form("platform", platform), "  environment: production\n", asText("tenant", large))))
		require.Len(t, r.Problems, 1)
		require.True(t, strings.HasPrefix(r.Problems[0].Rule.String(), want), r.Problems[0].Rule)
	}
}

// TestWithout: that a tenant lacks the environment is said where others have it.
func TestWithout(t *testing.T) {
	other := strings.NewReplacer("shop", "other", ", production: {}", "").Replace(tenant)
	_, r := callFn(t, listOf(config(renderKind, "  environment: production\n  tenant:\n  - |\n", string(indented([]byte(tenant), 4)), "  - |\n", string(indented([]byte(other), 4)))))
	require.Zero(t, r.Failing(), r.Problems)
	require.Equal(t, []report.Skipped{{What: "other", Reason: "it has no environment production"}}, r.Summary.Skipped)
}

// TestKustomization: kustomize lets people leave out what kind its file is, and kpt sends it among the items.
func TestKustomization(t *testing.T) {
	none := "metadata:\n  annotations:\n    internal.config.kubernetes.io/path: base/kustomization.yaml\nresources: [web.yaml]\n"
	_, r := callFn(t, listOf(nil, none))
	require.Empty(t, r.Problems)
	require.Equal(t, []report.Skipped{{What: "base/kustomization.yaml", Reason: "it configures a tool"}}, r.Summary.Skipped)
	for _, other := range []string{strings.Replace(none, "kustomization", "other", 1), "kind: Pod\n" + none, "apiVersion: v1\n" + none} {
		_, r = callFn(t, listOf(nil, other))
		require.Positive(t, r.Failing())
	}
}

// TestFileOfItem: an item's file is not the functionConfig's, whatever its name.
func TestFileOfItem(t *testing.T) {
	out, _ := callFn(t, listOf(config(checkKind, "  failOn: high\n"), strings.ReplaceAll(pod, "deploy/web.yaml", "spec.d/web.yaml")))
	require.Contains(t, out, "path: spec.d/web.yaml\n  message")
	require.NotContains(t, out, "path: functionConfig")
}

// TestNeverRelaxed: no field of a functionConfig accepts a finding or lowers the bound.
func TestNeverRelaxed(t *testing.T) {
	lax := "apiVersion: tenantsmith.dev/v1alpha1\nkind: Platform\nmetadata: {name: p}\nspec: {policies: {failOn: critical}, environments: [{name: production, cluster: default}]}\n"
	root := strings.Replace(tenant, "ports:", "securityContext: {runAsNonRoot: false}\n      ports:", 1)
	_, r := callFn(t, listOf(config(renderKind, "  environment: production\n", asText("tenant", root))))
	require.Positive(t, r.Failing())
	for name, spec := range map[string]string{
		"waivers":          "  waivers: [{spec: {checks: [TS-POD-008]}}]\n",
		"waiver as tenant": asMap("overrides", "- document: {apiVersion: tenantsmith.dev/v1alpha1, kind: Waiver, metadata: {name: w}, spec: {tenant: shop, checks: [TS-POD-008], reason: none of your business, expires: 2031-01-01}}\n"),
		"checks":           "  checks: [TS-NET]\n",
		"failOn":           "  failOn: critical\n",
		"policies":         "  policies: {failOn: critical}\n",
		"now":              "  now: 2020-01-01\n",
		"platform":         asMap("platform", lax),
		"platform text":    asText("platform", lax),
		"extensions":       asMap("platform", strings.Replace(lax, "spec: {", "spec: {extend: {policies: [rules]}, ", 1)),
	} {
		t.Run(name, func(t *testing.T) {
			out, r := callFn(t, listOf(config(renderKind, "  environment: production\n", spec, asText("tenant", root))))
			require.Positive(t, r.Failing())
			require.Empty(t, itemsOf(t, []byte(out)))
			if !strings.HasPrefix(name, "waiver as") && !strings.Contains(spec, "platform") {
				_, r = callFn(t, listOf(config(checkKind, spec), pod))
				require.Positive(t, r.Failing())
			}
		})
	}
	for _, spec := range []string{"  failOn: low\n", asMap("platform", strings.Replace(lax, "critical", "medium", 1))} {
		image := "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: n}\ndata: {k: v}\n"
		_, r := callFn(t, listOf(config(checkKind, spec), image))
		require.Contains(t, []manifest.Severity{manifest.Low, manifest.Medium}, r.FailOn)
	}
}

// TestTwice: a second run adds nothing, and objects keep the files that they came from.
func TestTwice(t *testing.T) {
	c := config(renderKind, "  environment: production\n", asText("tenant", tenant))
	first, r := callFn(t, listOf(c, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}  # stays\n"))
	require.Zero(t, r.Failing(), r.Problems)
	second, _ := callFn(t, first[:strings.Index(first, "results:")])
	require.Equal(t, first, second)
	require.Contains(t, first, "metadata: {name: other}  # stays\n")
	placed := strings.Replace(first[:strings.Index(first, "results:")], "  kind: LimitRange\n  metadata:\n", "  kind: LimitRange\n  metadata:\n    annotations: {config.kubernetes.io/path: limits.yaml, mine: lost}\n", 1)
	third, _ := callFn(t, placed)
	require.Contains(t, third, "    annotations:\n      config.kubernetes.io/path: limits.yaml\n    labels:")
	require.Len(t, itemsOf(t, []byte(third)), len(itemsOf(t, []byte(first))))
}

// TestAsTenant: items that are said to be a tenant's are judged as its own.
func TestAsTenant(t *testing.T) {
	c := config(checkKind, "  environment: production\n", asText("tenant", tenant))
	_, nobody := callFn(t, listOf(nil, pod))
	_, ours := callFn(t, listOf(c, pod))
	require.Greater(t, ours.Summary.Checks, nobody.Summary.Checks)
	foreign := false
	for _, p := range ours.Problems {
		foreign = foreign || strings.HasPrefix(p.Check, "TS-TEN") || p.Tenant == "shop"
	}
	require.True(t, foreign, ours.Problems)
	_, r := callFn(t, listOf(nil, "apiVersion: kpt.dev/v1\nkind: Kptfile\nmetadata: {name: x}\n"))
	require.Len(t, r.Summary.Skipped, 1)
}

// TestNotAsked: what a functionConfig leaves unasked is named with what would have it asked, and counts as no check.
func TestNotAsked(t *testing.T) {
	const wanting = "needs spec.tenant and spec.environment"
	reasons := func(r report.Report) map[string]string {
		out := map[string]string{}
		for _, s := range r.Summary.Skipped {
			for id := range strings.SplitSeq(s.What, ", ") {
				require.NotContains(t, out, id)
				out[id] = s.Reason
			}
		}
		return out
	}
	_, nobody := callFn(t, listOf(nil, pod))
	_, ours := callFn(t, listOf(config(checkKind, "  environment: production\n", asText("tenant", tenant)), pod))
	require.Equal(t, wanting, reasons(nobody)["TS-TEN-003"])
	require.Equal(t, "no change was given", reasons(nobody)["TS-AUD-004"])
	require.NotContains(t, reasons(ours), "TS-TEN-003")
	require.NotContains(t, slices.Collect(maps.Values(reasons(ours))), wanting)
	// Every check is either asked or named.
	require.Equal(t, nobody.Summary.Checks+len(reasons(nobody)), ours.Summary.Checks+len(reasons(ours)))
}

// TestPeers: what a tenant refers to is read and not rendered, and what tenants must not share is found.
func TestPeers(t *testing.T) {
	calling := strings.Replace(tenant, "ports:", "calls: [{tenant: billing, service: api}]\n      ports:", 1)
	billing := "apiVersion: tenantsmith.dev/v1alpha1\nkind: Tenant\nmetadata: {name: billing}\nspec:\n  tier: free\n  owners: [{group: billing, role: developer}]\n" +
		"  environments: {production: {}}\n  accepts: [{tenant: shop, service: api}]\n  services: {api: {image: ghcr.io/example/api:1, ports: {http: 8080}}}\n"
	_, r := callFn(t, listOf(config(renderKind, "  environment: production\n", asText("tenant", calling))))
	require.Positive(t, r.Failing(), r.Problems)
	for _, form := range []func(string, string) string{asText, asMap} {
		out, r := callFn(t, listOf(config(renderKind, "  environment: production\n", form("tenant", calling), form("peers", billing))))
		require.Zero(t, r.Failing(), r.Problems)
		require.NotEmpty(t, itemsOf(t, []byte(out)))
		require.NotContains(t, strings.Join(itemsOf(t, []byte(out)), ""), "namespace: billing-production\n  name")
		require.Equal(t, 1, r.Summary.Environments)
	}
	greedy := strings.Replace(billing, "production: {}", "production: {namespace: shop-production}", 1)
	_, r = callFn(t, listOf(config(renderKind, "  environment: production\n", asText("tenant", calling), asText("peers", greedy))))
	require.Positive(t, r.Failing())
	_, r = callFn(t, listOf(config(renderKind, "  environment: production\n", asText("tenant", tenant), asText("peers", tenant))))
	require.Positive(t, r.Failing())
}

// TestRoundTrip: what the generator makes passes the check as the tenant's, with the annotations of orchestrators on it.
func TestRoundTrip(t *testing.T) {
	spec := []string{"  environment: production\n", asText("tenant", tenant)}
	out, r := callFn(t, listOf(config(renderKind, spec...)))
	require.Zero(t, r.Failing(), r.Problems)
	var items []string
	for _, item := range itemsOf(t, []byte(out)) {
		if !strings.Contains(item, "\n  annotations:") {
			item = strings.Replace(item, "\nmetadata:\n", "\nmetadata:\n  annotations: {config.kubernetes.io/path: a.yaml, internal.config.kubernetes.io/index: '3'}\n", 1)
		}
		items = append(items, item)
	}
	_, r = callFn(t, listOf(config(checkKind, spec...), items...))
	require.Zero(t, r.Failing(), r.Problems)
	_, r = callFn(t, listOf(config(checkKind, spec...), append(items, pod)...))
	require.Positive(t, r.Failing())
}
