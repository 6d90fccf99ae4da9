package overlay

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// Role is what a line of the output is for.
type Role string

// The roles of lines.
const (
	RoleObject        Role = "object"        // a field of an object
	RolePatch         Role = "patch"         // of what an environment changes in an object of the base
	RolePersonal      Role = "personal"      // of a patch or an object that people added
	RoleKustomization Role = "kustomization" // of a kustomization that tenantsmith wrote
)

// Spot is a value in a file of the output and what it belongs to.
type Spot struct {
	// Position is where the value stands, Path leads to it in its file. Value is nil for maps and lists.
	manifest.Position
	Path  manifest.Path
	Value any
	Role  Role
	// Env is empty in the base.
	Env string
	// Object is what the line is about, as it was generated, and in its environment's place where Placed says so;
	// nil where a kustomization speaks of none.
	Object *manifest.Object
	Placed bool
	// Field is that of the object which the line holds, sets or guards; Op is the operation of a patch.
	Field manifest.Path
	Op    string
	// Base is the object that a patch changes.
	Base *manifest.Object
	// Source is where people wrote the line.
	Source manifest.Position
}

// sheet is a file of the output with what it belongs to.
type sheet struct {
	tree *Tree
	file string
	env  *environment // nil in the base
	// member is the object that the file holds or patches; nil for kustomizations.
	member   *member
	personal *personal
	role     Role
}

// Spots returns every scalar of a file of the tree, in the order of its lines; none for a file that is not of
// the tree.
func (t *Tree) Spots(file string) []Spot {
	s, doc := t.sheet(file)
	if doc == nil {
		return nil
	}
	var out []Spot
	walkScalars(doc, nil, func(p manifest.Path, _ *manifest.Node) { out = append(out, s.spot(doc, slices.Clone(p))) })
	return out
}

// At returns what stands at a line of a file of the tree: the last field that begins there, or else the last
// before it, of whose text the line is a part. It reports false for the header and what is no line of the file.
func (t *Tree) At(file string, line int) (Spot, bool) {
	s, doc := t.sheet(file)
	if doc == nil || line < 1 || line > strings.Count(string(t.Files()[file]), "\n") {
		return Spot{}, false
	}
	var found manifest.Path
	walk(doc, nil, func(p manifest.Path, at manifest.Position) {
		if at.Line <= line {
			found = slices.Clone(p)
		}
	})
	if found == nil {
		return Spot{}, false
	}
	return s.spot(doc, found), true
}

// walk visits the fields and items of a document in the order of its lines, parents first.
func walk(n *manifest.Node, p manifest.Path, visit func(manifest.Path, manifest.Position)) {
	for i := range n.Fields {
		visit(append(p, n.Fields[i].Key), n.Fields[i].Position)
		walk(n.Fields[i].Value, append(p, n.Fields[i].Key), visit)
	}
	for i, item := range n.Items {
		visit(append(p, i), item.Position)
		walk(item, append(p, i), visit)
	}
}

func walkScalars(n *manifest.Node, p manifest.Path, visit func(manifest.Path, *manifest.Node)) {
	if n.Kind == manifest.Scalar {
		visit(p, n)
	}
	for i := range n.Fields {
		walkScalars(n.Fields[i].Value, append(p, n.Fields[i].Key), visit)
	}
	for i, item := range n.Items {
		walkScalars(item, append(p, i), visit)
	}
}

// sheet finds what a file belongs to, and reads it.
func (t *Tree) sheet(file string) (*sheet, *manifest.Node) {
	data, ok := t.Files()[file]
	if !ok {
		return nil, nil
	}
	docs, problems := manifest.Parse(file, data, manifest.ManifestLimits)
	s := t.owner(file)
	if len(problems) > 0 || len(docs) != 1 || s == nil {
		return nil, nil
	}
	return s, docs[0]
}

func (t *Tree) owner(file string) *sheet {
	if path.Base(file) == kustomizationFile {
		return &sheet{tree: t, file: file, env: t.environmentOf(file), role: RoleKustomization}
	}
	for i := range t.base {
		if t.base[i].file == file {
			return &sheet{tree: t, file: file, member: &t.base[i], role: RoleObject}
		}
	}
	for _, e := range t.envs {
		for _, m := range e.members {
			switch {
			case m.file == file && m.extra != "":
				return &sheet{tree: t, file: file, env: e, member: m, role: RolePersonal}
			case m.file == file && m.whole:
				return &sheet{tree: t, file: file, env: e, member: m, role: RoleObject}
			case m.patch == file:
				return &sheet{tree: t, file: file, env: e, member: m, role: RolePatch}
			}
		}
		for _, a := range e.patches {
			for _, m := range a.targets {
				if t.dir(m.Owner, "overlays", e.name, "patches", a.name) == file {
					return &sheet{tree: t, file: file, env: e, member: m, personal: a.personal, role: RolePersonal}
				}
			}
		}
	}
	return nil
}

