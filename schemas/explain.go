package schemas

import (
	"strings"
	"sync"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/parser"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// Field is what the schema says of a field.
type Field struct {
	// Type says what may stand there: "a string", "a list of strings", "a map of maps".
	Type string
	// Doc is its documentation, with an example where one helps.
	Doc string
	// Choices are the texts it may have; none where any will do.
	Choices []string
	// Form says what a text looks like; empty where any will do.
	Form string
	// Required reports whether it must be there whenever its parent is.
	Required bool
	// Fields are the names of its own fields, in the order of the schema.
	Fields []string
}

// documented is the schemas in the form that can be walked, by kind in lower case.
var documented = sync.OnceValue(func() map[string]*shape {
	sources, err := embedded()
	if err != nil {
		return nil
	}
	root, err := compile(sources, parser.ParseComments)
	if err != nil {
		return nil
	}
	all, out := shapes{}, map[string]*shape{}
	for kind, layer := range inputLayers() {
		out[kind] = all.of(root.LookupPath(cue.ParsePath(layer)))
	}
	return out
})

// inputLayers are the kinds that people write, each with the layer it meets.
func inputLayers() map[string]string {
	return map[string]string{
		"tenant": "#TenantInput", "platform": "#PlatformInput", "override": "#OverrideInput", "waiver": "#WaiverInput",
		"change": "#ChangeInput",
	}
}

// Doc returns what the schema says of a field of a kind (tenant, platform, override, waiver, change), and
// whether there is one. The path is written as messages write it; any name stands for a key of a map,
// and [] for any item of a list.
func Doc(kind, path string) (Field, bool) {
	at := shapeField{shape: documented()[kind]}
	if at.shape == nil {
		return Field{}, false
	}
	for _, step := range manifest.ParsePath(strings.ReplaceAll(path, "[]", "[0]")) {
		var ok bool
		if at, ok = at.step(step); !ok {
			return Field{}, false
		}
	}
	out := Field{
		Type: typeWords(at.shape), Doc: strings.TrimSpace(at.doc), Choices: at.enum,
		Required: at.required, Fields: at.names(),
	}
	if at.form != nil {
		out.Form = at.form.write
	}
	return out, true
}

// step follows a key or an index. What is open has any field.
func (s *shape) step(step any) (shapeField, bool) {
	for _, b := range append([]*shape{s}, s.branches...) {
		switch key := step.(type) {
		case int:
			if b.item != nil {
				return shapeField{shape: b.item}, true
			}
		case string:
			for _, f := range b.fields {
				if f.name == key {
					return f, true
				}
			}
			if b.values != nil {
				return shapeField{shape: b.values}, true
			}
			if b.open {
				return shapeField{shape: &shape{kinds: cue.TopKind, open: true}}, true
			}
		}
	}
	return shapeField{}, false
}

// typeWords says what may stand in a field.
func typeWords(s *shape) string {
	if s.kinds == cue.TopKind {
		return "anything"
	}
	words := kindWords(s.kinds)
	switch {
	case s.item != nil:
		return words + ", each " + typeWords(s.item)
	case s.values != nil:
		return words + ", each " + typeWords(s.values)
	}
	return words
}
