package pipeline

import (
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/generators"
	"github.com/tenantsmith/tenantsmith/internal/overlay"
	"github.com/tenantsmith/tenantsmith/internal/report"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// TestAttributed: for at least 95 % of all values of the samples and the golden platform, an origin is found; and
// what is said to be a constant is one, whatever anybody says in any layer.
func TestAttributed(t *testing.T) {
	if testing.Short() {
		t.Skip("every value of five tenants, each tenant in one goroutine")
	}
	var mu sync.Mutex
	counts, total := map[string]int{}, 0
	t.Run("tenants", func(t *testing.T) {
		for _, tenant := range rendered(t) {
			t.Run(tenant.Name, func(t *testing.T) {
				t.Parallel()
				w, problems := newWhy(tenant)
				require.Empty(t, problems)
				constants := map[string][]overlay.Spot{}
				found := map[string]int{}
				for _, file := range slices.Sorted(maps.Keys(w.tree.Files())) {
					for _, spot := range w.tree.Spots(file) {
						out := w.spot(spot)
						found[out.Origin]++
						if out.Origin == report.OriginConstant && spot.Object != nil && spot.Field != nil {
							constants[spot.Env] = append(constants[spot.Env], spot)
						}
					}
				}
				for i, env := range slices.Sorted(maps.Keys(constants)) {
					w.requireConstant(t, env, constants[env], i, len(constants))
				}
				mu.Lock()
				defer mu.Unlock()
				for kind, n := range found {
					counts[kind] += n
					total += n
				}
			})
		}
	})
	for _, kind := range slices.Sorted(maps.Keys(counts)) {
		t.Logf("%-10s %6d  %5.2f %%", kind, counts[kind], 100*float64(counts[kind])/float64(total))
	}
	require.NotZero(t, total)
	require.Less(t, 100*counts[report.OriginUnknown], 5*total)
}

// rendered are the tenants of the samples and of the golden platform, whose clusters have every router.
func rendered(t *testing.T) []*schemas.Tenant {
	var out []*schemas.Tenant
	for _, dir := range []string{"../..", "testdata/routers"} {
		fleet, err := schemas.Load(os.DirFS(dir), schemas.Options{})
		require.NoError(t, err)
		require.Empty(t, fleet.Held)
		out = append(out, fleet.Tenants...)
	}
	return out
}

// requireConstant changes every cause, one after the other, to everything that any cause of its name is anywhere,
// and to more, and holds that no value which was called a constant changes. Environments share the work: each
// takes its part of the values, together half of them.
func (w *why) requireConstant(t *testing.T, env string, spots []overlay.Spot, part, parts int) {
	tr := w.tracer(env)
	pool := map[any][]any{}
	for _, c := range tr.causes {
		if last := c.Path[len(c.Path)-1]; len(pool[last]) < 8 && !slices.Contains(pool[last], c.Value) {
			pool[last] = append(pool[last], c.Value)
		}
	}
	of := map[identity][]overlay.Spot{}
	for _, spot := range spots {
		if spot.Op != "remove" {
			id := identify(*spot.Object)
			of[id] = append(of[id], spot)
		}
	}
	for i, c := range tr.causes {
		for n, value := range strangeValues(c, pool[c.Path[len(c.Path)-1]]) {
			if (i+n)%(2*parts) != part {
				continue
			}
			tenant, e, ok := w.tenant.Vary(env, c, value)
			if !ok {
				continue
			}
			v := variation{cause: c, value: value, env: e, objects: index(generators.Generate(tenant, e))}
			for id, spots := range of {
				before := tr.now.objects[id]
				if reflect.DeepEqual(before.Tree, v.objects[id].Tree) {
					continue
				}
				after, ok := tr.became(v, before)
				for _, spot := range spots {
					was, had := spot.Field.Lookup(before.Tree)
					is, has := aligned(before.Tree, after.Tree, spot.Field)
					if ok && has && had && !reflect.DeepEqual(was, is) {
						t.Errorf("%s %s: %v becomes %v with %s = %v (%s)", spot.Position, spot.Field, was, is, c.Path, value, c.Layer)
					}
				}
			}
		}
	}
}

// strangeValues are what a cause could be beside what the engine tries.
func strangeValues(c schemas.Cause, alike []any) []any {
	if c.Name {
		return []any{"z9", "a"}
	}
	out := append([]any{schemas.Dropped{}}, alike...)
	switch v := c.Value.(type) {
	case bool:
		out = append(out, !v)
	case int64:
		out = append(out, int64(0), int64(1), int64(2), int64(3), int64(7), int64(99), int64(8443), int64(100000))
	case float64:
		out = append(out, 0.0, 1.0, 50.0, 99.9)
	case string:
		field, _ := schemas.Doc("tenant", c.Path.String())
		if c.Fact {
			field, _ = schemas.Doc("platform", c.Path.String())
		}
		for _, choice := range field.Choices {
			out = append(out, choice)
		}
		out = append(out, "", "a", "1", "100Gi", "90s", "12h", "10.0.0.0/8", v+"@sha256:"+strings.Repeat("a", 64), "ghcr.io/a/b:latest")
	}
	return slices.DeleteFunc(out, func(v any) bool { return v == c.Value })
}
