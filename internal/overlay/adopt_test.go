package overlay

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

const (
	webFile  = "tenants/acme/workload/base/rollout-web.yaml"
	denyFile = "tenants/acme/platform/base/networkpolicy-default-deny.yaml"
)

// patchFiles are the patches as people's files, in the overrides of the tenant.
func patchFiles(t require.TestingT, patches []AdoptedPatch) []manifest.Extra {
	var out []manifest.Extra
	for _, p := range patches {
		file := "overrides/acme/patches/" + p.Place + "/" + p.Name + ".yaml"
		docs, problems := manifest.Parse(file, p.Content, manifest.ManifestLimits)
		require.Empty(t, messages(problems))
		x := manifest.Extra{File: file, Patch: true, Owner: manifest.OwnerPlatform, Environment: p.Place, Documents: docs, Bytes: p.Content}
		if p.Place == "all" {
			x.Environment = ""
		}
		out = append(out, x)
	}
	return out
}

// adopted takes edited files through the whole of it: what they do, the patches, the tree with these, the proof.
func adopted(t require.TestingT, src Source, edited map[string][]byte) ([]AdoptedPatch, *Tree) {
	tree, problems := New(src)
	require.Empty(t, messages(problems))
	a, problems := Adopt("acme", tree.Files(), edited, tree)
	require.Empty(t, messages(problems))
	patches := a.Patches(false)
	src.Extras = append(slices.Clip(src.Extras), patchFiles(t, patches)...)
	after, problems := New(src)
	require.Empty(t, messages(problems))
	require.NoError(t, a.Prove(after))
	return patches, after
}

// requireBuilds holds that the tree renders what kustomize builds of the files.
func requireBuilds(t require.TestingT, files map[string][]byte, tree *Tree) {
	for _, e := range tree.envs {
		want := map[manifest.Key]map[string]any{}
		for _, p := range places("acme", files) {
			if p.env == e.name {
				built, err := p.build(files)
				require.NoError(t, err)
				maps.Copy(want, built)
			}
		}
		built, problems := tree.Build(e.name)
		require.Empty(t, messages(problems))
		require.Len(t, built, len(want))
		for _, b := range built {
			require.True(t, equal(want[b.Key()], b.Tree), "%s: %s", b.Key(), manifest.Marshal(diff(want[b.Key()], b.Tree)))
		}
	}
}

func replaced(t *testing.T, files map[string][]byte, file string, oldNew ...string) map[string][]byte {
	require.Contains(t, files, file)
	text := strings.NewReplacer(oldNew...).Replace(string(files[file]))
	require.NotEqual(t, string(files[file]), text)
	return map[string][]byte{file: []byte(text)}
}

// patchesApart are the folders of the patches, each for one environment.
func patchesApart(t *testing.T, edited map[string][]byte) (places []string) {
	tree, problems := New(webSource(t))
	require.Empty(t, messages(problems))
	a, problems := Adopt("acme", tree.Files(), edited, tree)
	require.Empty(t, messages(problems))
	for _, p := range a.Patches(true) {
		places = append(places, p.Place)
	}
	return places
}

func TestAdopt(t *testing.T) {
	files := func(t *testing.T) map[string][]byte {
		tree, problems := New(webSource(t))
		require.Empty(t, messages(problems))
		return tree.Files()
	}
	for name, c := range map[string]struct {
		edited func(t *testing.T) map[string][]byte
		want   string
	}{
		"a value of the base, for all environments": {func(t *testing.T) map[string][]byte {
			return replaced(t, files(t), webFile, "replicas: 2", "replicas: 9", "web:1", "web:hotfix")
		}, `all/rollout-web: # Changed by hand in the GitOps repository, and adopted from there.
target:
  group: argoproj.io
  kind: Rollout
  name: web
  version: v1alpha1
patch:
- op: replace
  path: /spec/replicas
  value: 9
- op: test
  path: /spec/template/spec/containers/0/name
  value: web
- op: replace
  path: /spec/template/spec/containers/0/image
  value: web:hotfix
`},
		"a guard rail": {func(t *testing.T) map[string][]byte {
			return replaced(t, files(t), denyFile, "why: isolation", "why: none")
		}, `all/networkpolicy-default-deny: # Changed by hand in the GitOps repository, and adopted from there.
target:
  group: networking.k8s.io
  kind: NetworkPolicy
  name: default-deny
  version: v1
patch:
- op: replace
  path: /metadata/annotations/why
  value: none
`},
		"only its form": {func(t *testing.T) map[string][]byte {
			return map[string][]byte{webFile: append([]byte("# looked at by Ann\n"), files(t)[webFile]...)}
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			edited := c.edited(t)
			patches, after := adopted(t, webSource(t), edited)
			var got strings.Builder
			for _, p := range patches {
				got.WriteString(p.Place + "/" + p.Name + ": " + string(p.Content))
			}
			require.Equal(t, c.want, got.String())
			require.NotContains(t, fmt.Sprint(patchesApart(t, edited)), "all")
			now := maps.Clone(files(t))
			maps.Copy(now, edited)
			requireBuilds(t, now, after)
		})
	}
}

