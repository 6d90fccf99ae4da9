package admission

import (
	"context"
	"fmt"
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

// policies are those of a check in a context, as they are rendered for the environment production.
func (b *bench) policies(c policies.Context, check string) []*policy {
	guards, err := b.engine.Guards(c, check)
	require.NoError(b.t, err)
	p := &schemas.Platform{
		Clusters:   map[string]*schemas.Cluster{"main": {Name: "main"}},
		Namespaces: schemas.Namespaces{GitOps: "argocd"},
		Policies:   schemas.PolicySettings{Admission: "deny", FailOn: "high"},
	}
	var out []*policy
	for _, g := range guards {
		key := fmt.Sprint(g)
		if b.compiled[key] == nil {
			objects := generators.Platform(p, schemas.PlatformEnvironment{Name: "production", Cluster: "main"}, []manifest.Guard{g})
			require.Len(b.t, objects, 2)
			compiled, err := compile(37, objects[0], objects[1])
			require.NoError(b.t, err)
			b.compiled[key] = compiled
		}
		out = append(out, b.compiled[key])
	}
	return out
}

// TestVectors hands every object that the unit tests of our checks ask about to the guards of the check.
func TestVectors(t *testing.T) {
	vectors, err := policies.Vectors(context.Background(), "^data.checks.")
	require.NoError(t, err)
	b := newBench(t)
	tally, agreed, known := map[string]int{}, map[string][2]int{}, met{}
	var differ []string
	for _, v := range vectors {
		guards := b.policies(v.Context, v.Check)
		if len(guards) == 0 {
			tally["vectors of checks without a guard"]++
			continue
		}
		r, err := ask(engine, admission.Create, v.Object, nil)
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
	known.all(t)
	slices.Sort(differ)
	t.Log(tally)
	t.Log(agreed)
	require.Empty(t, differ, strings.Join(differ, "\n"))
}
