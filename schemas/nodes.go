package schemas

import (
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

func says(n *manifest.Node, key string) bool {
	v := n.Get(key)
	return v != nil && !isNull(v)
}

// without returns the map without some keys; n itself when it has none of them.
func without(n *manifest.Node, keys ...string) *manifest.Node {
	if n == nil || !slices.ContainsFunc(n.Fields, func(f manifest.Field) bool { return slices.Contains(keys, f.Key) }) {
		return n
	}
	out := *n
	out.Fields = make([]manifest.Field, 0, len(n.Fields))
	for _, f := range n.Fields {
		if !slices.Contains(keys, f.Key) {
			out.Fields = append(out.Fields, f)
		}
	}
	return &out
}

// with returns the map with a field set.
func with(n *manifest.Node, key string, at manifest.Position, value *manifest.Node) *manifest.Node {
	out := without(n, key)
	if out == n {
		c := *n
		c.Fields = slices.Clip(c.Fields)
		out = &c
	}
	out.Fields = append(out.Fields, manifest.Field{Key: key, Position: at, Value: value})
	return out
}

// replaced returns the map with another value in one of its fields, which stays where it was.
func replaced(n *manifest.Node, key string, value *manifest.Node) *manifest.Node {
	out := *n
	out.Fields = slices.Clone(n.Fields)
	for i := range out.Fields {
		if out.Fields[i].Key == key {
			out.Fields[i].Value = value
		}
	}
	return &out
}

// mapOf makes a map of one field.
func mapOf(key string, value *manifest.Node) *manifest.Node {
	return &manifest.Node{Position: value.Position, Kind: manifest.Map, Fields: []manifest.Field{{Key: key, Position: value.Position, Value: value}}}
}

// withoutNulls returns the node without what stands there to remove something.
func withoutNulls(n *manifest.Node) *manifest.Node {
	out := *n
	changed := false
	out.Fields = make([]manifest.Field, 0, len(n.Fields))
	for _, f := range n.Fields {
		if isNull(f.Value) {
			changed = true
			continue
		}
		old := f.Value
		if f.Value.Kind == manifest.Map {
			f.Value = withoutNulls(f.Value)
		}
		changed = changed || f.Value != old
		out.Fields = append(out.Fields, f)
	}
	if !changed {
		return n
	}
	return &out
}

// fieldsOf and itemsOf are those of a node that may be missing.
func fieldsOf(n *manifest.Node) []manifest.Field {
	if n == nil {
		return nil
	}
	return n.Fields
}

func itemsOf(n *manifest.Node) []*manifest.Node {
	if n == nil {
		return nil
	}
	return n.Items
}
