package schemas

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// annotations are the words of a schema that editors show and nobody validates with: they stay at the field.
var annotations = []string{"description", "examples", "default"}

// worthSharing is how many bytes of JSON a part needs to have for a reference to it to be shorter.
const worthSharing = 120

// share writes what stands in several places once, as a definition that they refer to, what editors show beside it:
// what is largest first, until nothing is left that is there twice. Draft 7 reads nothing beside $ref.
func (g *generator) share(root object) {
	for {
		found := map[string][]occurrence{}
		for _, name := range slices.Sorted(maps.Keys(g.definitions)) {
			g.parts(name, name, g.definitions[name].(object), found)
		}
		g.parts("", "", root, found)
		twice := slices.DeleteFunc(slices.Collect(maps.Keys(found)), func(text string) bool { return len(found[text]) < 2 })
		if len(twice) == 0 {
			return
		}
		text := slices.MinFunc(twice, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b)) })
		g.define(text, found[text])
	}
}

// occurrence is a schema inside of another. Field is the property that it is of, definition the name of the definition that
// it is, where it is one.
type occurrence struct {
	field, definition string
	schema            object
}

// parts collects the schemas in a schema, and itself, by what they say without annotations.
func (g *generator) parts(field, definition string, s object, found map[string][]occurrence) {
	if text := said(s); len(text) >= worthSharing {
		found[text] = append(found[text], occurrence{field, definition, s})
	}
	for _, key := range slices.Sorted(maps.Keys(s)) {
		switch v := s[key].(type) {
		case object:
			if key != "properties" {
				if key != "default" && key != g.section() {
					g.parts(field, "", v, found)
				}
				continue
			}
			for _, name := range slices.Sorted(maps.Keys(v)) {
				g.parts(name, "", v[name].(object), found)
			}
		case []any:
			if key == "anyOf" || key == "allOf" {
				for _, option := range v {
					g.parts(field, "", option.(object), found)
				}
			}
		}
	}
}

// said is a schema without annotations, as JSON.
func said(s object) string {
	rest := maps.Clone(s)
	maps.DeleteFunc(rest, func(key string, _ any) bool { return slices.Contains(annotations, key) })
	text, _ := json.Marshal(rest) // of what was read out of CUE
	return string(text)
}

// define puts a reference in every place of parts that say the same, to the definition among them or to a new one.
func (g *generator) define(text string, parts []occurrence) {
	i := slices.IndexFunc(parts, func(p occurrence) bool { return p.definition != "" })
	var name string
	if i >= 0 {
		name = parts[i].definition
	} else {
		name = g.free(parts[0].field)
		shared := object{}
		for key, v := range parts[0].schema {
			if !slices.Contains(annotations, key) {
				shared[key] = v
			}
		}
		g.definitions[name] = shared
	}
	for j, p := range parts {
		if j == i {
			continue
		}
		maps.DeleteFunc(p.schema, func(key string, _ any) bool { return !slices.Contains(annotations, key) })
		p.schema["$ref"] = "#/" + g.section() + "/" + name
	}
}

// free is the name of a field as that of a definition. Those of CUE begin with a capital, so that it is none of them.
func (g *generator) free(field string) string {
	name := cmp.Or(strings.ToLower(field[:min(1, len(field))])+field[min(1, len(field)):], "part")
	for g.definitions[name] != nil {
		name += "_"
	}
	return name
}
