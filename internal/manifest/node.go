package manifest

// Node is a piece of YAML that remembers where it stands. Aliases, tags and merge keys never reach
// it: [Parse] refuses them.
type Node struct {
	Position
	// Value is the scalar (string, bool, int64, float64 or nil); nil for maps and lists.
	Value any
	// Fields are the entries of a map in the order of the file; Items those of a list.
	Fields []Field
	Items  []*Node
	Kind   NodeKind
}

// NodeKind tells maps, lists and scalars apart.
type NodeKind uint8

const (
	Scalar NodeKind = iota
	Map
	List
)

// Field is one entry of a map.
type Field struct {
	Key string
	// Position is that of the key.
	Position
	Value *Node
}

// Get returns the value under a key, or nil.
func (n *Node) Get(key string) *Node {
	if n == nil {
		return nil
	}
	for i := range n.Fields {
		if n.Fields[i].Key == key {
			return n.Fields[i].Value
		}
	}
	return nil
}

// Find follows the path as far as it exists. It returns the position that a message about the path
// should name (of a scalar the scalar itself, otherwise its key or list item), and whether the whole
// path exists.
func (n *Node) Find(p Path) (Position, bool) {
	at := n.Position
	for _, step := range p {
		next, pos := n.step(step)
		if next == nil {
			return at, false
		}
		n, at = next, pos
	}
	if n.Kind == Scalar {
		at = n.Position
	}
	return at, true
}

func (n *Node) step(step any) (*Node, Position) {
	switch s := step.(type) {
	case string:
		for i := range n.Fields {
			if n.Fields[i].Key == s {
				return n.Fields[i].Value, n.Fields[i].Position
			}
		}
	case int:
		if s >= 0 && s < len(n.Items) {
			return n.Items[s], n.Items[s].Position
		}
	}
	return nil, Position{}
}

// Tree returns the node as a JSON tree.
func (n *Node) Tree() any {
	switch n.Kind {
	case Map:
		m := make(map[string]any, len(n.Fields))
		for i := range n.Fields {
			m[n.Fields[i].Key] = n.Fields[i].Value.Tree()
		}
		return m
	case List:
		l := make([]any, len(n.Items))
		for i, item := range n.Items {
			l[i] = item.Tree()
		}
		return l
	}
	return n.Value
}
