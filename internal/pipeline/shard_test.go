package pipeline

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

func TestParseShard(t *testing.T) {
	for text, want := range map[string]Shard{"1/1": {1, 1}, "3/8": {3, 8}, "8/8": {8, 8}} {
		got, err := ParseShard(text)
		require.NoError(t, err)
		require.Equal(t, want, got)
		require.Equal(t, text, got.String())
	}
	for _, text := range []string{"", "3", "/", "0/8", "9/8", "-1/8", "1/0", "1/1025", "1/2/3", "a/b", "1/ 2", "99999999999999999999/1"} {
		_, err := ParseShard(text)
		require.Error(t, err, text)
	}
}

// TestShardHas: every tenant is in one share, shares are about equal, one share more only takes tenants from the others,
// and nobody else's change moves a tenant: the names are written down.
func TestShardHas(t *testing.T) {
	const tenants = 2000
	before := make([]int, tenants)
	for of := 1; of <= 8; of++ {
		count := make([]int, of+1)
		for i := range tenants {
			name, in := "tenant-"+strconv.Itoa(i), 0
			for index := 1; index <= of; index++ {
				if (Shard{index, of}).Has(name) {
					require.Zero(t, in, name)
					in = index
				}
			}
			require.NotZero(t, in, name)
			require.True(t, of == 1 || in == before[i] || in == of, "%s moved from %d to %d of %d", name, before[i], in, of)
			before[i] = in
			count[in]++
		}
		for index := 1; index <= of; index++ {
			require.InDelta(t, tenants/of, count[index], float64(tenants/of)/4, "share %d of %d", index, of)
		}
	}
	require.True(t, Shard{}.Has("any"))
	for name, in := range map[string]int{"acme-corp": 3, "corner-shop": 1, "enterprise-client": 3, "pet-project": 8} {
		require.True(t, Shard{in, 8}.Has(name), name)
	}
}

// toldLines are problems as lines, sorted; what belongs to no tenant is told by every share, and once here.
func toldLines(ps []manifest.Problem) []string {
	var out []string
	for _, p := range ps {
		out = append(out, fmt.Sprint(p.Position, p.Severity, p.Check, p.Tenant, p.Environment, p.Message, p.Object, p.Waiver))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// TestShardsAreTheWhole: all shares together have the files, records, held tenants and problems of a run over all, with
// clashes between tenants of different shares.
func TestShardsAreTheWhole(t *testing.T) {
	files := fstest.MapFS{}
	add := func(name, text string) { files[name] = &fstest.MapFile{Data: []byte(text)} }
	for i := range 12 {
		name := fmt.Sprintf("tenant-%02d", i)
		add("tenants/"+name+"/tenant.yaml", fmt.Sprintf(`apiVersion: tenantsmith.dev/v1alpha1
kind: Tenant
metadata: {name: %s}
spec:
  tier: premium
  owners: [{group: group-%d, role: admin}]
  environments: {development: {}, production: {}}
  services: {web: {image: "ghcr.io/example/web:1.0.%d", ports: {http: 8080}}}
`, name, i%9, i))
		if i%4 == 0 { // one object that several tenants bring
			add("tenants/"+name+"/resources/all/pv.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: own}\ndata: {a: b}\n")
		}
	}
	add("tenants/broken.yaml", "apiVersion: tenantsmith.dev/v1alpha1\nkind: Tenant\nmetadata: {name: broken}\nspec: {tier: fre}\n")
	add("tenants/notes.txt", "x")
	add("overrides/nobody/all.yaml", "apiVersion: tenantsmith.dev/v1alpha1\nkind: Override\nmetadata: {name: nobody}\nspec: {}\n")
	whole := runShard(t, files, Shard{})
	require.Contains(t, strings.Join(toldLines(whole.Problems), "\n"), "TS-TEN-001", "groups are shared by tenants")
	require.Len(t, whole.Held, 8, "two that cannot be read, and six that share groups")
	for _, of := range []int{2, 8} {
		trees, held, problems, objects := map[string][]byte{}, []string{}, []manifest.Problem{}, 0
		for index := 1; index <= of; index++ {
			res := runShard(t, files, Shard{index, of})
			for _, r := range res.Tenants {
				require.True(t, Shard{index, of}.Has(r.Tenant.Name))
				maps.Copy(trees, r.Files)
			}
			require.Equal(t, 14, len(res.Tenants)+len(res.Fleet.Held)+len(res.Others))
			held, problems, objects = append(held, res.Held...), append(problems, res.Problems...), objects+res.Objects
		}
		slices.Sort(held)
		require.Equal(t, whole.Held, held)
		require.Equal(t, whole.Objects, objects)
		require.Equal(t, toldLines(whole.Problems), toldLines(problems))
		require.Equal(t, treesOf(whole), trees)
	}
}

func treesOf(res *Result) map[string][]byte {
	out := map[string][]byte{}
	for _, r := range res.Tenants {
		maps.Copy(out, r.Files)
	}
	return out
}

func runShard(t *testing.T, files fs.FS, shard Shard) *Result {
	t.Helper()
	res, err := Run(t.Context(), files, Options{Shard: shard})
	require.NoError(t, err)
	return res
}
