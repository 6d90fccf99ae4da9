package generators_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/generators"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// forOthers are fields of services that are not rendered for the tenant: checks read them, or the gateway of all tenants
// has them. The steps of a release have tests of their own, and a long A/B test lasts until it is taken out of the file.
var forOthers = []string{"critical", "evidence", "release.steps", "waf", "expose.*.waf", "spec.services.abl.release.duration"}

// TestEveryFieldHasAnEffect changes the values of services that say all that their kind can say, and something else is
// rendered. All that the schema has is in one of these services. Of the second and later kinds a value of each field is
// enough: what it holds is the same as before.
func TestEveryFieldHasAnEffect(t *testing.T) {
	seen := map[string]bool{}
	for _, tenant := range effects(t).Tenants {
		before, ofKind := generators.Generate(tenant, &tenant.Environments[0]), map[string]bool{}
		for _, cause := range tenant.Causes("production") {
			if cause.Fact || cause.Name || cause.Layer != schemas.LayerTenant || len(cause.Path) < 4 || cause.Path[1] != "services" {
				continue
			}
			words := general(cause.Path[3:])
			field, brief := folded(words), strings.Join(words[:min(2, len(words))], ".")
			if seen[field] && ofKind[brief] || isForOthers(words) || slices.Contains(forOthers, cause.Path.String()) {
				continue
			}
			seen[field], ofKind[brief] = true, true
			require.True(t, slices.ContainsFunc(cause.Variants(), func(v any) bool {
				changed, env, ok := tenant.Vary("production", cause, v)
				return ok && !same(before, generators.Generate(changed, env))
			}), "%s: %s", cause.Position, cause.Path)
		}
	}
	var missing []string
	for _, field := range fields(manifest.ParsePath("spec.services.web")) {
		if !seen[field] {
			missing = append(missing, field)
		}
	}
	require.Empty(t, missing, "fields that no service says")
}

func isForOthers(words []string) bool {
	return slices.ContainsFunc(forOthers, func(f string) bool { return strings.HasPrefix(strings.Join(words, ".")+".", f+".") })
}

// same reports whether two lists of objects are equal.
func same(a, b []manifest.Object) bool {
	return slices.EqualFunc(a, b, func(a, b manifest.Object) bool { return manifest.Equal(a.Tree, b.Tree) })
}

// folded is a field, where steps, sidecars and the three probes say what others say, that of the others.
func folded(words []string) string {
	if len(words) > 2 && words[0] == "sidecars" || len(words) > 2 && words[0] == "init" && words[2] != "name" {
		words = words[2:]
	}
	if len(words) > 2 && words[0] == "probes" {
		words = slices.Concat(words[:1], []string{"ready"}, words[2:])
	}
	return strings.Join(words, ".")
}

// effects are those services, of which the schemas warn of nothing.
func effects(t *testing.T) *schemas.Fleet {
	archive, err := txtar.ParseFile("testdata/effect.txtar")
	require.NoError(t, err)
	files := fstest.MapFS{}
	for _, f := range archive.Files {
		files[f.Name] = &fstest.MapFile{Data: f.Data}
	}
	fleet, err := schemas.Load(files, schemas.Options{})
	require.NoError(t, err)
	for _, p := range fleet.Problems {
		require.Equal(t, schemas.NotRendered, p.Message, "%s: %s", p.Position, p.Field)
	}
	require.Len(t, fleet.Tenants, 5)
	return fleet
}

// general is a field of a service as the schema has it: names that people choose are *.
func general(path manifest.Path) []string {
	at, out := manifest.ParsePath("spec.services.web"), []string{}
	for _, step := range path {
		word := "*"
		if key, ok := step.(string); ok {
			if f, _ := schemas.Doc("tenant", at.String()); slices.Contains(f.Fields, key) {
				word = key
			}
		}
		at, out = at.Join(step), append(out, word)
	}
	return out
}

// fields are the values that the schema has below a field of a service.
func fields(at manifest.Path, words ...string) []string {
	if isForOthers(words) {
		return nil
	}
	f, _ := schemas.Doc("tenant", at.String())
	var out []string
	for _, key := range f.Fields {
		out = append(out, fields(at.Join(key), append(slices.Clip(words), key)...)...)
	}
	for _, step := range []any{0, "x"} {
		if _, ok := schemas.Doc("tenant", at.Join(step).String()); ok && len(f.Fields) == 0 {
			return fields(at.Join(step), append(slices.Clip(words), "*")...)
		}
	}
	if len(f.Fields) == 0 {
		out = append(out, folded(words))
	}
	return out
}
