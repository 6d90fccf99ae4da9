package policies

import (
	"encoding/json"
	"errors"

	"github.com/open-policy-agent/opa/v1/ast"
)

// patched is the context with a JSON patch applied to it as rules see it.
func (c Context) patched(patch []operation) (Context, error) {
	if len(patch) == 0 {
		return c, nil
	}
	v, err := ast.JSON(ast.MustInterfaceToValue(c.value()))
	if err != nil {
		return c, err
	}
	changed, err := apply(patch, plainNumbers(v))
	if err != nil {
		return c, err
	}
	tree, ok := changed.(map[string]any)
	if !ok {
		return c, errors.New("it is a map")
	}
	c.changed = tree
	// What the engine looks at itself.
	c.Spec, c.Platform.AllowedKinds = Document{}, nil
	if tree["spec"] != nil {
		c.Spec = NewDocument(tree["spec"])
	}
	platform, _ := tree["platform"].(map[string]any)
	kinds, _ := platform["allowed_kinds"].([]any)
	for _, k := range kinds {
		m, _ := k.(map[string]any)
		text := func(key string) string { s, _ := m[key].(string); return s }
		c.Platform.AllowedKinds = append(c.Platform.AllowedKinds, Kind{text("group"), text("kind"), text("scope")})
	}
	return c, nil
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
