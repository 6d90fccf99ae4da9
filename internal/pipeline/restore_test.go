package pipeline

import (
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

func repositoryOf(files map[string]string) fs.FS {
	out := fstest.MapFS{}
	for name, text := range files {
		out[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return out
}

func texts(files map[string][]byte) map[string]string {
	out := map[string]string{}
	for name, data := range files {
		out[name] = string(data)
		if data == nil {
			out[name] = "gone"
		}
	}
	return out
}

func TestRestoreTenant(t *testing.T) {
	past := repositoryOf(map[string]string{
		"tenants/acme.yaml": "a: 1\n", "overrides/acme/all.yaml": "b: 1\n", "overrides/acme/patches/all/x.yaml": "c: 1\n", "tenants/shop.yaml": "d: 1\n", "tenantsmith.yaml": "e: 1\n",
	})
	now := repositoryOf(map[string]string{
		"tenants/acme/tenant.yaml": "a: 2\n", "tenants/acme/patches/all/y.yaml": "a: 3\n", "overrides/acme/all.yaml": "b: 1\n", "tenants/shop.yaml": "d: 2\n", "tenants/acme-corp.yaml": "f: 1\n",
	})
	got, err := Restore(now, past, "acme", "")
	require.NoError(t, err)
	require.Equal(t, map[string]string{
		"tenants/acme.yaml": "a: 1\n", "overrides/acme/patches/all/x.yaml": "c: 1\n", "tenants/acme/tenant.yaml": "gone", "tenants/acme/patches/all/y.yaml": "gone",
	}, texts(got))
	_, err = Restore(now, past, "pets", "")
	require.ErrorIs(t, err, ErrNotFound)
}

// A service comes back in the files that hold it now: each keeps its part, and everything else stays.
func TestRestoreService(t *testing.T) {
	past := repositoryOf(map[string]string{
		"tenants/acme.yaml":              "spec:\n  environments: {production: {services: {web: {image: w:1, replicas: 3}}}, gone: {services: {web: {image: g}}}}\n  services: {web: {image: w:0, env: {A: a}}, api: {image: a:0}}\n",
		"overrides/acme/production.yaml": "spec: {services: {web: {replicas: 5}}}\n", "overrides/acme/staging.yaml": "spec: {tags: {a: b}}\n",
	})
	now := repositoryOf(map[string]string{
		"tenants/acme/services.yaml": "spec:\n  services: # all\n    web: {image: w:9, env: {A: z, B: b}} # web\n    api: {image: a:9}\n  environments: {production: {}}\n",
		"tenants/acme/images.yaml":   "spec:\n  environments:\n    production:\n      services: {web: {image: 'w:9'}}\n    staging: {services: {web: {image: s:9}}}\n",
		"overrides/acme/all.yaml":    "spec:\n  services:\n    web: {replicas: 9}\n  tags: {x: y}\n",
	})
	got, err := Restore(now, past, "acme", "web")
	require.NoError(t, err)
	require.Equal(t, map[string]string{
		"tenants/acme/services.yaml":     "spec:\n  services: # all\n    web: {image: w:0, env: {A: a}} # web\n    api: {image: a:9}\n  environments: {production: {}}\n",
		"tenants/acme/images.yaml":       "spec:\n  environments:\n    production:\n      services: {web: {image: 'w:1', replicas: 3}}\n    staging: {services: {}}\n",
		"overrides/acme/all.yaml":        "spec:\n  services: {}\n  tags: {x: y}\n",
		"overrides/acme/production.yaml": string(newOverride("acme")) + "  services:\n    web:\n      replicas: 5\n",
	}, texts(got))

	for service, want := range map[string]string{"wep": "acme had no service wep"} {
		_, err := Restore(now, past, "acme", service)
		require.EqualError(t, err, want)
	}
	broken := repositoryOf(map[string]string{"tenants/acme.yaml": "spec: [\n"})
	_, err = Restore(broken, past, "acme", "web")
	require.ErrorIs(t, err, ErrUnreadable)
	require.ErrorContains(t, err, "without --service the whole file goes back")
	got, err = Restore(broken, past, "acme", "")
	require.NoError(t, err)
	require.Contains(t, texts(got)["tenants/acme.yaml"], "w:1")
}

// Of random tenants, in any division of their documents into files, the service is what it was and the rest is what
// it is.
func TestRestoreServiceOfRandomTenants(t *testing.T) {
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 3))
		then, now := randomTenant(r), randomTenant(r)
		if _, ok := (manifest.Path{"spec", "services", "web"}).Lookup(any(then)); !ok {
			continue
		}
		files := divided(r, now)
		got, err := Restore(repositoryOf(files), repositoryOf(divided(r, then)), "acme", "web")
		require.NoError(t, err, "seed %d", seed)
		for name, data := range got {
			files[name] = string(data)
		}
		joined := map[string]any{}
		for _, name := range slices.Sorted(maps.Keys(files)) {
			doc, err := parsed(name, []byte(files[name]))
			require.NoError(t, err)
			joined = joinTrees(joined, doc)
		}
		want, seen := without(now, then), without(joined, joined)
		require.Equal(t, string(manifest.Marshal(want)), string(manifest.Marshal(seen)), "seed %d", seed)
	}
}

