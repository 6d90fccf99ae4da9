package policies

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
)

// patched is the context with a JSON patch applied to it as rules see it.
func (c Context) patched(patch []operation) (Context, error) {
	if len(patch) == 0 {
		return c, nil
	}
	before, err := c.tree()
	if err != nil {
		return c, err
	}
	changed, err := apply(patch, before)
	if err != nil {
		return c, fmt.Errorf("context: %w", err)
	}
	want, ok := changed.(map[string]any)
	if !ok {
		return c, errors.New("context: it is a map")
	}
	c = c.read(want)
	got, err := c.tree()
	if err != nil {
		return c, err
	}
	if field := differs(want, got); field != "" {
		return c, fmt.Errorf("context: rules find no such %s", field)
	}
	return c, nil
}

// read takes over what the tree says.
func (c Context) read(tree map[string]any) Context {
	c.Tenant, c.Environment, c.Namespace = text(tree, "tenant"), text(tree, "environment"), text(tree, "namespace")
	c.Tier, c.Now, c.Namespaces = text(tree, "tier"), text(tree, "now"), texts(tree, "namespaces")
	c.Protected, _ = tree["protected"].(bool)
	c.Spec, c.Platform.Cluster = documentOf(tree, "spec"), documentOf(tree, "cluster")
	p, _ := tree["platform"].(map[string]any)
	c.Platform.Spec = documentOf(p, "spec")
	c.Platform.ReservedNamespaces, c.Platform.OuterNamespaces = texts(p, "reserved_namespaces"), texts(p, "outer_namespaces")
	c.Platform.BindableClusterRoles, c.Platform.DNSNamespaces = texts(p, "bindable_cluster_roles"), texts(p, "dns_namespaces")
	c.Platform.ClusterVersion = ""
	if n, ok := p["minor"].(int64); ok && n != newestMinor {
		c.Platform.ClusterVersion = fmt.Sprintf("v1.%d", n)
	}
	c.Platform.AllowedKinds = nil
	kinds, _ := p["allowed_kinds"].([]any)
	for _, k := range kinds {
		m, _ := k.(map[string]any)
		c.Platform.AllowedKinds = append(c.Platform.AllowedKinds, Kind{text(m, "group"), text(m, "kind"), text(m, "scope")})
	}
	return c
}

// tree is the context as rules see it, as a JSON tree.
func (c Context) tree() (map[string]any, error) {
	v, err := ast.JSON(ast.MustInterfaceToValue(c.value()))
	if err != nil {
		return nil, err
	}
	return plainNumbers(v).(map[string]any), nil
}

// differs names the first field at the top, or in platform, that is not the same in both. What is empty
// or false is as good as absent.
func differs(a, b map[string]any) string {
	for _, pair := range [][2]map[string]any{{a, b}, {b, a}} {
		for _, key := range slices.Sorted(maps.Keys(pair[0])) {
			x, y := pair[0][key], pair[1][key]
			inner, ok := x.(map[string]any)
			other, both := y.(map[string]any)
			switch {
			case key == "platform" && ok && both:
				if field := differs(inner, other); field != "" {
					return "platform." + field
				}
			case !same(x, y) && !(empty(x) && empty(y)):
				return key
			}
		}
	}
	return ""
}

func empty(v any) bool { return v == nil || reflect.ValueOf(v).IsZero() || same(v, []any{}) }

func text(m map[string]any, key string) string { s, _ := m[key].(string); return s }

func texts(m map[string]any, key string) []string {
	var out []string
	items, _ := m[key].([]any)
	for _, item := range items {
		s, _ := item.(string)
		out = append(out, s)
	}
	return out
}

func documentOf(m map[string]any, key string) Document {
	if m[key] == nil {
		return Document{}
	}
	return NewDocument(m[key])
}

// plainNumbers makes int64 or float64 of the numbers that the evaluator hands out as text.
func plainNumbers(tree any) any {
	switch v := tree.(type) {
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
		f, _ := v.Float64()
		return f
	case map[string]any:
		for key, inner := range v {
			v[key] = plainNumbers(inner)
		}
	case []any:
		for i, inner := range v {
			v[i] = plainNumbers(inner)
		}
	}
	return tree
}
