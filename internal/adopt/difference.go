package adopt

import (
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// Difference is a field that two views of an object do not share.
type Difference struct {
	Path manifest.Path
	// Was is what the object that was read says, Is what the rendered one says; nil for nothing.
	Was, Is any
}

// keyed are the maps of a view whose entries come and go one by one.
var keyed = []string{"annotations", "containers", "env", "files", "imagePullSecrets", "initContainers", "metadata", "mounts", "ports", "volumeClaimTemplates"}

// compare parts the differences of two views: what was lost is said in the first and not in the second, or otherwise;
// what was added is said in the second alone.
func compare(was, is any, path manifest.Path) (lost, added []Difference) {
	w, ok := was.(tree)
	i, also := is.(tree)
	if !ok || !also {
		if manifest.Equal(was, is) {
			return nil, nil
		}
		return []Difference{{path, was, is}}, nil
	}
	for _, k := range sortedKeys(w) {
		if x, there := i[k]; there {
			l, a := compare(w[k], x, path.Join(k))
			lost, added = append(lost, l...), append(added, a...)
		} else if m, ok := w[k].(tree); ok && slices.Contains(keyed, k) {
			l, _ := compare(m, tree{}, path.Join(k))
			lost = append(lost, l...)
		} else if w[k] != nil {
			lost = append(lost, Difference{path.Join(k), w[k], nil})
		}
	}
	for _, k := range sortedKeys(i) {
		if _, there := w[k]; !there && !hollow(i[k]) {
			added = append(added, Difference{path.Join(k), nil, i[k]})
		}
	}
	return lost, added
}

// hollow reports whether a map holds nothing but maps that hold nothing. An empty volume says something, and stands deeper.
func hollow(v any) bool {
	m, ok := v.(tree)
	if !ok {
		return v == nil
	}
	for k, x := range m {
		if k == "emptyDir" || !hollow(x) {
			return false
		}
	}
	return true
}
