package policies

import (
	"context"
	"maps"
	"math/rand"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// ungated is an engine that asks every rule about every object, compiled with every check.
func ungated(t *testing.T) *Engine {
	e, err := Compile(files())
	require.NoError(t, err)
	for scope, gates := range e.gates.rules {
		for i := range gates {
			gates[i].always = slices.Contains(e.rules[i].Scopes, scope)
		}
	}
	return e
}

// What a rule would say it is asked for: over tenants with parts missing, and with fields that rules
// look at strewn all over them, the engine that skips finds what the one that skips nothing finds.
func TestGatesLoseNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("the evaluator on more data, in one goroutine")
	}
	quick, thorough := engine(t), ungated(t)
	fields := slices.Sorted(maps.Keys(quick.gates.bits))
	fields = append(fields, "hostNetwork", "hostPID", "hostIPC", "privileged", "template", "spec", "metadata", "name", "namespace", "kind")
	tenants := [][]manifest.Object{read(t, "tenant.yaml"), read(t, "broken.yaml"), read(t, "references.yaml"), read(t, "rollouts.yaml"), read(t, "secrets.yaml"), read(t, "kinds.yaml")}
	r := rand.New(rand.NewSource(1))
	found := map[string]int{}
	for round := range 600 {
		var objects []manifest.Object
		for _, o := range tenants[round%6] {
			if r.Intn(4) == 0 || round%6 >= 2 && r.Intn(2) == 0 {
				o.Tree, _ = strew(r, o.Tree, fields).(map[string]any)
				o.Source = nil
				objects = append(objects, o)
			}
		}
		in := Input{Context: acme(), Objects: objects}
		if r.Intn(4) == 0 {
			in.Context = Context{}
		} else if round%6 == 5 {
			in.Context = generous()
		}
		want, err := thorough.Check(context.Background(), in)
		require.NoError(t, err)
		got, err := quick.Check(context.Background(), in)
		require.NoError(t, err)
		// A rule that is not asked does not stumble either.
		want = slices.DeleteFunc(want, func(p manifest.Problem) bool {
			return strings.HasPrefix(p.Message, "cannot be judged") && !slices.ContainsFunc(got, func(q manifest.Problem) bool {
				return p.Check == q.Check && p.Object == q.Object && p.Message == q.Message
			})
		})
		require.Equal(t, want, got)
		for _, p := range got {
			found[p.Check]++
			if strings.HasPrefix(p.Message, "rollout takes its pods from") {
				found["unresolved"]++
			}
		}
	}
	require.Greater(t, len(found), 25, "%v", found)
	for _, name := range []string{"unresolved", "TS-GEN-002", "TS-GEN-004", "TS-GEN-006", "TS-NET-001", "TS-NET-002", "TS-RBAC-010", "TS-SEC-001", "TS-SEC-002", "TS-SEC-003", "TS-SEC-004", "TS-SEC-006"} {
		require.Greater(t, found[name], 5, name)
	}
}

// What only shows among all objects is found wherever each of them alone is fine.
func TestReferencesAreFollowed(t *testing.T) {
	problems := check(t, Input{Objects: read(t, "references.yaml")})
	want, err := os.ReadFile("testdata/references.txt")
	require.NoError(t, err)
	require.Equal(t, string(want), told(problems))
}

// A Rollout whose pods nobody judged is never silent, also alone and as nobody's.
func TestUnresolvedWorkload(t *testing.T) {
	rollout := object(t, "{apiVersion: argoproj.io/v1alpha1, kind: Rollout, metadata: {name: a, namespace: b}, "+
		"spec: {workloadRef: {apiVersion: apps/v1, kind: Deployment, name: legacy}}}")
	for _, c := range []Context{{}, acme()} {
		problems := check(t, Input{Context: c, Objects: []manifest.Object{rollout}, Checks: []string{"TS-ROL-001"}})
		require.Equal(t, "a.yaml:1:93: TS-ROL-001 Rollout b/a spec.workloadRef: rollout takes its pods from Deployment legacy, "+
			"which is not among the objects, so that nobody judged it\n", told(problems))
	}
}

// strew copies the tree and now and then sets or drops a field.
func strew(r *rand.Rand, tree any, fields []string) any {
	switch v := tree.(type) {
	case map[string]any:
		m := make(map[string]any, len(v))
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if r.Intn(60) > 0 {
				m[key] = strew(r, v[key], fields)
			}
		}
		if r.Intn(8) == 0 {
			values := []any{true, "x", "x\u202e", int64(0), nil, map[string]any{}, map[string]any{"host": "x", "type": "Unconfined"}, []any{"*"}, []any{map[string]any{"hostPort": int64(1)}}}
			m[fields[r.Intn(len(fields))]] = values[r.Intn(len(values))]
		}
		return m
	case []any:
		l := make([]any, len(v))
		for i := range v {
			l[i] = strew(r, v[i], fields)
		}
		return l
	}
	return tree
}
