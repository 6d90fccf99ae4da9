package function

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// openAPI writes JSON Schemas as OpenAPI v3 has them: without references, with nullable for null, and without what
// editors only read. Without references a large part would be written a dozen times; it is written where it stands
// highest, and is any map elsewhere.
type openAPI struct {
	jsonSchema func(kind string) ([]byte, error)
	// definitions are those of the document at hand, highest the depths at which they stand highest, and written the names
	// of large ones that are there in full.
	definitions map[string]any
	highest     map[string]int
	written     map[string]bool
}

// large is the size in bytes from which a part is written once.
const large = 2 << 10

// once returns a part, or any map where a large part of that name is written elsewhere.
func (o openAPI) once(name string, part map[string]any, depth int) map[string]any {
	if len(manifest.Marshal(part)) < large {
		return part
	}
	if o.written[name] || depth > o.highest[name] {
		return map[string]any{"type": "object", "x-kubernetes-preserve-unknown-fields": true}
	}
	o.written[name] = true
	return part
}

// depths finds where each definition stands highest, level by level.
func (o openAPI) depths(schema map[string]any) map[string]int {
	out := map[string]int{}
	for level, depth := []any{schema}, 0; len(level) > 0; depth++ {
		var next []any
		for _, v := range level {
			switch t := v.(type) {
			case map[string]any:
				if name, target := o.target(t); target != nil {
					if _, known := out[name]; !known {
						out[name] = depth
						next = append(next, target)
					}
				}
				next = slices.AppendSeq(next, maps.Values(t))
			case []any:
				next = append(next, t...)
			}
		}
		level = next
	}
	return out
}

// target is the definition that a schema refers to.
func (o openAPI) target(schema map[string]any) (name string, target map[string]any) {
	ref, _ := schema["$ref"].(string)
	name = ref[strings.LastIndexByte(ref, '/')+1:]
	target, _ = o.definitions[name].(map[string]any)
	return name, target
}

// filled replaces the marks of a definition by the schemas of the documents that they name.
func (o openAPI) filled(tree any) (any, error) {
	switch t := tree.(type) {
	case []any:
		return o.list(t)
	case map[string]any:
		if kind, ok := t[markDocument].(string); ok {
			options, err := o.document(kind)
			return map[string]any{"description": t["description"], "anyOf": options}, err
		}
		if kind, ok := t[markList].(string); ok {
			options, err := o.document(kind)
			items := map[string]any{"type": "array", "items": map[string]any{"anyOf": []any{map[string]any{"type": "object"}, map[string]any{"type": "string"}}}}
			return map[string]any{"description": t["description"], "anyOf": append(options, items)}, err
		}
		out := map[string]any{}
		// Backwards, so that the tenant comes before the platform and has what both share in full.
		for _, k := range slices.Backward(slices.Sorted(maps.Keys(t))) {
			var err error
			if out[k], err = o.filled(t[k]); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	return tree, nil
}

func (o openAPI) list(items []any) (any, error) {
	out := make([]any, len(items))
	for i, item := range items {
		var err error
		if out[i], err = o.filled(item); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// document are the forms of a document: a map of its kind, or text.
func (o openAPI) document(kind string) ([]any, error) {
	text := map[string]any{"type": "string"}
	if kind == "object" {
		return []any{map[string]any{"type": "object"}, text}, nil
	}
	data, err := o.jsonSchema(kind)
	if err != nil {
		return nil, err
	}
	var schema map[string]any
	if err := json.Unmarshal(data, &schema); err != nil {
		return nil, fmt.Errorf("schema of %s: %w", kind, err)
	}
	o.definitions, _ = schema["definitions"].(map[string]any)
	delete(schema, "definitions")
	o.highest = o.depths(schema)
	return []any{o.inlined(schema, 0), text}, nil
}

// dropped are words that OpenAPI does not have, or that only editors read.
var dropped = []string{
	"$schema", "$id", "$ref", "definitions", "title", "patternErrorMessage", "examples", "propertyNames", "const",
}

// inlined is a schema with the definitions in place of references to them.
func (o openAPI) inlined(schema map[string]any, depth int) map[string]any {
	out := map[string]any{}
	if name, target := o.target(schema); target != nil {
		out = o.once(name, o.inlined(target, depth+1), depth)
	}
	for _, k := range slices.Sorted(maps.Keys(schema)) {
		switch v := schema[k]; {
		case k == "properties":
			properties := map[string]any{}
			all := v.(map[string]any)
			for _, name := range slices.Sorted(maps.Keys(all)) {
				properties[name] = o.sub(all[name], depth+2)
			}
			out[k] = properties
		case !slices.Contains(dropped, k):
			out[k] = o.sub(v, depth+1)
		}
	}
	if v, ok := schema["const"]; ok {
		out["enum"] = []any{v}
	}
	return nullable(out)
}

// sub is what stands below a word of a schema: a schema, a list of them, or a value.
func (o openAPI) sub(v any, depth int) any {
	switch t := v.(type) {
	case map[string]any:
		return o.inlined(t, depth)
	case []any:
		out := make([]any, len(t))
		for i, item := range t {
			out[i] = o.sub(item, depth+1)
		}
		return out
	}
	return v
}

// nullable writes "this or null" in the way of OpenAPI.
func nullable(schema map[string]any) map[string]any {
	if types, ok := schema["type"].([]any); ok && len(types) == 2 && slices.Contains(types, any("null")) {
		schema["nullable"] = true
		for _, t := range types {
			if t != "null" {
				schema["type"] = t
			}
		}
	}
	options, ok := schema["anyOf"].([]any)
	if !ok {
		return schema
	}
	rest := slices.DeleteFunc(slices.Clone(options), func(o any) bool {
		m, _ := o.(map[string]any)
		return len(m) == 1 && m["type"] == "null"
	})
	if len(rest) == len(options) {
		return schema
	}
	schema["nullable"] = true
	if len(rest) > 1 {
		schema["anyOf"] = append(rest, map[string]any{"nullable": true, "enum": []any{nil}})
		return schema
	}
	delete(schema, "anyOf")
	one := maps.Clone(rest[0].(map[string]any))
	maps.Copy(one, schema)
	return one
}