// TestAdoptInOneEnvironment: an edited patch of ours, and an edited object of one environment alone.
func TestAdoptInOneEnvironment(t *testing.T) {
	src := goldenSource(t)
	tree, problems := New(src)
	require.Empty(t, messages(problems))
	const overlay = "tenants/acme/workload/overlays/production/namespaced/"
	edited := replaced(t, tree.Files(), overlay+"poddisruptionbudget-web.yaml", "minAvailable: 1", "minAvailable: 2")
	maps.Copy(edited, replaced(t, tree.Files(), overlay+"patches/rollout-web.yaml", "value: 5", "value: 7"))
	patches, after := adopted(t, src, edited)
	require.Len(t, patches, 2)
	require.Equal(t, []string{"production", "production"}, []string{patches[0].Place, patches[1].Place})
	now := maps.Clone(tree.Files())
	maps.Copy(now, edited)
	requireBuilds(t, now, after)
}

// TestAdoptedAlready: what the tenant's files say by now needs no patch.
func TestAdoptedAlready(t *testing.T) {
	src := webSource(t)
	tree, problems := New(src)
	require.Empty(t, messages(problems))
	edited := replaced(t, tree.Files(), webFile, "replicas: 2", "replicas: 9")
	for i := range src.Envs {
		src.Envs[i].Objects = slices.Clone(src.Envs[i].Objects)
		src.Envs[i].Objects[0] = object(t, strings.Replace(rollout, "replicas: 2", "replicas: 9", 1))
	}
	now, problems := New(src)
	require.Empty(t, messages(problems))
	a, problems := Adopt("acme", tree.Files(), edited, now)
	require.Empty(t, messages(problems))
	require.Empty(t, a.Patches(false))
	require.NoError(t, a.Prove(now))

	is := maps.Clone(tree.Files())
	require.False(t, Renders("acme", is, now))
	require.True(t, Renders("acme", is, tree))
	maps.Copy(is, edited)
	require.True(t, Renders("acme", is, now))
	is[webFile] = nil
	require.False(t, Renders("acme", is, now))
}

// TestAdoptBesideOtherChanges: what the tenant's files change elsewhere stays, and the proof is about the hand
// edit alone.
func TestAdoptBesideOtherChanges(t *testing.T) {
	src := webSource(t)
	published, problems := New(src)
	require.Empty(t, messages(problems))
	edited := replaced(t, published.Files(), webFile, "replicas: 2", "replicas: 9")
	for i := range src.Envs {
		src.Envs[i].Objects = slices.Clone(src.Envs[i].Objects)
		src.Envs[i].Objects[2] = object(t, strings.Replace(policy, "why: isolation", "why: law", 1))
	}
	tree, problems := New(src)
	require.Empty(t, messages(problems))
	a, problems := Adopt("acme", published.Files(), edited, tree)
	require.Empty(t, messages(problems))
	require.ErrorContains(t, a.Prove(tree), "Rollout acme-development/web in development does not become what was made of it by hand")
	src.Extras = patchFiles(t, a.Patches(false))
	after, problems := New(src)
	require.Empty(t, messages(problems))
	require.NoError(t, a.Prove(after))
}

