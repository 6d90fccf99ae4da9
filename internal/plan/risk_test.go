package plan

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

var update = flag.Bool("update", false, "write testdata/risks.txt anew")

// gone removes an object or a field.
const gone = "\x00gone"

// edited is the sample with fields set: "Kind name path" to a value, or "Kind name" to gone. A value is YAML.
func edited(t testing.TB, edits ...string) []manifest.Object {
	out := sample(t)
	for i := 0; i < len(edits); i += 2 {
		where := strings.SplitN(edits[i], " ", 3)
		at := slices.IndexFunc(out, func(o manifest.Object) bool { return o.Kind() == where[0] && o.Name() == where[1] })
		require.GreaterOrEqual(t, at, 0, edits[i])
		if len(where) == 2 {
			out = slices.Delete(out, at, at+1)
			continue
		}
		set(t, out[at].Tree, manifest.ParsePath(where[2]), edits[i+1])
	}
	return out
}

func set(t testing.TB, tree any, p manifest.Path, text string) {
	parent, last := tree, p[len(p)-1]
	for _, step := range p[:len(p)-1] {
		next, ok := manifest.Path{step}.Lookup(parent)
		if key, isKey := step.(string); !ok && isKey {
			next = map[string]any{}
			parent.(map[string]any)[key] = next
		}
		parent = next
	}
	if text == gone {
		delete(parent.(map[string]any), last.(string))
		return
	}
	docs, problems := manifest.Parse("v.yaml", []byte(text), manifest.ManifestLimits)
	require.Empty(t, problems)
	switch x := parent.(type) {
	case map[string]any:
		x[last.(string)] = docs[0].Tree()
	case []any:
		x[last.(int)] = docs[0].Tree()
	default:
		require.Fail(t, "no such place", p.String())
	}
}

func told(risks []Risk) string {
	var b strings.Builder
	for _, r := range risks {
		fmt.Fprintf(&b, "%s %s %s %s %s: %s\n", r.Class, r.Severity, r.Object.Kind, r.Object.Name, r.Path, r.Message)
	}
	return b.String()
}

// change is what one production environment goes through.
func change(old, new []manifest.Object) Plan {
	side := func(o []manifest.Object) *Side {
		return &Side{Namespace: "acme-production", Objects: o, Steady: quantities{"pods": resource.MustParse("10"), "requests.cpu": resource.MustParse("2")},
			Peak: quantities{"pods": resource.MustParse("18"), "requests.cpu": resource.MustParse("3500m")}}
	}
	return New(Input{Environments: []Environment{{Place: Place{"acme", "production"}, Protected: true, Old: side(old), New: side(new)}}})
}

func risksOf(p Plan) []Risk {
	if len(p.Tenants) == 0 {
		return nil
	}
	return p.Tenants[0].Environments[0].Risks
}

// TestRisks reads cases of the form
//
//	# what happens
//	Kind name path = value
//	Kind name gone
//	class severity Kind name path: message
//
// from a file: what stands between an edit and the next case is what the plan says. Edits after "before:" are made to
// the old side.
func TestRisks(t *testing.T) {
	text, err := os.ReadFile("testdata/risks.txt")
	require.NoError(t, err)
	var out strings.Builder
	for block := range strings.SplitSeq(strings.TrimSpace(string(text)), "\n\n") {
		var old, new []string
		var shown []string
		for line := range strings.Lines(block) {
			line = strings.TrimSuffix(line, "\n")
			edit, before := strings.CutPrefix(line, "before: ")
			where, value, isEdit := strings.Cut(edit, " = ")
			if value == "gone" {
				value = gone
			}
			if name, is := strings.CutSuffix(edit, " gone"); is && !isEdit && !strings.Contains(edit, ": ") {
				where, value, isEdit = name, gone, true
			}
			if strings.HasPrefix(line, "#") {
				shown = append(shown, line)
				continue
			}
			if !isEdit {
				continue // what was said the last time
			}
			shown = append(shown, line)
			if before {
				old = append(old, where, value)
			} else {
				new = append(new, where, value)
			}
		}
		p := change(edited(t, old...), edited(t, new...))
		fmt.Fprintf(&out, "%s\n%s\n", strings.Join(shown, "\n"), told(risksOf(p)))
	}
	got := strings.TrimSpace(out.String()) + "\n"
	if *update {
		require.NoError(t, os.WriteFile("testdata/risks.txt", []byte(got), 0o644))
	}
	require.Equal(t, string(text), got)
}

// TestAnyFieldMayHoldAnything puts values of every kind in the place of every value that a rule may read.
func TestAnyFieldMayHoldAnything(t *testing.T) {
	values := []any{nil, true, int64(-1), "\x00", []any{nil, "*"}, map[string]any{"name": nil}, 1e300}
	all, odd := sample(t), sample(t)
	for i := range odd {
		walk(odd[i].Tree, func(replace func(any)) {
			for _, v := range values {
				replace(v)
				change(all, odd)
				change(odd, all)
			}
		})
	}
	require.Equal(t, all[0].Tree, odd[0].Tree, "every value was put back")
}

// walk visits every value below v with a function that puts another in its place, and puts it back.
func walk(v any, visit func(replace func(any))) {
	switch x := v.(type) {
	case map[string]any:
		for k, c := range x {
			walk(c, visit)
			visit(func(v any) { x[k] = v })
			x[k] = c
		}
	case []any:
		for k, c := range x {
			walk(c, visit)
			visit(func(v any) { x[k] = v })
			x[k] = c
		}
	}
}
