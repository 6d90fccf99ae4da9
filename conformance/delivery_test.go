package conformance

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/cel-go/cel"
	"github.com/itchyny/gojq"
	"github.com/stretchr/testify/require"
	lua "github.com/yuin/gopher-lua"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

// split is a tenant whose releases move everything that controllers move: weights, header routes, replicas.
var split = fields{
	"tier": "enterprise", "owners": []any{fields{"group": "acme-admins", "role": "admin"}}, "domains": []any{"acme.example.com"},
	"environments": fields{"gateway": fields{}, "istio": fields{}},
	"services": fields{"web": fields{
		"image": "ghcr.io/example/web:1.0.0", "ports": fields{"http": 8080}, "autoscaling": fields{"min": 2, "max": 4},
		"resources": fields{"requests": fields{"cpu": "100m", "memory": "64Mi"}},
		"expose":    []any{fields{"host": "acme.example.com", "port": "http"}},
		"release": fields{"strategy": "canary", "steps": []any{
			fields{"setCanaryScale": fields{"replicas": 1}},
			fields{"setHeaderRoute": fields{"name": "web-insiders", "match": []any{fields{"headerName": "x-cohort", "headerValue": fields{"exact": "b"}}}}},
			fields{"pause": fields{"duration": "10m"}}, fields{"setWeight": 50}, fields{"pause": fields{"duration": "10m"}},
		}},
	}},
}

// applying renders the tenant for Argo CD: its objects by namespace, and those that apply it by environment.
func applying(t *testing.T) (objects map[string]set, appliers map[string][]*unstructured.Unstructured) {
	cluster := func(router string) fields {
		return fields{"server": "https://" + router + ".example.com", "router": router, "gateway": "shared", "operators": []any{"rollouts"}}
	}
	p := newPlatform(t, "critical", map[string]fields{"gateway": cluster("gateway-api"), "istio": cluster("istio")})
	data, err := os.ReadFile(filepath.Join(p.dir, "tenantsmith.yaml"))
	require.NoError(t, err)
	var file fields
	require.NoError(t, yaml.Unmarshal(data, &file))
	file["spec"].(fields)["gitops"] = fields{"engine": "argocd", "repository": "https://git.example.com/gitops.git"}
	p.write("tenantsmith.yaml", file)
	p.add("acme", split)
	objects, said := p.render()
	_, faults, _ := tenantsmith(t, "-C", p.dir, "render")
	appliers = map[string][]*unstructured.Unstructured{}
	for _, env := range p.environments {
		data, err := os.ReadFile(filepath.Join(p.dir, "manifests", "argocd", env, "acme.yaml"))
		require.NoError(t, err, said+faults)
		appliers[env] = parse(t, data)
	}
	return objects, appliers
}

// TestIgnoredDifferences does to rendered objects what controllers do during a release, and takes out of both what the
// Application ignores, as Argo CD does, by the same engine for jq. Nothing may be left of it; what people change must be.
func TestIgnoredDifferences(t *testing.T) {
	objects, applications := applying(t)
	for env, all := range applications {
		ignored := ignores(t, all)
		for _, o := range objects["acme-"+env].objects {
			moved := o.DeepCopy()
			if !move(t, moved) {
				continue
			}
			require.NotEqual(t, o.Object, moved.Object)
			require.Equal(t, without(t, o, ignored), without(t, moved, ignored), "%s of %s", o.GetKind(), env)
			moved.SetLabels(map[string]string{"changed": "true"})
			require.NotEqual(t, without(t, o, ignored), without(t, moved, ignored))
			count(t, "moved "+o.GetKind(), 1)
		}
	}
	counted(t, 1, "moved Rollout", "moved VirtualService", "moved HTTPRoute")
}

type difference struct {
	Group, Kind, Name               string
	JSONPointers, JQPathExpressions []string
}

func ignores(t *testing.T, all []*unstructured.Unstructured) []difference {
	var out []difference
	for _, a := range all {
		found, _, err := unstructured.NestedSlice(a.Object, "spec", "ignoreDifferences")
		require.NoError(t, err)
		data, err := json.Marshal(found)
		require.NoError(t, err)
		var some []difference
		require.NoError(t, json.Unmarshal(data, &some))
		out = append(out, some...)
	}
	require.NotEmpty(t, out)
	return out
}