// without is a tenant, with the service web of another, without empty maps.
func without(t, web map[string]any) map[string]any {
	copied, _ := parsed("t", manifest.Marshal(t))
	spec := copied["spec"].(map[string]any)
	give := func(p manifest.Path, to map[string]any) {
		services, _ := to["services"].(map[string]any)
		if services == nil {
			services = map[string]any{}
			to["services"] = services
		}
		delete(services, "web")
		if value, ok := p.Join("services", "web").Lookup(any(web)); ok {
			services["web"] = value
		}
	}
	give(manifest.Path{"spec"}, spec)
	for env, e := range spec["environments"].(map[string]any) {
		give(manifest.Path{"spec", "environments", env}, e.(map[string]any))
	}
	pruned, _ := prune(copied).(map[string]any)
	return pruned
}

func prune(tree any) any {
	m, ok := tree.(map[string]any)
	if !ok {
		return tree
	}
	for key, value := range m {
		if value = prune(value); value == nil {
			delete(m, key)
		} else {
			m[key] = value
		}
	}
	if len(m) == 0 {
		return nil
	}
	return m
}

func randomTenant(r *rand.Rand) map[string]any {
	services := func() map[string]any {
		out := map[string]any{}
		for _, name := range []string{"web", "api"} {
			if r.IntN(4) == 0 {
				continue
			}
			s := map[string]any{}
			for _, field := range []string{"image", "kind", "replicas"} {
				if r.IntN(3) > 0 {
					s[field] = fmt.Sprintf("%s:%d", field, r.IntN(3))
				}
			}
			if r.IntN(2) == 0 {
				s["env"] = map[string]any{"A": fmt.Sprint(r.IntN(3)), fmt.Sprintf("B%d", r.IntN(2)): "x"}
				s["args"] = []any{"a", int64(r.IntN(3))}
			}
			if len(s) > 0 {
				out[name] = s
			}
		}
		return out
	}
	environments := map[string]any{}
	for _, env := range []string{"development", "production"} {
		environments[env] = map[string]any{"services": services(), "tags": map[string]any{"n": int64(r.IntN(3))}}
	}
	return map[string]any{"spec": map[string]any{"tier": fmt.Sprint(r.IntN(9)), "services": services(), "environments": environments}}
}

// divided writes a tenant into one file, or its leaves into several.
func divided(r *rand.Rand, tenant map[string]any) map[string]string {
	parts := make([]map[string]any, 1+r.IntN(3))
	var split func(p manifest.Path, tree any)
	split = func(p manifest.Path, tree any) {
		if m, ok := tree.(map[string]any); ok && len(m) > 0 {
			for _, key := range slices.Sorted(maps.Keys(m)) {
				split(p.Join(key), m[key])
			}
			return
		}
		i := r.IntN(len(parts))
		at := parts[i]
		if at == nil {
			at = map[string]any{}
			parts[i] = at
		}
		for _, key := range p[:len(p)-1] {
			next, _ := at[key.(string)].(map[string]any)
			if next == nil {
				next = map[string]any{}
				at[key.(string)] = next
			}
			at = next
		}
		at[p[len(p)-1].(string)] = tree
	}
	split(nil, tenant)
	out := map[string]string{}
	for i, part := range parts {
		if part != nil {
			out[fmt.Sprintf("tenants/acme/%d.yaml", i)] = string(manifest.Marshal(part))
		}
	}
	return out
}
