package function

import (
	"bytes"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// limits hold for a whole ResourceList. They leave room for the output of a large package, and what they
// let through stays linear.
var limits = manifest.Limits{File: 16 << 20, Scalar: 1 << 20, Depth: 72, Keys: 2_000, Nodes: 500_000, Documents: 1}

// stdin is how messages name the input where it is no item and no functionConfig.
const stdin = "ResourceList"

const (
	listGroup = "config.kubernetes.io/"
	listKind  = "ResourceList"
)

// resourceList is what an orchestrator sends.
type resourceList struct {
	lines [][]byte
	root  *manifest.Node
	// begins are the lines in which items begin, as far as they were asked for.
	begins map[*manifest.Node]int
}

// parseList reads the list. Anchors, aliases and tags are refused here, before any library of kustomize
// sees them.
func parseList(text []byte) (*resourceList, []manifest.Problem) {
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	start := manifest.Position{File: stdin, Line: 1, Column: 1}
	if len(bytes.TrimSpace(text)) == 0 {
		return nil, refused(start, "", "nothing came in on stdin", "run it by kustomize or kpt, or pipe a ResourceList into it")
	}
	docs, problems := manifest.Parse(stdin, text, limits)
	if len(problems) > 0 {
		return nil, problems
	}
	l := &resourceList{lines: splitLines(text), root: docs[0], begins: map[*manifest.Node]int{}}
	version, _ := scalar(l.root.Get("apiVersion"))
	if kind, _ := scalar(l.root.Get("kind")); kind != listKind || !strings.HasPrefix(version, listGroup) {
		return nil, refused(start, "", "stdin holds no "+listKind+" of "+listGroup+"v1", "run it by kustomize or kpt, or wrap the objects into one")
	}
	if items := l.root.Get("items"); !is(items, manifest.List) {
		return nil, refused(items.Position, "items", "must be a list", "")
	}
	if config := l.root.Get("functionConfig"); !is(config, manifest.Map) {
		return nil, refused(config.Position, "functionConfig", "must be a map", "")
	}
	return l, nil
}

// is reports whether a value is of a kind, or as good as absent.
func is(n *manifest.Node, kind manifest.NodeKind) bool {
	return n == nil || n.Kind == kind || n.Kind == manifest.Scalar && n.Value == nil
}

func (l *resourceList) items() []*manifest.Node {
	if items := l.root.Get("items"); items != nil {
		return items.Items
	}
	return nil
}

// begin is the line in which an item begins: that of its dash, before the comments on top of it.
func (l *resourceList) begin(item *manifest.Node) int {
	line, known := l.begins[item]
	if !known {
		line = l.above(item)
		l.begins[item] = line
	}
	return line
}

func (l *resourceList) above(item *manifest.Node) int {
	for line := item.Line - 1; line > 0; line-- {
		above := bytes.TrimLeft(l.lines[line-1], " ")
		comment := bytes.TrimLeft(bytes.TrimPrefix(above, []byte("-")), " ")
		if !bytes.HasPrefix(comment, []byte("#")) {
			break
		}
		if len(comment) < len(above) {
			return line
		}
	}
	return item.Line
}

func scalar(n *manifest.Node) (string, bool) {
	if n == nil {
		return "", false
	}
	s, ok := n.Value.(string)
	return s, ok
}

func refused(at manifest.Position, field, message, remedy string) []manifest.Problem {
	return []manifest.Problem{{Check: "schema", Severity: manifest.Error, Position: at, Field: field, Message: message, Remedy: remedy}}
}
