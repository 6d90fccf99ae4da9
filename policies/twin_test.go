package policies

import (
	"context"
	"maps"
	"math/rand"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// What the twin has answered is what would be answered here: over tenants of which some objects and some parts of the
// context differ, an engine that has a twin to go by finds what it finds without.
func TestTwinLosesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("the evaluator on more data, in one goroutine")
	}
	e := engine(t)
	fields := slices.Sorted(maps.Keys(e.gates.bits))
	tenants := [][]manifest.Object{read(t, "tenant.yaml"), read(t, "broken.yaml"), read(t, "references.yaml"), read(t, "rollouts.yaml"), read(t, "secrets.yaml")}
	contexts := []Context{acme(), generous(), {}}
	r := rand.New(rand.NewSource(1))
	inherited := 0
	for round := range 300 {
		old := Input{Context: contexts[r.Intn(len(contexts))]}
		new := Input{Context: contexts[r.Intn(len(contexts))]}
		if r.Intn(2) == 0 {
			new.Context = old.Context
			new.Context.Protected, new.Context.Tier = r.Intn(2) == 0, "basic"
		}
		twin := &Twin{Context: old.Context, Aligned: true}
		seen := map[manifest.Key]bool{}
		for _, o := range tenants[round%len(tenants)] {
			if o.Source = nil; seen[o.Key()] || r.Intn(4) == 0 {
				continue
			}
			seen[o.Key()] = true
			after := o
			same := r.Intn(3) > 0
			if !same {
				after.Tree, _ = strew(r, o.Tree, fields).(map[string]any)
			}
			if after.Tree == nil || after.Key() != o.Key() {
				continue
			}
			old.Objects, new.Objects, twin.Same = append(old.Objects, o), append(new.Objects, after), append(twin.Same, same)
		}
		old.Brought, new.Brought = make([]bool, len(old.Objects)), make([]bool, len(old.Objects))
		var err error
		twin.Found, err = e.Check(context.Background(), old)
		require.NoError(t, err)
		want, err := e.Check(context.Background(), new)
		require.NoError(t, err)
		new.Twin = twin
		got, err := e.Check(context.Background(), new)
		require.NoError(t, err)
		require.Equal(t, want, got, "round %d", round)
		if spared := e.settle(new, new.Context.value()); spared != nil && slices.Contains(spared.object, true) {
			inherited += len(got)
		}
	}
	require.Greater(t, inherited, 100, "the test shows nothing")
}

// A rule that takes the whole of something sees all of it; one that names a field sees that.
func TestReads(t *testing.T) {
	e := engine(t)
	of := func(id string) []string {
		i := slices.IndexFunc(e.rules, func(r Rule) bool { return r.ID == id })
		require.GreaterOrEqual(t, i, 0, id)
		var out []string
		for _, path := range e.reads()[i] {
			out = append(out, strings.Join(path, "."))
		}
		return out
	}
	require.Contains(t, of("TS-IMG-001"), "ctx.platform.spec.registries")
	require.Contains(t, of("TS-IMG-001"), "ctx.platform.minor", "through a library")
	require.NotContains(t, of("TS-IMG-001"), "ctx.platform.spec")
	require.Contains(t, of("TS-NET-009"), "ctx.platform", "object.get takes the whole")
	require.Contains(t, of("TS-DATA-006"), "ctx.platform.spec.tiers")
}

// Of tiers rules see what that of the tenant allows and its firewall does, of prices and defaults nothing: a plan leaves tenants alone
// where only those of the platform file change.
func TestTiersSeen(t *testing.T) {
	allowed := regexp.MustCompile(`spec\.tiers\[input\.ctx\.tier\]\.(allows|waf)\b`)
	named := regexp.MustCompile(`\btiers\b|platform\.spec\.(prices|defaults)|"prices"|"defaults"`)
	seen := 0
	require.NoError(t, filepath.WalkDir(".", func(name string, d os.DirEntry, err error) error {
		if err != nil || filepath.Ext(name) != ".rego" || strings.HasSuffix(name, "_test.rego") {
			return err
		}
		data, err := os.ReadFile(name)
		for line := range strings.Lines(string(data)) {
			if named.MatchString(line) && !strings.HasPrefix(strings.TrimSpace(line), "#") {
				require.Regexp(t, allowed, line, name)
				seen++
			}
		}
		return err
	}))
	require.NotZero(t, seen)
}
