package overlay

import (
	"strconv"
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
		op, path := op.(map[string]any), m.settled(i)
		if op["op"] != "test" && op["op"] != "remove" && len(path) > longest && (want == path || strings.HasPrefix(want, path+"/")) {
			found, longest = i, len(path)
		}
	}
	return found
}

// settled is the pointer of an operation. Where that appends ("-") it is the index that the item has in
// the end: operations on one list follow each other, so the last of them made its last item.
func (m *member) settled(i int) string {
	path, _ := m.ops[i].(map[string]any)["path"].(string)
	parent, appends := strings.CutSuffix(path, "/-")
	list, isList := follow(m.Tree, steps(parent)).([]any)
	if !appends || !isList {
		return path
	}
	index := len(list) - 1
	for _, op := range m.ops[i+1:] {
		if op.(map[string]any)["path"] == path {
			index--
		}
	}
	return parent + "/" + strconv.Itoa(index)
}

// follow returns what stands at the steps of a JSON pointer, or nil.
func follow(tree any, steps []string) any {
	for _, step := range steps {
		switch v := tree.(type) {
		case map[string]any:
			tree = v[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(v) {
				return nil
			}
			tree = v[i]
		default:
			return nil
		}
	}
	return tree
}

// inOperation is the way to the field through the value of the operation.
func (m *member) inOperation(i int, field manifest.Path) manifest.Path {
	path, _ := m.ops[i].(map[string]any)["path"].(string)
	return manifest.Path{i, "value"}.Join(field[len(steps(path)):]...)
}
