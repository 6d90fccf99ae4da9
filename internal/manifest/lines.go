package manifest

// lineNode remembers at which line a field of a written tree begins, and those of its fields.
type lineNode struct {
	line  int
	keys  map[string]*lineNode
	items []*lineNode
}

func (n *lineNode) key(k string, line int) *lineNode {
	if n.keys == nil {
		n.keys = map[string]*lineNode{}
	}
	n.keys[k] = &lineNode{line: line}
	return n.keys[k]
}

func (n *lineNode) item(line int) *lineNode {
	n.items = append(n.items, &lineNode{line: line})
	return n.items[len(n.items)-1]
}

// Lines returns a function that tells at which line (from 1) [Marshal] writes the field at a path: the line of its
// key or dash. For a path that does not exist it is the line of the nearest parent that does.
func Lines(tree any) func(Path) int {
	root := &lineNode{}
	e := emitter{lines: root}
	e.root(tree)
	return func(p Path) int {
		n := root
		for _, step := range p {
			next := n.step(step)
			if next == nil {
				break
			}
			n = next
		}
		return n.line + 1
	}
}

func (n *lineNode) step(step any) *lineNode {
	switch s := step.(type) {
	case string:
		return n.keys[s]
	case int:
		if s >= 0 && s < len(n.items) {
			return n.items[s]
		}
	}
	return nil
}
