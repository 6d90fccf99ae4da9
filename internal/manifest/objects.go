package manifest

import (
	"fmt"
	"strings"
)

// listDepth is how many lists may stand in each other.
const listDepth = 4

// Objects returns the Kubernetes objects of one document, each with its tree and the YAML it comes from. Lists
// (v1 List, and every other kind that ends in List and has items) are unwrapped; items of a typed list that lack
// a kind, as API servers write them, get that of the list. What has no apiVersion or no kind is a problem.
func Objects(n *Node) ([]Object, []Problem) {
	if n == nil || n.Kind == Scalar && n.Value == nil {
		return nil, nil
	}
	u := unwrapper{report: report{file: n.File}}
	u.unwrap(n, "", "", 0)
	return u.objects, u.finish()
}

type unwrapper struct {
	report
	objects []Object
}

// unwrap takes one object or list; version and kind are what an outer list says of its items.
func (u *unwrapper) unwrap(n *Node, version, kind string, depth int) {
	if n.Kind != Map {
		u.add(kindDocuments, n.Position, "not a Kubernetes object: a map with apiVersion and kind is needed", "")
		return
	}
	version, ok := u.name(n, "apiVersion", version)
	kind, named := u.name(n, "kind", kind)
	if !ok || !named {
		return
	}
	if items := n.Get("items"); strings.HasSuffix(kind, "List") && items != nil && (items.Kind == List || items.Value == nil && items.Kind == Scalar) {
		u.list(items, version, kind, depth)
		return
	}
	tree := n.Tree().(map[string]any)
	tree["apiVersion"], tree["kind"] = version, kind
	u.objects = append(u.objects, Object{Tree: tree, Source: n})
}

func (u *unwrapper) list(items *Node, version, kind string, depth int) {
	if depth == listDepth {
		u.add(kindLimit, items.Position, fmt.Sprintf("more than %d lists stand in each other", listDepth), "write one list")
		return
	}
	item := strings.TrimSuffix(kind, "List")
	if item == "" {
		version = ""
	}
	for _, n := range items.Items {
		u.unwrap(n, version, item, depth+1)
	}
}

// name reads apiVersion or kind.
func (u *unwrapper) name(n *Node, field, fallback string) (string, bool) {
	v := n.Get(field)
	if v == nil {
		if fallback == "" {
			u.addField(kindKey, n.Position, field, "is missing", "every object says its apiVersion and kind")
		}
		return fallback, fallback != ""
	}
	s, _ := v.Value.(string)
	if s == "" {
		u.addField(kindScalar, v.Position, field, "must be a string", "")
	}
	return s, s != ""
}