// environmentOf is that of the overlay which a file stands in; nil in the base.
func (t *Tree) environmentOf(file string) *environment {
	for _, owner := range t.owners {
		for _, e := range t.envs {
			if strings.HasPrefix(file, t.dir(owner, "overlays", e.name)+"/") {
				return e
			}
		}
	}
	return nil
}

func (s *sheet) spot(doc *manifest.Node, p manifest.Path) Spot {
	out := Spot{Path: p, Role: s.role}
	out.Position, _ = doc.Find(p)
	out.Value = scalarAt(doc, p)
	if s.env != nil {
		out.Env = s.env.name
	}
	m := s.member
	if entry := s.entry(doc, p); entry != nil {
		m = entry.member
		if entry.personal != nil {
			out.Source = entry.personal.doc.Position
		} else if m.extra != "" {
			out.Source = m.Source.Position
		}
	}
	if m != nil {
		out.Object, out.Placed = &m.Object, m.placed
		if m.base != nil {
			out.Base = &m.base.Object
		}
	}
	switch s.role {
	case RoleObject:
		out.Field = p
	case RolePatch:
		out.Op, out.Field = m.patched(p)
	case RolePersonal:
		out.Field = p
		out.Source = s.source(p)
	}
	return out
}

func scalarAt(n *manifest.Node, p manifest.Path) any {
	v, _ := p.Lookup(n.Tree())
	switch v.(type) {
	case map[string]any, []any:
		return nil
	}
	return v
}

// source is where people wrote what a line of theirs says; without a line where they did not.
func (s *sheet) source(p manifest.Path) manifest.Position {
	if s.personal == nil {
		at, whole := s.member.Source.Find(p)
		if !whole {
			return manifest.Position{File: s.member.extra}
		}
		return at
	}
	if at, whole := s.personal.doc.Find(p); whole {
		return at
	}
	return s.personal.target.at
}

// entry is the file that an entry of a kustomization names, if that is no folder.
func (s *sheet) entry(doc *manifest.Node, p manifest.Path) *sheet {
	if s.role != RoleKustomization || len(p) < 2 || p[0] != "resources" && p[0] != "patches" {
		return nil
	}
	entry := p[:2]
	if p[0] == "patches" {
		entry = entry.Join("path")
	}
	name, _ := scalarAt(doc, entry).(string)
	if !strings.HasSuffix(name, ".yaml") {
		return nil
	}
	return s.tree.owner(path.Join(path.Dir(s.file), name))
}

// patched is the operation that a line of a patch belongs to, and the field of the object that it is for. What a
// guard tests stands in the list as it is then, and is found in the end by its name.
func (m *member) patched(p manifest.Path) (string, manifest.Path) {
	i, _ := p[0].(int)
	if i >= len(m.ops) {
		return "", nil
	}
	op, _ := m.ops[i].(map[string]any)
	kind, _ := op["op"].(string)
	switch kind {
	case "remove":
		return kind, typed(m.base.Tree, steps(m.settled(i)))
	case "test":
		return kind, m.guarded(op)
	}
	field := typed(m.Tree, steps(m.settled(i)))
	if len(p) > 2 && p[1] == "value" {
		field = field.Join(p[2:]...)
	}
	return kind, field
}

// guarded is the name of the item that a guard tests.
func (m *member) guarded(op map[string]any) manifest.Path {
	pointer, _ := op["path"].(string)
	all := steps(pointer)
	if len(all) < 2 {
		return nil
	}
	at := typed(m.Tree, all[:len(all)-2])
	for _, tree := range []map[string]any{m.Tree, m.base.Tree} {
		list, _ := at.Lookup(tree)
		items, _ := list.([]any)
		for i, item := range items {
			if named, ok := item.(map[string]any); ok && named["name"] == op["value"] {
				return at.Join(i, "name")
			}
		}
	}
	return nil
}

// typed makes a path of the steps of a JSON pointer: an index where the tree has a list.
func typed(tree any, steps []string) manifest.Path {
	var out manifest.Path
	for _, step := range steps {
		var next any
		if list, ok := tree.([]any); ok {
			i, _ := strconv.Atoi(step)
			out = append(out, i)
			if i >= 0 && i < len(list) {
				next = list[i]
			}
		} else {
			out = append(out, step)
			if m, ok := tree.(map[string]any); ok {
				next = m[step]
			}
		}
		tree = next
	}
	return out
}
