package schemas

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// edit is a field that a mend sets, or removes when it sets nothing.
type edit struct {
	path  manifest.Path
	value any
}

// editsOf reads a mend word for word: "set a to x or y, and remove b, c and d". Of several values it
// takes the one with the number.
func editsOf(t *testing.T, mend string, number int) []edit {
	var out []edit
	for _, part := range strings.Split(mend, ", and ") {
		verb, rest, _ := strings.Cut(part, " ")
		switch verb {
		case "set":
			field, values, ok := strings.Cut(rest, " to ")
			require.True(t, ok, mend)
			choices := strings.Split(strings.ReplaceAll(strings.TrimSuffix(values, " or less"), " or ", ", "), ", ")
			out = append(out, edit{manifest.ParsePath(field), choices[min(number, len(choices)-1)]})
		case "remove":
			for _, field := range strings.Split(strings.ReplaceAll(rest, " and ", ", "), ", ") {
				out = append(out, edit{path: manifest.ParsePath(field)})
			}
		default:
			require.Fail(t, mend)
		}
	}
	return out
}

// mended is a document after edits, those of later items of a list first.
func mended(t *testing.T, data string, edits []edit) string {
	var doc any
	require.NoError(t, yaml.Unmarshal([]byte(data), &doc))
	slices.SortStableFunc(edits, func(a, b edit) int {
		x, _ := a.path[len(a.path)-1].(int)
		y, _ := b.path[len(b.path)-1].(int)
		return cmp.Compare(y, x)
	})
	for _, e := range edits {
		doc = edited(doc, e.path, e.value)
	}
	out, err := yaml.Marshal(doc)
	require.NoError(t, err)
	return string(out)
}

func edited(doc any, path manifest.Path, value any) any {
	if len(path) == 0 {
		return value
	}
	if i, ok := path[0].(int); ok {
		list := doc.([]any)
		if len(path) == 1 && value == nil {
			return slices.Delete(list, i, i+1)
		}
		list[i] = edited(list[i], path[1:], value)
		return list
	}
	fields, _ := doc.(map[string]any)
	if fields == nil {
		fields = map[string]any{}
	}
	key := fmt.Sprint(path[0])
	if len(path) == 1 && value == nil {
		delete(fields, key)
		return fields
	}
	fields[key] = edited(fields[key], path[1:], value)
	return fields
}

const demanding = `  clusters: {main: {operators: [rollouts], router: istio, mesh: istio}}
  environments: [{name: production, cluster: main, requireProgressive: true}]
  tiers:
    gold:
      cpu: {default: 1, maximum: 1}
      memory: {default: 1Gi, maximum: 1Gi}
      storage: {default: 1Gi, maximum: 1Gi}
      replicas: {default: 1, maximum: 1}
      allows: {strategies: [STRATEGIES]}
      service: {resources: {requests: {cpu: 10m, memory: 64Mi}}, release: {strategy: rolling}}
`

// A mend that is taken word for word leaves nothing to tell, whichever of its choices is taken.
func TestMendsOfProgressive(t *testing.T) {
	for _, test := range []struct{ name, tier, strategies, release, want string }{
		{"a tier that only replaces", "gold", "rolling", "", "set spec.tier to basic, premium or enterprise, and set spec.services.web.release.strategy to canary"},
		{"a tier that replaces by default", "gold", "rolling, canary, blueGreen", "", "set spec.services.web.release.strategy to canary or blueGreen"},
		{"one of ours", "basic", "rolling", "", "set spec.services.web.release.strategy to canary"},
		{"asked for", "premium", "rolling", "release: {strategy: rolling}", "set spec.services.web.release.strategy to canary or blueGreen"},
		{"asked for, and the tier has none", "free", "rolling", "release: {strategy: canary, weights: [50]}", "set spec.tier to basic, premium or enterprise"},
		{"another tier's", "basic", "rolling", "release: {strategy: blueGreen, keepOldFor: 5m, smoke: {path: /a}}", "set spec.services.web.release.strategy to canary, and remove spec.services.web.release.keepOldFor and spec.services.web.release.smoke"},
		{"a long test", "premium", "rolling", "release: {strategy: abTest, match: {header: x, value: b}, duration: 3h, image: \"a.io/a:2.0\"}", "set spec.services.web.release.duration to 2h or less, and remove spec.services.web.release.image, or set spec.services.web.release.strategy to canary or blueGreen, and remove spec.services.web.release.match, spec.services.web.release.duration and spec.services.web.release.image"},
	} {
		t.Run(test.name, func(t *testing.T) {
			files := map[string]string{
				"tenantsmith.yaml": platformWith(strings.ReplaceAll(demanding, "STRATEGIES", test.strategies)),
				"tenants/acme.yaml": tenantWith("acme", test.tier, "{production: {}}",
					"  services: {web: {image: \"a.io/a:1.0\", ports: {http: 80}, critical: true, "+test.release+"}}\n"),
			}
			fleet := loaded(t, files)
			require.Len(t, fleet.Problems, 1, told(fleet.Problems))
			require.Equal(t, test.want, fleet.Problems[0].Remedy)
			for _, mend := range strings.Split(test.want, ", or ") {
				for number := range 3 {
					after := map[string]string{"tenantsmith.yaml": files["tenantsmith.yaml"]}
					after["tenants/acme.yaml"] = mended(t, files["tenants/acme.yaml"], editsOf(t, mend, number))
					require.Empty(t, told(loaded(t, after).Problems), after["tenants/acme.yaml"])
				}
			}
		})
	}
}

// All mends of one run together leave weights that are valid, and nothing to tell.
func TestMendsOfWeights(t *testing.T) {
	for _, weights := range []string{"[1, 5, 50]", "[1, 5, 34, 50]", "[1]", "[1, 2, 3]", "[33, 34]", "[34, 50]"} {
		files := map[string]string{"tenants/acme.yaml": tenantWith("acme", "premium", "{production: {}}",
			"  services: {web: {image: \"a.io/a:1.0\", ports: {http: 80}, replicas: 2, release: {strategy: canary, weights: "+weights+"}}}\n")}
		var edits []edit
		for _, p := range loaded(t, files).Problems {
			mend, _, _ := strings.Cut(p.Remedy, ", or ")
			edits = append(edits, editsOf(t, mend, 0)...)
		}
		for i := range edits {
			if edits[i].value != nil {
				edits[i].value = 34
			}
		}
		files["tenants/acme.yaml"] = mended(t, files["tenants/acme.yaml"], edits)
		require.Empty(t, told(loaded(t, files).Problems), weights)
	}
}
