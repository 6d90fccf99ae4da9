package function

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/report"
)

// hostile are lists that kill, stop or feed a process which trusts them.
func hostile() map[string]string {
	bomb := "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
	for i := 1; i < 12; i++ {
		bomb += fmt.Sprintf("a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 9), ", "))
	}
	head := "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\n"
	var keys strings.Builder
	keys.WriteString("items:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: a}\n  data:\n")
	for i := range 50_000 {
		fmt.Fprintf(&keys, "    k%d: v\n", i)
	}
	render := func(tenant string) string {
		return listOf(config(renderKind, "  environment: production\n", asText("tenant", tenant)))
	}
	return map[string]string{
		"self anchor":         head + "items: &a [*a]\n",
		"self anchor in item": head + "items:\n- &a {apiVersion: v1, kind: Pod, metadata: {name: a}, spec: *a}\n",
		"alias bomb":          head + bomb,
		"bomb in text":        render(bomb),
		"anchor in text":      render("a: &a {b: *a}\n"),
		"merge key":           head + "x: &x {a: b}\nitems: [{<<: *x}]\n",
		"deep":                head + "items: " + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + "\n",
		"deep in text":        render("a: " + strings.Repeat("{a: ", 5_000) + strings.Repeat("}", 5_000) + "\n"),
		"many keys":           head + keys.String(),
		"many values":         head + "items: [" + strings.Repeat("1,", 3_000_000) + "]\n",
		"too large":           head + "items: []\n#" + strings.Repeat("x", 17<<20) + "\n",
		"tag":                 head + "items: [!!python/object/apply:os.system [ls]]\n",
		"two documents":       head + "items: []\n---\n" + head + "items: []\n",
		"duplicate key":       head + "items: []\nitems: []\n",
		"binary":              "\x00\x01\xff\xfe" + head,
		"empty":               "",
		"blank":               "\n\n  \n",
		"scalar":              "hello\n",
		"list":                "- a\n",
		"other kind":          "apiVersion: v1\nkind: Pod\n",
		"items of another":    head + "items: {a: b}\n",
		"items without kind":  head + "items: [1, a, null, {}, []]\n",
		"huge number":         head + "items: [{apiVersion: v1, kind: Pod, metadata: {name: 1e999999}}]\n",
	}
}

// TestHostile: such a list is refused in time, with a result that says why.
func TestHostile(t *testing.T) {
	for name, list := range hostile() {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			out, r := callFn(t, list)
			require.Positive(t, r.Failing())
			require.Less(t, time.Since(start), 5*time.Minute)
			docs, problems := manifest.Parse("out", []byte(out), limits)
			require.Empty(t, problems)
			require.NotEmpty(t, docs[0].Get("results").Items)
		})
	}
}

// TestSealed: nothing that a functionConfig names is read, and nothing is written where the function runs.
func TestSealed(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.Mkdir("rules", 0o755))
	require.NoError(t, os.WriteFile("rules/all.rego", []byte("package checks.mine\n"), 0o644))
	require.NoError(t, os.WriteFile("tenantsmith.yaml", []byte("not: [ours\n"), 0o644))
	_, r := callFn(t, listOf(config(renderKind, "  environment: production\n", asText("tenant", tenant))))
	require.Zero(t, r.Failing(), r.Problems)
	extended := "apiVersion: tenantsmith.dev/v1alpha1\nkind: Platform\nmetadata: {name: p}\nspec: {extend: {policies: [rules], schemas: [rules]}}\n"
	_, r = callFn(t, listOf(config(renderKind, asText("platform", extended), asText("tenant", tenant))))
	require.Positive(t, r.Failing())
	entries, err := os.ReadDir(".")
	require.NoError(t, err)
	require.Len(t, entries, 2)
}

// TestLarge: the time for results grows with the list, not with its square.
func TestLarge(t *testing.T) {
	items := make([]string, 5_000)
	r := report.Report{FailOn: manifest.High}
	for i := range items {
		items[i] = fmt.Sprintf("apiVersion: v1\nkind: Pod\nmetadata: {name: p%d, namespace: n}\nspec: {hostPID: true, containers: [{name: a, image: b}]}\n", i)
		p := manifest.Problem{Check: "TS-POD-002", Severity: manifest.Critical, Path: manifest.Path{"spec", "hostPID"}, Object: manifest.Key{Kind: "Pod", Namespace: "n", Name: fmt.Sprintf("p%d", i)}}
		r.Problems = append(r.Problems, p, p, p)
	}
	l, problems := parseList([]byte(listOf(nil, items...)))
	require.Empty(t, problems)
	start := time.Now()
	results := (&call{list: l}).results(r)
	require.Less(t, time.Since(start), 5*time.Minute)
	require.Equal(t, true, results[len(results)-1].Field.CurrentValue)
}

