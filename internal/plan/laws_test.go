package plan

import (
	"cmp"
	"maps"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/api/resource"
	"pgregory.net/rapid"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

func sample(t testing.TB) []manifest.Object {
	text, err := os.ReadFile("testdata/kinds.yaml")
	require.NoError(t, err)
	return objects(t, string(text))
}

// junk are values that a field may hold where another is meant.
var junk = []any{nil, true, false, int64(0), int64(3), 2.5, "", "x", "10Gi", "*", "acme", "None", "DISABLE", "10.0.0.0/9", map[string]any{}, []any{}, []any{nil}, []any{"*"},
	map[string]any{"name": "x"}, []any{map[string]any{"name": "x", "kind": "Group"}}}

// mangled draws a copy of a tree in which a few values are others, gone or doubled.
func mangled(t *rapid.T, tree map[string]any, edits int) map[string]any {
	tree = clone(tree).(map[string]any)
	for range edits {
		mangle(t, tree)
	}
	return tree
}

func mangle(t *rapid.T, v any) any {
	children := func(n int) bool { return n > 0 && rapid.IntRange(0, 5).Draw(t, "deeper") > 0 }
	switch x := v.(type) {
	case map[string]any:
		if children(len(x)) {
			k := rapid.SampledFrom(slices.Sorted(maps.Keys(x))).Draw(t, "key")
			if rapid.IntRange(0, 12).Draw(t, "drop") == 0 {
				delete(x, k)
			} else {
				x[k] = mangle(t, x[k])
			}
			return x
		}
	case []any:
		if children(len(x)) {
			i := rapid.IntRange(0, len(x)-1).Draw(t, "index")
			switch rapid.IntRange(0, 8).Draw(t, "edit") {
			case 0:
				return slices.Delete(x, i, i+1)
			case 1:
				return append(x, clone(x[i]))
			}
			x[i] = mangle(t, x[i])
			return x
		}
	}
	return clone(rapid.SampledFrom(junk).Draw(t, "junk"))
}

func clone(v any) any {
	switch x := v.(type) {
	case map[string]any:
		m := make(map[string]any, len(x))
		for k := range x {
			m[k] = clone(x[k])
		}
		return m
	case []any:
		l := make([]any, len(x))
		for i := range x {
			l[i] = clone(x[i])
		}
		return l
	}
	return v
}

// sides draws a side with some of the objects, changed a little.
func side1(t *rapid.T, all []manifest.Object, namespace string) *Side {
	s := &Side{Namespace: namespace, Tier: rapid.SampledFrom([]string{"basic", "premium"}).Draw(t, "tier"), Steady: quantities{"pods": resource.MustParse("5")}}
	for _, o := range all {
		switch rapid.IntRange(0, 9).Draw(t, "keep") {
		case 0:
			continue
		case 1, 2:
			o.Tree = mangled(t, o.Tree, rapid.IntRange(1, 3).Draw(t, "edits"))
		}
		s.Objects = append(s.Objects, o)
	}
	for range rapid.IntRange(0, 2).Draw(t, "findings") {
		s.Findings = append(s.Findings, manifest.Problem{Check: "TS-POD-008", Message: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "message"), Waiver: rapid.SampledFrom([]string{"", "w"}).Draw(t, "waiver"),
			Position: manifest.Position{File: "a.yaml", Line: rapid.IntRange(1, 3).Draw(t, "line")}, Object: manifest.Key{Kind: "Pod", Name: "one"}})
	}
	return s
}

func input(t *rapid.T, all []manifest.Object, places int) Input {
	in := Input{Prices: &Prices{Currency: "EUR", CPU: 20, Database: 5, LoadBalancer: 10}}
	names := []Place{{"acme", "production"}, {"acme", "staging"}, {"shop", "production"}, {"web", "production"}, {"zoo", "staging"}}
	for _, p := range names[:places] {
		e := Environment{Place: p, Protected: p.Environment == "production"}
		few := rapid.SliceOfNDistinct(rapid.IntRange(0, len(all)-1), 1, 6, rapid.ID).Draw(t, "objects")
		slices.Sort(few)
		var some []manifest.Object
		for _, i := range few {
			some = append(some, all[i])
		}
		if rapid.IntRange(0, 9).Draw(t, "old") > 0 {
			e.Old = side1(t, some, "acme-production")
		}
		if rapid.IntRange(0, 9).Draw(t, "new") > 0 {
			e.New = side1(t, some, rapid.SampledFrom([]string{"acme-production", "acme-production", "acme-live"}).Draw(t, "namespace"))
		}
		for i := range rapid.IntRange(0, 2).Draw(t, "causes") {
			e.Causes = append(e.Causes, Cause{Position: manifest.Position{File: "t.yaml", Line: i + 1}, Field: rapid.SampledFrom([]string{"spec.tier", "spec.domains"}).Draw(t, "field")})
		}
		in.Environments = append(in.Environments, e)
	}
	return in
}

func swapped(in Input) Input {
	in.Environments = slices.Clone(in.Environments)
	for i := range in.Environments {
		e := &in.Environments[i]
		e.Old, e.New = e.New, e.Old
	}
	return in
}