// move is what Argo Rollouts and an autoscaler do to an object; false where they leave it.
func move(t *testing.T, o *unstructured.Unstructured) bool {
	switch o.GetKind() {
	case "Rollout":
		require.NoError(t, unstructured.SetNestedField(o.Object, int64(3), "spec", "replicas"))
	case "VirtualService":
		routes, _, _ := unstructured.NestedSlice(o.Object, "spec", "http")
		for _, r := range routes {
			weigh(r, "route")
		}
		inserted := map[string]any{"name": "web-insiders", "match": []any{map[string]any{"headers": map[string]any{"x-cohort": map[string]any{"exact": "b"}}}}}
		require.NoError(t, unstructured.SetNestedSlice(o.Object, append([]any{inserted}, routes...), "spec", "http"))
	case "HTTPRoute":
		rules, _, _ := unstructured.NestedSlice(o.Object, "spec", "rules")
		for _, r := range rules {
			weigh(r, "backendRefs")
		}
		inserted := map[string]any{"name": "web-insiders", "backendRefs": []any{map[string]any{"name": "web-canary", "port": int64(8080)}}}
		require.NoError(t, unstructured.SetNestedSlice(o.Object, append(rules, inserted), "spec", "rules"))
	default:
		return false
	}
	return true
}

// weigh moves all requests of a route that is split.
func weigh(route any, field string) {
	targets := route.(map[string]any)[field].([]any)
	for i, target := range targets {
		if len(targets) == 2 {
			target.(map[string]any)["weight"] = int64(100 * i)
		}
	}
}

// without is the object without what is ignored of it.
func without(t *testing.T, o *unstructured.Unstructured, ignored []difference) any {
	var tree any = o.DeepCopy().Object
	for _, d := range ignored {
		if d.Group != o.GroupVersionKind().Group || d.Kind != o.GetKind() || d.Name != o.GetName() {
			continue
		}
		for _, pointer := range d.JSONPointers {
			unstructured.RemoveNestedField(tree.(map[string]any), strings.Split(strings.TrimPrefix(pointer, "/"), "/")...)
		}
		for _, expression := range d.JQPathExpressions {
			tree = deleted(t, tree, expression)
		}
	}
	return tree
}

func deleted(t *testing.T, tree any, expression string) any {
	query, err := gojq.Parse("del(" + expression + ")")
	require.NoError(t, err, expression)
	data, err := json.Marshal(tree)
	require.NoError(t, err)
	var plain any
	require.NoError(t, json.Unmarshal(data, &plain))
	results := query.Run(plain)
	out, ok := results.Next()
	require.True(t, ok)
	require.NotImplements(t, (*error)(nil), out, expression)
	_, more := results.Next()
	require.False(t, more, expression)
	return out
}

// TestFluxHealth evaluates what Flux is told of Rollouts on those that a controller has not seen, moves, pauses, ends and gives up.
func TestFluxHealth(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(root, "generators/testdata/delivery-flux.golden.yaml"))
	require.NoError(t, err)
	var checks []any
	for _, k := range parse(t, data) {
		found, _, err := unstructured.NestedSlice(k.Object, "spec", "healthCheckExprs")
		require.NoError(t, err)
		checks = append(checks, found...)
	}
	require.Len(t, checks, 1)
	for _, c := range []struct {
		seen, phase, is string
	}{
		{"1", "Healthy", "inProgress"}, {"2", "Progressing", "inProgress"}, {"2", "Paused", "inProgress"}, {"2", "Healthy", "current"}, {"2", "Degraded", "failed"},
	} {
		object := map[string]any{"metadata": map[string]any{"generation": 2}, "status": map[string]any{"observedGeneration": c.seen, "phase": c.phase}}
		for _, state := range []string{"current", "failed", "inProgress"} {
			require.Equal(t, state == c.is, celHolds(t, checks[0].(map[string]any)[state].(string), object), "%v: %s", c, state)
		}
	}
}

func celHolds(t *testing.T, expression string, object map[string]any) bool {
	env, err := cel.NewEnv(cel.Variable("metadata", cel.DynType), cel.Variable("status", cel.DynType))
	require.NoError(t, err)
	ast, issues := env.Compile(expression)
	require.NoError(t, issues.Err())
	program, err := env.Program(ast)
	require.NoError(t, err)
	out, _, err := program.Eval(object)
	require.NoError(t, err)
	return out.Value().(bool)
}

// TestApplicationHealth runs the health of Applications, by the engine that Argo CD has for it.
func TestApplicationHealth(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(root, "generators/testdata/root-argocd.golden.yaml"))
	require.NoError(t, err)
	var script string
	for _, o := range parse(t, data) {
		if o.GetKind() == "ConfigMap" {
			script, _, _ = unstructured.NestedString(o.Object, "data", "resource.customizations.health.argoproj.io_Application")
		}
	}
	require.NotEmpty(t, script)
	for object, want := range map[string]string{
		`{}`: "Progressing", `{status = {}}`: "Progressing", `{status = {health = {}}}`: "Progressing", `{status = {health = {status = "Missing"}}}`: "Missing",
		`{status = {health = {status = "Healthy"}}}`: "Healthy", `{status = {health = {status = "Degraded", message = "m"}}}`: "Degraded",
	} {
		l := lua.NewState()
		require.NoError(t, l.DoString("obj = "+object), object)
		require.NoError(t, l.DoString(script), object)
		require.Equal(t, want, l.GetField(l.Get(-1), "status").String(), object)
		l.Close()
	}
}
