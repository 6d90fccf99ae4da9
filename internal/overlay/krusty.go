package overlay

import (
	"fmt"
	"path"
	"strings"
	"sync"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// warm makes the first build of the process a lonely one: kustomize keeps its schema in globals that
// race while they are filled and are only read afterwards. The Once belongs to the package because
// those globals belong to the process.
var warm sync.Once

func warmUp() {
	warm.Do(func() {
		_, _ = run(map[string][]byte{
			kustomizationFile: []byte("namespace: a\nresources: [a.yaml]\n"),
			"a.yaml":          []byte("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"),
			// A patch by strategic merge makes it read the whole schema.
			"p/" + kustomizationFile: []byte("resources: [..]\npatches: [{path: p.yaml}]\n"),
			"p/p.yaml":               []byte("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: a}\ndata: {a: a}\n"),
		}, "p")
	})
}

// kustomize builds a folder of the files, in memory, and returns the objects as JSON trees. It
// refuses files that use more of kustomize than we write, before kustomize sees them: it would fetch
// URLs and run git whatever file system it is given.
func kustomize(files map[string][]byte, dir string) ([]map[string]any, error) {
	warmUp()
	if err := guard(files); err != nil {
		return nil, err
	}
	return run(files, dir)
}

func run(files map[string][]byte, dir string) ([]map[string]any, error) {
	built, err := build(files, dir)
	if err != nil {
		return nil, err
	}
	var objects []map[string]any
	for _, r := range built {
		tree, err := r.Map()
		if err != nil {
			return nil, err
		}
		objects = append(objects, normalize(tree).(map[string]any))
	}
	return objects, nil
}

// build has kustomize build a folder of files that were guarded.
func build(files map[string][]byte, dir string) (built []*resource.Resource, err error) {
	defer func() { // it panics on some data
		if r := recover(); r != nil {
			built, err = nil, fmt.Errorf("kustomize: %v", r)
		}
	}()
	fsys := filesys.MakeFsInMemory()
	for name, data := range files {
		if err := fsys.WriteFile("/"+name, data); err != nil {
			return nil, err
		}
	}
	all, err := krusty.MakeKustomizer(&krusty.Options{
		Reorder:          krusty.ReorderOptionNone,
		LoadRestrictions: types.LoadRestrictionsRootOnly,
		PluginConfig:     types.DisabledPluginConfig(),
	}).Run(fsys, path.Join("/", dir))
	if err != nil {
		return nil, err
	}
	return all.Resources(), nil
}

// normalize brings numbers to the types that ours have. JSON patches leave every number of their
// object a float, so a float without a fraction is an integer again.
func normalize(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k := range v {
			v[k] = normalize(v[k])
		}
	case []any:
		for i := range v {
			v[i] = normalize(v[i])
		}
	case int:
		return int64(v)
	case float64:
		if i := int64(v); isExact(v) && float64(i) == v {
			return i
		}
	}
	return v
}

// isExact is false for numbers so large that a float no longer tells them from their neighbours.
func isExact(v any) bool {
	const bound = 1 << 53
	switch v := v.(type) {
	case int64:
		return v > -bound && v < bound
	case float64:
		return v > -bound && v < bound
	}
	return true
}

// guard refuses every kustomization that is not of the shape we write: known fields only, and paths
// that lead to files of the same tree.
func guard(files map[string][]byte) error {
	for name, data := range files {
		if path.Base(name) != kustomizationFile {
			continue
		}
		var k types.Kustomization
		if err := k.Unmarshal(data); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := guardFields(k); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		paths := append([]string{}, k.Resources...)
		for _, p := range k.Patches {
			paths = append(paths, p.Path)
		}
		for _, p := range paths {
			if err := guardPath(files, path.Dir(name), p); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	return nil
}

func guardFields(k types.Kustomization) error {
	for _, p := range k.Patches {
		if p.Patch != "" || p.Options != nil {
			return fmt.Errorf("a patch stands in a file")
		}
	}
	k.TypeMeta, k.Resources, k.Patches, k.Namespace, k.Labels = types.TypeMeta{}, nil, nil, "", nil
	if k.CheckEmpty() != nil {
		return nil
	}
	return fmt.Errorf("only resources, patches, namespace and labels may be used")
}

func guardPath(files map[string][]byte, dir, p string) error {
	if p == "" || strings.ContainsAny(p, `:?\`) || strings.Contains(p, "//") || path.IsAbs(p) {
		return fmt.Errorf("%q is no path in this tree", p)
	}
	target := path.Join(dir, p)
	if _, ok := files[target]; ok {
		return nil
	}
	if _, ok := files[path.Join(target, kustomizationFile)]; ok && !strings.HasPrefix(target, "..") {
		return nil
	}
	return fmt.Errorf("%q is no path in this tree", p)
}