func shuffled(t *rapid.T, in Input) Input {
	mix := func(s *Side) *Side {
		if s == nil {
			return nil
		}
		c := *s
		c.Objects = rapid.Permutation(s.Objects).Draw(t, "order")
		c.Findings = rapid.Permutation(s.Findings).Draw(t, "order")
		return &c
	}
	in.Environments = rapid.Permutation(in.Environments).Draw(t, "order")
	for i := range in.Environments {
		e := &in.Environments[i]
		e.Old, e.New = mix(e.Old), mix(e.New)
	}
	return in
}

func TestLaws(t *testing.T) {
	all := sample(t)
	rapid.Check(t, func(t *rapid.T) {
		in := input(t, all, 5)
		p := New(in)

		same := in
		same.Environments = slices.Clone(in.Environments)
		for i := range same.Environments {
			same.Environments[i].Old = in.Environments[i].New
		}
		none := New(same)
		require.Empty(t, none.Groups)
		require.Empty(t, none.Tenants)
		require.Equal(t, Summary{Unchanged: 5, Risks: map[Class]int{}}, none.Summary)

		back := New(swapped(in)).Summary
		require.Equal(t, []int{p.Summary.Added, p.Summary.Removed, p.Summary.Changed}, []int{back.Removed, back.Added, back.Changed})
		require.Equal(t, p.Summary.Environments, back.Environments)

		require.Equal(t, p, New(shuffled(t, in)))
		everythingIsInOneGroup(t, in, p)
	})
}

// everythingIsInOneGroup checks groups against the differences of each place, counted without them.
func everythingIsInOneGroup(t *rapid.T, in Input, p Plan) {
	c := clusterer{all: compare(in), ids: map[[32]byte]int32{}}
	c.collect()
	c.identify(func(a *atom) *int32 { return &a.where }, c.writeWhere)
	c.identify(func(a *atom) *int32 { return &a.what }, c.writeWhat)
	c.repeat()
	times := make([]int, len(c.atoms))
	for _, k := range c.kins() {
		for _, i := range k.atoms {
			times[i]++
			require.Contains(t, k.places, c.atoms[i].place)
		}
	}
	for i, n := range times {
		require.Equal(t, 1, n, "atom %d", i)
	}
	risks := 0
	for _, g := range p.Groups {
		require.NotEmpty(t, g.Places)
		require.True(t, slices.IsSortedFunc(g.Places, comparePlaces))
		require.NotEmpty(t, g.Objects)
		for _, r := range g.Risks {
			require.LessOrEqual(t, r.Places, len(g.Places))
			risks += r.Places
		}
	}
	total := 0
	for _, n := range p.Summary.Risks {
		total += n
	}
	require.Equal(t, total, risks, "every risk is told in one group")
}

// TestFieldsMakeTheNewOfTheOld: what groups show of a single environment is its whole difference; that such a
// difference makes the new tree of the old one is a law of manifest.Diff.
func TestFieldsMakeTheNewOfTheOld(t *testing.T) {
	all := sample(t)
	rapid.Check(t, func(t *rapid.T) {
		in := input(t, all, 1)
		shown := map[manifest.Key][]manifest.Change{}
		var came, went []manifest.Key
		for _, g := range New(in).Groups {
			for _, o := range g.Objects {
				switch o.Action {
				case Added:
					came = append(came, o.Object)
				case Removed:
					went = append(went, o.Object)
				}
				shown[o.Object] = append(shown[o.Object], o.Fields...)
			}
		}
		byKey := func(s *Side) map[manifest.Key][]manifest.Object {
			out := map[manifest.Key][]manifest.Object{}
			if s != nil {
				for _, o := range s.Objects {
					out[o.Key()] = append(out[o.Key()], o)
				}
			}
			return out
		}
		old, new := byKey(in.Environments[0].Old), byKey(in.Environments[0].New)
		for k := range old {
			if len(old[k]) == 1 && len(new[k]) == 1 {
				require.ElementsMatch(t, manifest.Diff(old[k][0].Tree, new[k][0].Tree), shown[k])
			}
		}
		for _, k := range came {
			require.NotEmpty(t, new[k])
		}
		for _, k := range went {
			require.NotEmpty(t, old[k])
		}
		require.True(t, slices.IsSortedFunc(New(in).Groups, func(a, b Group) int {
			return cmp.Compare(gravest(b.Risks), gravest(a.Risks))
		}))
	})
}

func FuzzNew(f *testing.F) {
	for _, name := range []string{"testdata/kinds.yaml", "testdata/tenant.yaml"} {
		text, err := os.ReadFile(name)
		require.NoError(f, err)
		f.Add(text, []byte("apiVersion: v1\nkind: Service\nmetadata: {name: a}\n"))
		f.Add([]byte("{}"), text)
	}
	f.Fuzz(func(t *testing.T, old, new []byte) {
		in := Input{Environments: []Environment{{Place: Place{"acme", "production"}, Old: read(old), New: read(new)}}, Prices: &Prices{}}
		p := New(in)
		require.Equal(t, p, New(in))
		for _, e := range p.Tenants {
			require.Len(t, e.Environments, 1)
		}
	})
}

func read(text []byte) *Side {
	s := &Side{Namespace: "acme-production"}
	docs, _ := manifest.Parse("m.yaml", text, manifest.ManifestLimits)
	for _, d := range docs {
		objects, _ := manifest.Objects(d)
		s.Objects = append(s.Objects, objects...)
	}
	return s
}
