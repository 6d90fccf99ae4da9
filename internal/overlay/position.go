package overlay

import (
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// Output returns the line of the output at which the field of an object that an environment built
// stands: in the environment's own patch if that sets it, otherwise in the object's file, at the field
// or its nearest parent that is written there. A person's patch is no output of ours: for what it sets
// the position is that of the object's file.
func (t *Tree) Output(env string, b Built, field manifest.Path) manifest.Position {
	const header = 1 // the line above the object
	e := t.environment(env)
	if e == nil {
		return manifest.Position{File: b.File}
	}
	for _, m := range e.members {
		if m.Owner != b.Owner || e.key(m) != b.Key() {
			continue
		}
		if i := m.operation(field); i >= 0 {
			return manifest.Position{File: m.patch, Line: header + manifest.Lines(m.ops)(m.inOperation(i, field))}
		}
		tree := m.Tree
		switch {
		case m.placed:
			tree = e.place(m)
		case m.base != nil:
			tree = m.base.Tree
		}
		return manifest.Position{File: m.file, Line: header + manifest.Lines(tree)(field)}
	}
	return manifest.Position{File: b.File}
}

// operation returns the index of the patch operation that sets the field, or -1.
func (m *member) operation(field manifest.Path) int {
	want := pointer(field)
	found, longest := -1, -1
	for i, op := range m.ops {
		op := op.(map[string]any)
		path, _ := op["path"].(string)
		if op["op"] != "test" && op["op"] != "remove" && len(path) > longest && (want == path || strings.HasPrefix(want, path+"/")) {
			found, longest = i, len(path)
		}
	}
	return found
}

// inOperation is the way to the field through the value of the operation.
func (m *member) inOperation(i int, field manifest.Path) manifest.Path {
	path, _ := m.ops[i].(map[string]any)["path"].(string)
	return manifest.Path{i, "value"}.Join(field[len(steps(path)):]...)
}
