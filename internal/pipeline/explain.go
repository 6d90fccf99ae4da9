package pipeline

import (
	"io/fs"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/report"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// Explain returns what the schema says of a field of a kind, with the defaults that the platform file of the
// repository gives it, and its own fields; all below them too if deep. The field may leave out "spec."; an empty
// one is the whole document.
func Explain(fsys fs.FS, kind, field string, deep bool) (report.Explanation, []manifest.Problem, error) {
	if !slices.Contains(schemas.Written, kind) {
		return report.Explanation{}, nil, notFound("there is no kind %s%s", kind, schemas.Suggest(kind, schemas.Written))
	}
	path := explainable(kind, field)
	known, err := schemas.Known(kind, path)
	if err != nil {
		return report.Explanation{}, nil, notFound("%s%s", err, elsewhere(kind, field))
	}
	out := explained(kind, path, known)
	if !strings.Contains(field, "[0]") {
		out.Field = strings.ReplaceAll(out.Field, "[0]", "[]")
	}
	below(&out, kind, path, known, deep)
	defaults, problems, err := schemas.Defaults(fsys, kind, path)
	for _, d := range defaults {
		tiers := d.Tiers
		if tiers == nil {
			tiers = []string{}
		}
		out.Defaults = append(out.Defaults, report.Default{Tiers: tiers, Value: d.Value, Spot: report.SpotOf(d.Position)})
	}
	return out, problems, err
}

// elsewhere names the kinds that have a field which another one lacks.
func elsewhere(kind, field string) string {
	var flags []string
	for _, other := range schemas.Written {
		if _, ok := schemas.Doc(other, explainable(other, field).String()); ok && other != kind && field != "" {
			flags = append(flags, "--kind "+other)
		}
	}
	if len(flags) == 0 {
		return ""
	}
	return "; there is one with " + strings.Join(flags, " and with ")
}

// explainable is the path of a field that may leave out "spec.", and the items of lists.
func explainable(kind, field string) manifest.Path {
	path := manifest.ParsePath(strings.ReplaceAll(field, "[]", "[0]"))
	if _, ok := schemas.Doc(kind, path[:min(1, len(path))].String()); !ok && len(path) > 0 && path[0] != "spec" {
		path = manifest.Path{"spec"}.Join(path...)
	}
	return throughLists(kind, path)
}

// throughLists is a path with an item put in where a list stands before a name.
func throughLists(kind string, path manifest.Path) manifest.Path {
	var out manifest.Path
	for _, step := range path {
		_, ok := schemas.Doc(kind, out.Join(step).String())
		if _, list := schemas.Doc(kind, out.Join(0).String()); !ok && list {
			out = out.Join(0)
		}
		out = out.Join(step)
	}
	return out
}

// FieldsBelow are the names of the fields of a field, in the order of the schema; of the whole document for "".
func FieldsBelow(kind, field string) []string {
	known, _ := schemas.Doc(kind, explainable(kind, field).String())
	return known.Fields
}

func explained(kind string, path manifest.Path, f schemas.Field) report.Explanation {
	return report.Explanation{
		Of: kind, Field: path.String(), Type: f.Type, Doc: f.Doc, Form: f.Form, Required: f.Required,
		Choices: append([]string{}, f.Choices...), Defaults: []report.Default{}, Fields: []report.Explanation{},
	}
}

// below adds the fields of a field; those of what a map or a list holds stand under <name> and [].
func below(out *report.Explanation, kind string, path manifest.Path, f schemas.Field, deep bool) {
	steps := []any{}
	for _, name := range f.Fields {
		steps = append(steps, name)
	}
	if len(steps) == 0 && f.Type != "anything" {
		steps = []any{"<name>", 0}
	}
	for _, step := range steps {
		at := path.Join(step)
		known, ok := schemas.Doc(kind, at.String())
		if !ok || step == 0 && len(known.Fields) == 0 {
			continue
		}
		child := explained(kind, at, known)
		if deep || len(f.Fields) == 0 {
			below(&child, kind, at, known, deep)
		}
		child.Field = strings.ReplaceAll(child.Field, "[0]", "[]")
		out.Fields = append(out.Fields, child)
	}
}