// TestLargeItem: so does that for the problems of one item, with many containers, annotations and comments on top.
func TestLargeItem(t *testing.T) {
	var pod strings.Builder
	pod.WriteString(strings.Repeat("# x\n", 50_000) + "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  annotations:\n")
	for i := range 1_000 {
		fmt.Fprintf(&pod, "    internal.config.kubernetes.io/k%d: a\n", i)
	}
	pod.WriteString("spec: {containers: [" + strings.Repeat("{name: a, image: b},", 2_000) + "]}\n")
	start := time.Now()
	_, r := callFn(t, listOf(nil, pod.String()))
	require.Less(t, time.Since(start), 5*time.Minute)
	require.Greater(t, len(r.Problems), 10_000)
	require.Equal(t, 50_005, r.Problems[len(r.Problems)-1].Line, "without the annotations of orchestrators")
}

// TestManyDocuments: the time for many documents, all with a problem, grows with their number and not with its square.
func TestManyDocuments(t *testing.T) {
	var patches strings.Builder
	for range 20_000 {
		patches.WriteString("  - document:\n      a: b\n")
	}
	start := time.Now()
	_, r := callFn(t, listOf(config(renderKind, "  environment: production\n", asText("tenant", tenant), "  patches:\n", patches.String())))
	require.Less(t, time.Since(start), 5*time.Minute)
	require.Len(t, r.Problems, 20_000)
	require.Equal(t, "functionConfig:21:7", r.Problems[0].Position.String())
}

// FuzzWrite: a list that can be read is written so that it means the same, with its items, and what was added once.
func FuzzWrite(f *testing.F) {
	for _, list := range hostile() {
		if len(list) < 64<<10 {
			f.Add([]byte(list))
		}
	}
	f.Add([]byte(listOf(nil, pod, kustomized)))
	f.Add([]byte(listOf(config(renderKind, asMap("tenant", tenant)), pod)))
	f.Add([]byte("---\nkind: ResourceList\nresults: [{message: first}]\nitems:\n  -\n    a: 1\n  - # b\n    c: |+\n      x\n\napiVersion: config.kubernetes.io/v1\n...\n"))
	added := []manifest.Object{{Tree: map[string]any{"apiVersion": "v1", "kind": "Pod", "metadata": map[string]any{"name": "web", "namespace": "shop"}}}}
	f.Fuzz(func(t *testing.T, in []byte) {
		l, problems := parseList(in)
		if len(problems) > 0 {
			return
		}
		if c := l.config(); c != nil {
			c.at(manifest.Path{"spec", "tenant"})
		}
		same := l.write(nil, nil)
		_, ok := means(same, l.tree(nil, l.replaced(nil), nil))
		require.True(t, ok)
		once := l.write(added, []any{"result"})
		again, problems := parseList(once)
		require.Empty(t, problems, "%s", once)
		require.Equal(t, string(once), string(again.write(added, []any{"result"})))
	})
}

// FuzzResourceList: whatever comes in on stdin, the function answers with a ResourceList and never panics; where it
// has not failed, the items that came in are still there.
func FuzzResourceList(f *testing.F) {
	for _, list := range hostile() {
		if len(list) < 64<<10 {
			f.Add([]byte(list))
		}
	}
	f.Add([]byte(listOf(nil, pod, kustomized)))
	f.Add([]byte(listOf(config(checkKind, "  environment: production\n", asMap("tenant", tenant)), pod)))
	f.Add([]byte(listOf(config(renderKind, "  environment: production\n", asMap("tenant", tenant)), pod)))
	f.Add([]byte(listOf(config(renderKind, "  environment: production\n", asText("tenant", tenant)))))
	f.Add([]byte(listOf(config(renderKind, asText("tenant", tenant), "  overrides: [{environment: all, document: {}}]\n  patches: [{by: platform, document: {}}]\n"))))
	f.Fuzz(func(t *testing.T, in []byte) {
		var out bytes.Buffer
		r, err := Run(t.Context(), bytes.NewReader(in), &out, day)
		require.NoError(t, err)
		docs, problems := manifest.Parse("out", out.Bytes(), limits)
		require.Empty(t, problems, "%s", out.String())
		before, problems := manifest.Parse("in", bytes.TrimPrefix(in, []byte("\ufeff")), limits)
		if r.Failing() > 0 || len(problems) > 0 {
			require.NotEmpty(t, r.Problems)
			return
		}
		items := func(n *manifest.Node) []*manifest.Node { return (&resourceList{root: n}).items() }
		require.GreaterOrEqual(t, len(items(docs[0])), len(items(before[0])))
	})
}
