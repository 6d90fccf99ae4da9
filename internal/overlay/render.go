package overlay

import (
	"path"
	"regexp"
	"strings"

	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/resid"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

const kustomizationFile = "kustomization.yaml"

// render writes every file of both trees.
func (t *Tree) render() map[string][]byte {
	files := map[string][]byte{}
	for _, owner := range t.owners {
		t.renderBase(files, owner)
		for _, e := range t.envs {
			t.renderNamespaced(files, owner, e)
			t.renderOverlay(files, owner, e)
			t.renderAudit(files, owner, e)
		}
	}
	return files
}

func (t *Tree) renderBase(files map[string][]byte, owner manifest.Owner) {
	var k types.Kustomization
	for i := range t.base {
		if m := &t.base[i]; m.Owner == owner {
			files[m.file] = emit(t.source, m.Tree)
			k.Resources = append(k.Resources, path.Base(m.file))
		}
	}
	if len(k.Resources) > 0 { // kustomize refuses an empty kustomization
		files[t.dir(owner, "base", kustomizationFile)] = kustomization(t.source, k)
	}
}

// renderNamespaced writes the level that places: what stands in the base, what we change in it, and
// what this environment has alone.
func (t *Tree) renderNamespaced(files map[string][]byte, owner manifest.Owner, e *environment) {
	dir := t.dir(owner, "overlays", e.name, "namespaced")
	k := types.Kustomization{
		Namespace: e.namespace,
		Labels:    []types.Label{{Pairs: map[string]string{EnvironmentLabel: e.name}}},
	}
	if _, ok := files[t.dir(owner, "base", kustomizationFile)]; ok {
		k.Resources = append(k.Resources, "../../../base")
	}
	for _, m := range e.members {
		switch {
		case m.Owner != owner || m.placed:
		case m.whole:
			files[m.file] = emit(t.source, m.Tree)
			k.Resources = append(k.Resources, path.Base(m.file))
		case m.patch != "":
			files[m.patch] = emit(t.source, m.ops)
			k.Patches = append(k.Patches, types.Patch{
				Path: "patches/" + path.Base(m.patch), Target: e.selector(m, false),
			})
		}
	}
	files[dir+"/"+kustomizationFile] = kustomization(t.source, k)
}

// renderOverlay writes the level that places nothing: what is complete as it is, and people's patches.
func (t *Tree) renderOverlay(files map[string][]byte, owner manifest.Owner, e *environment) {
	dir := t.dir(owner, "overlays", e.name)
	k := types.Kustomization{Resources: []string{"namespaced"}}
	for _, m := range e.members {
		if m.Owner == owner && m.placed {
			source := t.source
			if m.extra != "" {
				source = m.extra
			}
			files[m.file] = emit(source, e.place(m))
			k.Resources = append(k.Resources, path.Base(m.file))
		}
	}
	for _, a := range e.patches {
		for _, m := range a.targets {
			if m.Owner != owner {
				continue
			}
			file := dir + "/patches/" + a.name
			files[file] = emit(a.extra.File, a.content(m))
			k.Patches = append(k.Patches, types.Patch{
				Path: "patches/" + a.name, Target: e.selector(m, true),
			})
		}
	}
	files[dir+"/"+kustomizationFile] = kustomization(t.source, k)
}

// place returns the tree of a member as it stands in the environment.
func (e *environment) place(m *member) map[string]any {
	return Place([]manifest.Object{m.Object}, e.namespace, e.name)[0].Tree
}

// selector names exactly one object to kustomize, which reads every part as a regular expression and
// an absent group as any. Only outside the level that places does an object have a namespace.
func (e *environment) selector(m *member, placed bool) *types.Selector {
	key := m.Key()
	// The dots of a group stay as they are: no two groups differ in one of them only.
	gvk := resid.Gvk{Group: key.Group, Kind: regexp.QuoteMeta(key.Kind)}
	if _, version, ok := strings.Cut(m.APIVersion(), "/"); ok {
		gvk.Version = version
	} else {
		gvk.Version = m.APIVersion()
	}
	if key.Group == "" && e.sharesKind(m) {
		gvk.Group = "^$"
	}
	s := &types.Selector{ResId: resid.ResId{Gvk: gvk, Name: regexp.QuoteMeta(key.Name)}}
	if placed {
		s.Namespace = regexp.QuoteMeta(e.key(m).Namespace)
	}
	return s
}

// sharesKind reports whether an object of another group has the kind and the name.
func (e *environment) sharesKind(m *member) bool {
	for _, other := range e.members {
		if other.Kind() == m.Kind() && other.Name() == m.Name() && other.Key().Group != m.Key().Group {
			return true
		}
	}
	return false
}

// key is the identity that the member has in a cluster.
func (e *environment) key(m *member) manifest.Key {
	key := m.Key()
	if !m.Outer {
		key.Namespace = e.namespace
	}
	return key
}

func emit(source string, tree any) []byte {
	header := headed + source + "; DO NOT EDIT.\n"
	return append([]byte(header), manifest.Marshal(tree)...)
}
