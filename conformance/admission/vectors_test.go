package admission

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apiserver/pkg/admission"

	"github.com/tenantsmith/tenantsmith/generators"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/policies"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// bench compiles each policy once.
type bench struct {
	t        *testing.T
	engine   *policies.Engine
	compiled map[string]*policy
}

func newBench(t *testing.T) *bench {
	engine, err := policies.CompileAll(nil)
	require.NoError(t, err)
	return &bench{t: t, engine: engine, compiled: map[string]*policy{}}
}

// guarded are the names of the checks with a guard, as packages.
func (b *bench) guarded() []string {
	guards, err := b.engine.Guards(everything(""))
	require.NoError(b.t, err)
	var out []string
	for _, g := range guards {
		out = append(out, strings.ReplaceAll(strings.ToLower(g.Check), "-", "_"))
	}
	return slices.Compact(out)
}

// everything is a context in which every guard is asked that a version of Kubernetes knows.
func everything(version string) policies.Context {
	return policies.Context{Protected: true, Platform: policies.Platform{
		ClusterVersion: version, Spec: policies.NewDocument(map[string]any{"registries": []any{"ghcr.io/example"}}),
	}}
}

// TestVersions compiles every guard as the API server of each version takes a policy that is new to it: with the
// functions that the version before it had.
func TestVersions(t *testing.T) {
	b, fewer := newBench(t), 0
	for _, minor := range []uint{30} { // the others are in other tests
		guards, err := b.engine.Guards(everything(fmt.Sprintf("v1.%d", minor)))
		require.NoError(t, err)
		require.GreaterOrEqual(t, len(guards), max(fewer, 60))
		fewer = len(guards)
		for _, g := range guards {
			objects := generators.Platform(platform(), production, []manifest.Guard{g}, nil)
			_, err := compile(minor, objects[0], objects[1])
			require.NoError(t, err, "v1.%d", minor)
		}
	}
	none, err := b.engine.Guards(everything("v1.29"))
	require.NoError(t, err)
	require.Empty(t, none)
}

// platform is one whose GitOps engine is Argo CD.
func platform() *schemas.Platform {
	return &schemas.Platform{
		Clusters:   map[string]*schemas.Cluster{"main": {Name: "main"}},
		Namespaces: schemas.Namespaces{GitOps: "argocd"},
		RBAC:       schemas.PlatformRBAC{PlatformAccounts: []schemas.RuleData{map[string]any{"namespace": "tools", "name": "janitor"}}},
		Policies:   schemas.PolicySettings{Admission: "deny", FailOn: "high"},
	}
}

var production = schemas.PlatformEnvironment{Name: "production", Cluster: "main"}

// policies are those of a check in a context, as they are rendered for the environment production.
func (b *bench) policies(c policies.Context, check string) []*policy {
	guards, err := b.engine.Guards(c, check)
	require.NoError(b.t, err)
	var out []*policy
	for _, g := range guards {
		key := fmt.Sprint(g)
		if b.compiled[key] == nil {
			objects := generators.Platform(platform(), production, []manifest.Guard{g}, nil)
			require.GreaterOrEqual(b.t, len(objects), 2) // a second binding warns where the guard is phased in
			compiled, err := compile(37, objects[0], objects[1])
			require.NoError(b.t, err)
			b.compiled[key] = compiled
		}
		out = append(out, b.compiled[key])
	}
	return out
}

// ofTenant gives a Namespace the labels by which policies know it as a tenant's.
func ofTenant(o map[string]any) map[string]any {
	if o["kind"] != "Namespace" {
		return o
	}
	metadata, _ := o["metadata"].(map[string]any)
	given, _ := metadata["labels"].(map[string]any)
	labels := map[string]any{}
	for key, value := range home().Labels {
		labels[key] = value
	}
	maps.Copy(labels, given)
	metadata = maps.Clone(metadata)
	if metadata == nil {
		metadata = map[string]any{}
	}
	metadata["labels"] = labels
	o = maps.Clone(o)
	o["metadata"] = metadata
	return o
}

// besideGateway reports whether an object stands where the platform's gateway is, which is no namespace of a tenant.
func besideGateway(v policies.Vector) bool {
	metadata, _ := v.Object["metadata"].(map[string]any)
	return metadata["namespace"] == "gateways" && !slices.Contains(v.Context.Namespaces, "gateways")
}

// TestVectors hands every object that the unit tests of our checks ask about to the guards of the check.
func TestVectors(t *testing.T) {
	b := newBench(t)
	vectors, err := policies.Vectors(context.Background(), "^data[.]checks[.]("+strings.Join(b.guarded(), "|")+")")
	require.NoError(t, err)
	tally, agreed := map[string]int{}, map[string][2]int{}
	var differ []string
	for _, v := range vectors {
		guards := b.policies(v.Context, v.Check)
		if len(guards) == 0 {
			tally["vectors in contexts where no guard is asked"]++
			continue
		}
		if besideGateway(v) {
			tally["vectors of the platform's own objects beside its gateway, where no tenant is"]++
			continue
		}
		r, err := ask(engine, admission.Create, ofTenant(v.Object), nil)
		if err != nil {
			tally["vectors that the API server cannot read"]++
			continue
		}
		denied, asked := []string{}, false
		for _, g := range guards {
			said, concerned, err := g.judge(r)
			if err != nil {
				said = append(said, "error: "+err.Error())
			}
			denied, asked = append(denied, said...), asked || concerned
		}
		switch {
		case !asked:
			tally["vectors of kinds that no guard is for"]++
		case len(denied) > 0 == (len(v.Found) > 0):
			n := agreed[v.Check]
			n[min(len(denied), 1)]++
			agreed[v.Check] = n
			tally["vectors that both judge alike"]++
		case len(denied) == 0 && known.excuses(v.Check, v.Found):
			tally["vectors that differ as listed"]++
		case v.Context.Tenant == "":
			tally["vectors of nobody, where a guard is always asked about a tenant's"]++
		default:
			differ = append(differ, fmt.Sprintf("%s %s: %v, and the guard says %v", v.Position, v.Check, v.Found, denied))
		}
	}
	slices.Sort(differ)
	t.Log(tally)
	for _, check := range b.guarded() {
		id := strings.ToUpper(strings.ReplaceAll(check, "_", "-"))
		require.Positive(t, agreed[id][1], "%s: its guard denied nothing", id)
		require.True(t, agreed[id][0] > 0 || id == "TS-POD-020", "%s: its guard admitted nothing", id)
	}
	require.Greater(t, tally["vectors that both judge alike"], 5000)
	require.Empty(t, differ, strings.Join(differ, "\n"))
}
