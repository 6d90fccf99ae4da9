package overlay

import (
	"maps"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// checkNulls refuses a merge that would remove labels or annotations by null: kustomize writes the text
// "null" instead, or does nothing.
func (p *personal) checkNulls() *manifest.Problem {
	path := nullMark(nil, p.body)
	if path == nil {
		return nil
	}
	return p.at(path, "kustomize removes no label and no annotation by null",
		"write a map of target and patch, with the operation remove under patch")
}

// nullMark is the first null at or in a map of labels or annotations.
func nullMark(at manifest.Path, tree any) manifest.Path {
	m, _ := tree.(map[string]any)
	for _, key := range slices.Sorted(maps.Keys(m)) {
		path := at.Join(key)
		if key == "labels" || key == "annotations" {
			if m[key] == nil {
				return path
			}
			marks, _ := m[key].(map[string]any)
			for _, mark := range slices.Sorted(maps.Keys(marks)) {
				if marks[mark] == nil {
					return path.Join(mark)
				}
			}
		}
		if found := nullMark(path, m[key]); found != nil {
			return found
		}
	}
	return nil
}