func TestWhatNoPatchSays(t *testing.T) {
	tree, problems := New(webSource(t))
	require.Empty(t, messages(problems))
	files := tree.Files()
	const kustomization = "tenants/acme/workload/base/kustomization.yaml"
	bomb := "a: &a [x, x]\nb: [*a, *a]\n"
	for name, c := range map[string]struct {
		edited map[string][]byte
		want   string
	}{
		"a file that is gone": {map[string][]byte{webFile: nil}, webFile + ": was removed by hand, which no patch can say"},
		"a kustomization": {map[string][]byte{kustomization: []byte("resources: [https://example.com/x]\n")},
			kustomization + ": was changed by hand, and no patch can say what a kustomization does"},
		"no YAML":       {map[string][]byte{webFile: []byte("a: [")}, webFile + ": was changed by hand and cannot be read: "},
		"an alias":      {map[string][]byte{webFile: []byte(bomb)}, webFile + ": was changed by hand and cannot be read: "},
		"two documents": {map[string][]byte{webFile: []byte("a: b\n---\nc: d\n")}, webFile + ": was changed by hand and holds 2 documents instead of one"},
		"another name": {replaced(t, files, webFile, "  name: web\nspec", "  name: shop\nspec"),
			"tenants/acme/workload/overlays/development: the hand edit takes Rollout acme-development/web away, or makes another object of it, which no patch can say"},
		"another version": {replaced(t, files, webFile, "v1alpha1", "v1"),
			"tenants/acme/workload/overlays/development: the hand edit takes Rollout acme-development/web away, or makes another object of it, which no patch can say"},
		"no object": {map[string][]byte{webFile: []byte("a: b\n")},
			"tenants/acme/workload/overlays/development: cannot be built with what was changed by hand: "},
	} {
		t.Run(name, func(t *testing.T) {
			_, problems := Adopt("acme", files, c.edited, tree)
			require.NotEmpty(t, problems)
			require.Contains(t, strings.Join(messages(problems), "\n"), c.want)
			require.Equal(t, "acme", problems[0].Tenant)
		})
	}
}

// TestForgedFilesReachNothing: whoever writes the GitOps repository writes the record, too, so that what counts as
// published may be anything.
func TestForgedFilesReachNothing(t *testing.T) {
	url, sprung := trap(t)
	tree, problems := New(webSource(t))
	require.Empty(t, messages(problems))
	edited := replaced(t, tree.Files(), webFile, "replicas: 2", "replicas: 9")
	for file, text := range map[string]string{
		"tenants/acme/workload/base/kustomization.yaml":                 "resources: [" + url + "]\n",
		"tenants/acme/workload/overlays/production/kustomization.yaml":  "resources: [../../../../../etc]\n",
		"tenants/acme/workload/base/deployment-api.yaml":                "a: &a [x, x]\nb: [*a, *a]\n",
		"tenants/acme/workload/overlays/development/kustomization.yaml": "resources: [namespaced]\nconfigMapGenerator: [{name: x, literals: [a=b]}]\n",
	} {
		forged := maps.Clone(tree.Files())
		forged[file] = []byte(text)
		_, problems := Adopt("acme", forged, edited, tree)
		require.NotEmpty(t, problems, file)
		require.Contains(t, problems[0].Message, "cannot be built as it was published")
		require.False(t, Renders("acme", forged, tree))
	}
	require.Empty(t, sprung())
}

// TestAdoptRandomEdits: whatever somebody makes of a file, either nobody can say it, or the tree with the patches
// renders what kustomize builds of the edited files.
func TestAdoptRandomEdits(t *testing.T) {
	adoptedOnce := 0
	rapid.Check(t, func(t *rapid.T) {
		src := drawSource(t)
		tree, problems := New(src)
		require.Empty(t, messages(problems))
		files := tree.Files()
		var objects []string
		for file, data := range files {
			if !strings.HasSuffix(file, "kustomization.yaml") && !strings.Contains(file, "/patches/") && !bytes.HasPrefix(data, []byte("# Code generated by tenantsmith from tenants/acme.yaml; DO NOT EDIT.\n-")) {
				objects = append(objects, file)
			}
		}
		if len(objects) == 0 {
			return
		}
		slices.Sort(objects)
		file := rapid.SampledFrom(objects).Draw(t, "file")
		docs, problems := manifest.Parse(file, files[file], manifest.ManifestLimits)
		require.Empty(t, messages(problems))
		edited := map[string][]byte{file: manifest.Marshal(mutate(t, docs[0].Tree().(map[string]any)))}
		a, problems := Adopt("acme", files, edited, tree)
		if len(problems) > 0 {
			return
		}
		src.Extras = patchFiles(t, a.Patches(false))
		after, problems := New(src)
		if len(problems) > 0 || len(a.Patches(false)) == 0 {
			return
		}
		for _, e := range after.envs {
			if _, problems := after.Build(e.name); len(problems) > 0 {
				return
			}
		}
		if a.Prove(after) != nil {
			return
		}
		adoptedOnce++
		now := maps.Clone(files)
		maps.Copy(now, edited)
		requireBuilds(t, now, after)
	})
	want := 20
	if testing.Short() { // which draws so few that how many are adopted is chance
		want = 0
	}
	require.Greater(t, adoptedOnce, want)
}
