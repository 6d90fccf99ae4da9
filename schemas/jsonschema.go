package schemas

import (
	"fmt"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/cuecontext"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// JSONSchema returns the JSON Schema of a kind (tenant, platform, override, waiver, change) in a draft (7 or
// 2020), for editors: fields, their documentation, forms and bounds, and the values they have when
// nobody gives one. What fields demand of each other stays with validate. Only what every file must
// have is required, since a tenant's fields may stand in several files.
//
// It is written from the same walk as the messages: CUE's own generator drops maps whose keys have a
// form, and with them all services.
func JSONSchema(kind string, draft int) ([]byte, error) {
	root := documented()[kind]
	if root == nil {
		return nil, fmt.Errorf("no kind %s: tenant, platform, override, waiver and change have schemas", kind)
	}
	dialects := map[int]string{7: "http://json-schema.org/draft-07/schema#", 2020: "https://json-schema.org/draft/2020-12/schema"}
	if dialects[draft] == "" {
		return nil, fmt.Errorf("no draft %d: 7 and 2020 can be written", draft)
	}
	g := generator{draft: draft, definitions: map[string]any{}}
	if err := g.readDefaults(kind); err != nil {
		return nil, err
	}
	out := g.schema(root, g.root)
	out["$schema"] = dialects[draft]
	out["$id"] = fmt.Sprintf("https://tenantsmith.dev/schemas/v1alpha1/%s.schema.json", kind)
	out["title"] = "tenantsmith " + kind
	describe(out, root.doc)
	if draft != 7 {
		g.share(out)
	}
	out[g.section()] = g.definitions
	return encode(out)
}

type object = map[string]any

// generator writes one schema.
type generator struct {
	draft       int
	definitions object
	// root and service are what documents and services hold when nobody says anything.
	root, service *manifest.Node
}

func (g *generator) section() string {
	if g.draft == 7 {
		return "definitions"
	}
	return "$defs"
}

func (g *generator) readDefaults(kind string) error {
	c, _, err := newChecker(nil)
	if err != nil {
		return err
	}
	values := map[string]*manifest.Node{"tenant": c.defaults().Get("spec"), "platform": c.defaults().Get("platform")}[kind]
	if values != nil {
		g.root = &manifest.Node{Kind: manifest.Map, Fields: []manifest.Field{{Key: "spec", Value: values}}}
	}
	g.service = c.defaults().Get("service")
	return nil
}

// schema writes a shape in place.
func (g *generator) schema(s *shape, values *manifest.Node) object {
	if len(s.branches) > 0 {
		var options []any
		for _, b := range s.branches {
			options = append(options, g.reference(b, nil))
		}
		return object{"anyOf": options}
	}
	switch {
	case s.kinds == cue.TopKind:
		return object{}
	case s.kinds&cue.StructKind != 0:
		return g.object(s, values)
	case s.kinds&cue.ListKind != 0:
		return g.list(s)
	}
	out := object{}
	if len(s.enum) > 0 {
		out["type"], out["enum"] = "string", s.enum
		return out
	}
	constrain(out, s.value)
	if s.form != nil && s.kinds&cue.StringKind != 0 {
		out["patternErrorMessage"] = "is " + s.form.no + "; write " + s.form.write
	}
	return out
}

func (g *generator) object(s *shape, values *manifest.Node) object {
	out := object{"type": "object"}
	if s.values != nil {
		out["propertyNames"] = g.reference(s.keys, nil)
		out["additionalProperties"] = g.reference(s.values, nil)
		return out
	}
	if s.open {
		return out
	}
	properties, required := object{}, []string{}
	for _, f := range s.fields {
		properties[f.name] = g.property(f, values.Get(f.name))
		if f.required {
			required = append(required, f.name)
		}
	}
	out["properties"], out["additionalProperties"] = properties, false
	if len(required) > 0 {
		out["required"] = required
	}
	if choice := exclusive(s); choice != nil {
		out["oneOf"] = choice
	}
	return out
}

// property is a field of an object. Optional ones may be null, which takes back what another layer
// says.
func (g *generator) property(f shapeField, value *manifest.Node) object {
	out := g.reference(f.shape, value)
	if !f.required {
		out = nullable(out)
	} else if out["$ref"] != nil && g.draft == 7 {
		// Draft 7 reads nothing beside $ref.
		out = object{"allOf": []any{out}}
	}
	describe(out, f.doc)
	if value != nil && value.Kind != manifest.Map {
		out["default"] = value.Tree()
	}
	return out
}

func nullable(s object) object {
	kind, plain := s["type"].(string)
	switch {
	case s["$ref"] != nil:
		return object{"anyOf": []any{s, object{"type": "null"}}}
	case s["anyOf"] != nil:
		s["anyOf"] = append(s["anyOf"].([]any), object{"type": "null"})
	case plain:
		s["type"] = []string{kind, "null"}
	}
	if choices, ok := s["enum"].([]string); ok {
		var all []any
		for _, c := range choices {
			all = append(all, c)
		}
		s["enum"] = append(all, nil)
	}
	return s
}

// reference names the definition that a shape refers to, or writes the shape in place.
func (g *generator) reference(s *shape, values *manifest.Node) object {
	name := strings.TrimPrefix(s.def, "#")
	if name == "" || s.kinds&cue.StructKind != 0 && values != nil {
		return g.schema(s, values)
	}
	if _, ok := g.definitions[name]; !ok {
		g.definitions[name] = nil
		if name == "Service" {
			values = g.service
		}
		definition := g.schema(s, values)
		if referred := referent(s.value); referred.Exists() {
			describe(definition, comment(referred))
		}
		g.definitions[name] = definition
	}
	return object{"$ref": "#/" + g.section() + "/" + name}
}

func (g *generator) list(s *shape) object {
	out := object{"type": "array"}
	if s.item != nil {
		out["items"] = g.reference(s.item, nil)
	}
	if refuses(cuecontext.New().Encode([]any{}), s.value) {
		out["minItems"] = 1
	}
	return out
}

// exclusive reads the attribute that names fields of which one has to be there.
func exclusive(s *shape) []any {
	def := s.value
	if referred := referent(def); referred.Exists() {
		def = referred
	}
	a := def.Attribute("one")
	if a.Err() != nil {
		return nil
	}
	var out []any
	for i := range a.NumArgs() {
		fields, _ := a.String(i)
		out = append(out, object{"required": strings.Split(fields, ",")})
	}
	return out
}

// describe writes a doc comment: its text, and its example as a value, which editors show beside the text.
func describe(out object, doc string) {
	text, example, _ := strings.Cut(strings.TrimSpace(doc), "\n\nExample: ")
	if text == "" {
		return
	}
	text = strings.ReplaceAll(text, "\n", " ")
	out["description"] = text
	if example == "" {
		return
	}
	if docs, problems := manifest.Parse("example", []byte("example: "+example), manifest.TenantLimits); len(problems) == 0 {
		out["examples"] = []any{docs[0].Get("example").Tree()}
	}
}
