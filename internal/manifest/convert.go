package manifest

import (
	"fmt"

	"go.yaml.in/yaml/v3"
)

// crumb is one step of the way to the value being read. A key, or an index where the key is empty and list set.
type crumb struct {
	key   string
	index int
	list  bool
}

// field writes the way to the value being read.
func (r *reader) field() string {
	p := make(Path, len(r.trail))
	for i, c := range r.trail {
		if c.list {
			p[i] = c.index
		} else {
			p[i] = clip(c.key, 300)
		}
	}
	return p.String()
}

// here reports a problem of the value being read. The way to it is written only for problems that are told: keys
// may be long, and problems many.
func (r *reader) here(k kind, y *yaml.Node, message, remedy string) {
	field := ""
	if r.count[k] < perKind {
		field = r.field()
	}
	r.addField(k, r.place(y), field, message, remedy)
}

// place is where a node stands. The library puts missing values at the end of a file behind it.
func (r *reader) place(y *yaml.Node) Position {
	return Position{File: r.file, Line: min(y.Line, r.lines), Column: y.Column}
}

// node turns a node of the library into ours. It always returns one, so that reading can go on after a problem.
func (r *reader) node(y *yaml.Node, depth int) *Node {
	n := r.cut()
	n.Position = r.place(y)
	if r.nodes++; r.nodes > r.lim.Nodes && !r.spent {
		r.tooManyNodes(n.Position)
	}
	if r.spent || !r.simple(y) {
		return n
	}
	switch y.Kind {
	case yaml.ScalarNode:
		n.Value = r.scalar(y)
	case yaml.MappingNode:
		n.Kind = Map
		if r.enter(y, depth) {
			r.fields(n, y, depth)
		}
	case yaml.SequenceNode:
		n.Kind = List
		if r.enter(y, depth) {
			r.items(n, y, depth)
		}
	}
	return n
}

// cut takes a node from a slab: one allocation for many nodes.
func (r *reader) cut() *Node {
	if len(r.room) == 0 {
		r.room = make([]Node, min(16+r.nodes, 512))
	}
	n := &r.room[0]
	r.room = r.room[1:]
	return n
}

// simple refuses what makes a value mean something else than its text says.
func (r *reader) simple(y *yaml.Node) bool {
	plain := true
	if y.Kind == yaml.AliasNode {
		r.here(kindAlias, y, fmt.Sprintf("alias *%s is not allowed", clip(y.Value, 40)),
			"write the value out, or quote it if it is text")
		return false
	}
	if y.Anchor != "" {
		r.here(kindAnchor, y, fmt.Sprintf("anchor &%s is not allowed", clip(y.Anchor, 40)),
			"write the value out wherever it is needed")
		plain = false
	}
	if tag, ok := r.tag(y); ok {
		r.here(kindTag, y, fmt.Sprintf("tag %s is not allowed", clip(tag, 40)),
			"remove the tag, and quote the value if it is text")
		plain = false
	}
	return plain
}

// tag returns the explicit tag of a node. The library forgets the tag "!", but a node begins at its tag, and
// nothing else begins with that mark.
func (r *reader) tag(y *yaml.Node) (string, bool) {
	if y.Style&yaml.TaggedStyle != 0 {
		r.marked = r.place(y)
		return y.Tag, true
	}
	if r.marked == r.place(y) || !r.src.marked(y.Line, y.Column) {
		return "", false
	}
	r.marked = r.place(y)
	return "!", true
}

// enter reports whether a map or list may be read.
func (r *reader) enter(y *yaml.Node, depth int) bool {
	if depth > r.lim.Depth {
		r.add(kindLimit, r.place(y), fmt.Sprintf("more than %d maps and lists stand in each other", r.lim.Depth), "write it flatter")
		return false
	}
	if y.Kind == yaml.MappingNode && len(y.Content)/2 > r.lim.Keys {
		r.here(kindLimit, y, fmt.Sprintf("map has %d keys, more than the %d allowed", len(y.Content)/2, r.lim.Keys), "")
		return false
	}
	return true
}

func (r *reader) items(n *Node, y *yaml.Node, depth int) {
	n.Items = make([]*Node, len(y.Content))
	for i, c := range y.Content {
		r.trail = append(r.trail, crumb{index: i, list: true})
		n.Items[i] = r.node(c, depth+1)
		r.trail = r.trail[:len(r.trail)-1]
	}
}

func (r *reader) fields(n *Node, y *yaml.Node, depth int) {
	n.Fields = make([]Field, 0, len(y.Content)/2)
	seen := newKeys(len(y.Content) / 2)
	for i := 0; i+1 < len(y.Content); i += 2 {
		k, v := y.Content[i], y.Content[i+1]
		r.trail = append(r.trail, crumb{key: k.Value})
		if r.key(k) {
			if first, ok := seen.find(n.Fields, k.Value); ok {
				r.here(kindDuplicate, k, fmt.Sprintf("set twice, first in line %d, column %d",
					n.Fields[first].Line, n.Fields[first].Column), "keep one of the two")
			}
		}
		value := r.node(v, depth+1)
		n.Fields = append(n.Fields, Field{Key: k.Value, Position: r.place(k), Value: value})
		r.trail = r.trail[:len(r.trail)-1]
	}
}

// key reports whether a key is a plain string.
func (r *reader) key(k *yaml.Node) bool {
	if !r.simple(k) {
		return false
	}
	at := r.place(k)
	switch {
	case k.Kind != yaml.ScalarNode:
		r.add(kindKey, at, "key is a map or a list, not a string", "")
		return false
	case k.Value == "<<":
		r.here(kindMerge, k, "merge key << is not allowed", "write the fields out")
		return false
	case len(k.Value) > r.lim.Scalar:
		r.add(kindLimit, at, fmt.Sprintf("key has %s, more than the %s allowed", size(len(k.Value)), size(r.lim.Scalar)), "")
		return false
	case k.Style != 0:
		return true
	case k.Value == "":
		r.add(kindKey, at, "key is missing before the colon", "write a key, or quote the text")
		return false
	}
	v, fault := resolve(k.Value)
	if _, ok := v.(string); ok && fault == "" {
		return true
	}
	r.here(kindKey, k, fmt.Sprintf("key %s is not a string", k.Value), fmt.Sprintf("write %q", k.Value))
	return false
}

// keys finds a key among the fields read so far: by looking where they are few, by a map where they are many.
type keys struct{ index map[string]int }

func newKeys(n int) keys {
	if n <= 8 {
		return keys{}
	}
	return keys{index: make(map[string]int, n)}
}

func (s keys) find(fields []Field, key string) (int, bool) {
	if s.index != nil {
		i, ok := s.index[key]
		if !ok {
			s.index[key] = len(fields)
		}
		return i, ok
	}
	for i := range fields {
		if fields[i].Key == key {
			return i, true
		}
	}
	return 0, false
}
