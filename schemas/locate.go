package schemas

import (
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// A problem of a resolved document knows its field in the words of that document. These functions put
// it where a person can mend it: the file, the place and the field in the words of that file.

// locate finds the place to write about a field of a resolved document: the field itself when people
// wrote it, or else the nearest one above it that they wrote. rule is where the schemas gave the
// value, when they did.
func (r *resolver) locate(doc *manifest.Node, path manifest.Path) (at manifest.Position, words manifest.Path, rule manifest.Position) {
	at, depth := lowest(doc, path)
	if pos, ok := doc.Find(path); ok && !isYAML(pos.File) {
		rule = pos
	}
	return at, r.words(at, path[:depth]).Join(path[depth:]...), rule
}

// lowest follows the path and returns the last place that a person wrote, and how much of the path
// leads there.
func lowest(doc *manifest.Node, path manifest.Path) (manifest.Position, int) {
	at, depth := doc.Position, 0
	for i := range path {
		pos, ok := doc.Find(path[:i+1])
		if !ok {
			break
		}
		if isYAML(pos.File) {
			at, depth = pos, i+1
		}
	}
	return at, depth
}

// words says a field of a resolved document as the file at the position has it:
// spec.environments.production.replicas instead of spec.replicas.
func (r *resolver) words(at manifest.Position, path manifest.Path) manifest.Path {
	doc := r.docs[at.File]
	if at.File == platformFile {
		doc = r.written
	}
	if doc == nil || len(path) == 0 {
		return path
	}
	if pos, ok := doc.Find(path); ok && pos == at {
		return path
	}
	if found := pathOf(doc, at, path[len(path)-1], nil); found != nil {
		return found
	}
	return path
}

// pathOf searches the field that stands at a position; last is its key or index.
func pathOf(n *manifest.Node, at manifest.Position, last any, path manifest.Path) manifest.Path {
	for i := range n.Fields {
		f := &n.Fields[i]
		here := path.Join(f.Key)
		if f.Key == last && (f.Position == at || f.Value.Kind == manifest.Scalar && f.Value.Position == at) {
			return here
		}
		if found := pathOf(f.Value, at, last, here); found != nil {
			return found
		}
	}
	for i, item := range n.Items {
		here := path.Join(i)
		if item.Position == at && i == last {
			return here
		}
		if found := pathOf(item, at, last, here); found != nil {
			return found
		}
	}
	return nil
}

// resolved is a tenant in one environment while it is judged.
type resolved struct {
	*resolver
	env      string
	stage    *PlatformEnvironment
	tier     *Tier
	cluster  *Cluster
	doc      *manifest.Node
	problems []manifest.Problem
	// rules is how many of the problems came from the schemas, not from Go.
	rules int
	// removed are the places of the nulls that removed fields, by field.
	removed     map[string]manifest.Position
	environment Environment
}

// complain reports a field of the resolved document.
func (r *resolved) complain(path manifest.Path, format string, args ...any) *manifest.Problem {
	p := fault(manifest.Position{}, path.String(), format, args...)
	r.add(path, p)
	return &r.problems[len(r.problems)-1]
}

// add places a problem about a field of the resolved document.
func (r *resolved) add(path manifest.Path, p manifest.Problem) {
	at, words, rule := r.locate(r.doc, path)
	if null, ok := r.removed[path.String()]; ok && r.lacks(path) {
		at, words = null, r.words(null, path)
	}
	p.Position, p.Field, p.Environment = at, words.String(), r.env
	if p.Rule == (manifest.Position{}) {
		p.Rule = rule
	}
	r.problems = append(r.problems, p)
}

// lacks reports whether the resolved document does not have a field.
func (r *resolved) lacks(path manifest.Path) bool {
	n, _ := r.value(path)
	return n == nil
}

// field is a field of the resolved document as the file has it where a person would mend it.
func (r *resolved) field(path manifest.Path) string {
	_, words, _ := r.locate(r.doc, path)
	return words.String()
}

// value is the node of a field of the resolved document, and whether a person wrote it.
func (r *resolved) value(path manifest.Path) (n *manifest.Node, own bool) {
	n = r.doc
	for _, step := range path {
		switch s := step.(type) {
		case string:
			n = n.Get(s)
		case int:
			if items := itemsOf(n); s < len(items) {
				n = items[s]
			} else {
				n = nil
			}
		}
		if n == nil {
			return nil, false
		}
	}
	pos, _ := r.doc.Find(path)
	return n, isYAML(pos.File)
}

// prune takes wrong fields out of a document, so that the rest can be judged all the same. A wrong
// item of a list leaves with its list: the others would change their numbers.
func (r *resolver) prune(doc *manifest.Node, problems []manifest.Problem) *manifest.Node {
	for _, p := range problems {
		if p.Severity == manifest.Warning || p.Field == "" {
			continue
		}
		path := manifest.ParsePath(p.Field)
		if i := slices.IndexFunc(path, isIndex); i >= 0 {
			path = path[:i]
		}
		doc = remove(doc, path)
		path = logical(path)
		r.pruned = append(r.pruned, path)
		if _, name, ok := strings.Cut(p.Message, misspelt); ok { // the field that was meant is not missing
			r.pruned = append(r.pruned, logical(manifest.ParsePath(strings.TrimSuffix(name, "?"))))
		}
		if len(path) == 4 && path[1] == "services" && path[3] == "kind" {
			r.kindless = append(r.kindless, path[:3])
		}
	}
	return doc
}

// isPruned reports whether a problem follows from a field that is known to be wrong.
func (r *resolver) isPruned(path manifest.Path) bool { return isWithin(path, r.pruned) }

// isOfNoKind reports whether a problem is about a service whose kind is none.
func (r *resolver) isOfNoKind(p manifest.Problem) bool {
	return len(r.kindless) > 0 && isWithin(logical(manifest.ParsePath(p.Field)), r.kindless)
}

// isTorn reports whether a part of a field, or what it is part of, is known to be wrong and missing.
func (r *resolver) isTorn(path manifest.Path) bool {
	return r.isPruned(path) || slices.ContainsFunc(r.pruned, func(p manifest.Path) bool { return isWithin(p, []manifest.Path{path}) })
}

// isWithin reports whether a path is one of others or leads on from it.
func isWithin(path manifest.Path, others []manifest.Path) bool {
	return slices.ContainsFunc(others, func(p manifest.Path) bool {
		return len(p) <= len(path) && slices.Equal(p, path[:len(p)])
	})
}

// logical is the field of a resolved document that a field of a tenant's file becomes.
func logical(path manifest.Path) manifest.Path {
	if len(path) > 3 && path[0] == "spec" && path[1] == "environments" {
		return manifest.Path{"spec"}.Join(path[3:]...)
	}
	return path
}

func isIndex(step any) bool { _, ok := step.(int); return ok }

// remove returns the document without the field at a path of keys.
func remove(n *manifest.Node, path manifest.Path) *manifest.Node {
	if len(path) == 0 {
		return n
	}
	key, _ := path[0].(string)
	child := n.Get(key)
	if child == nil {
		return n
	}
	if len(path) == 1 {
		return without(n, key)
	}
	out := *n
	out.Fields = slices.Clone(n.Fields)
	for i := range out.Fields {
		if out.Fields[i].Key == key {
			out.Fields[i].Value = remove(child, path[1:])
		}
	}
	return &out
}
