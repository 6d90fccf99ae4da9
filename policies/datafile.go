package policies

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// dataReader reads data that stands beside rules and notes what is wrong with it.
type dataReader struct{ faults Errors }

func (r *dataReader) say(n *manifest.Node, format string, args ...any) {
	r.faults = append(r.faults, manifest.Problem{
		Check: "policy", Severity: manifest.Error, Position: n.Position, Message: fmt.Sprintf(format, args...),
	})
}

// list are the items of a list that must not be empty.
func (r *dataReader) list(n *manifest.Node, what string) []*manifest.Node {
	if n.Kind != manifest.List || len(n.Items) == 0 {
		r.say(n, "%s is needed", what)
		return nil
	}
	return n.Items
}

// fields reports whether the node is a map, and refuses keys that nothing reads.
func (r *dataReader) fields(n *manifest.Node, what string, known ...string) bool {
	if n.Kind != manifest.Map {
		r.say(n, "%s is a map of %s", what, strings.Join(known, ", "))
		return false
	}
	for _, f := range n.Fields {
		if !slices.Contains(known, f.Key) {
			r.say(&manifest.Node{Position: f.Position}, "%s has no %q: use %s", what, f.Key, strings.Join(known, ", "))
		}
	}
	return true
}

// text is a field that must be there and hold a text.
func (r *dataReader) text(n *manifest.Node, what, key string) string {
	v := n.Get(key)
	if v == nil {
		r.say(n, "%s needs %s", what, key)
		return ""
	}
	s, ok := v.Value.(string)
	switch {
	case !ok && v.Kind == manifest.Scalar && v.Value != nil:
		r.say(v, "%s must be a text: write it in quotes", key)
	case s == "":
		r.say(v, "%s must be a text", key)
	}
	return s
}

// optional is a field that may be missing and otherwise holds a text.
func (r *dataReader) optional(n *manifest.Node, what, key string) string {
	if n.Get(key) == nil {
		return ""
	}
	return r.text(n, what, key)
}
