package schemas

import (
	"maps"
	"slices"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/errors"
	"cuelang.org/go/cue/parser"
	"cuelang.org/go/cue/token"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// extend compiles the platform's own CUE files together with ours. They may tighten what we say:
// no field can be added and no value of ours changed.
func extend(own cue.Value, sources, ext map[string][]byte) (cue.Value, []manifest.Problem) {
	var problems []manifest.Problem
	for _, name := range slices.Sorted(maps.Keys(ext)) {
		problems = append(problems, judgeSource(name, ext[name])...)
	}
	if len(problems) > 0 {
		return cue.Value{}, manifest.SortProblems(problems)
	}
	all := maps.Clone(sources)
	maps.Copy(all, ext)
	root, err := compile(all)
	if err != nil {
		return root, atExtension(err, ext)
	}
	c := comparison{ext: ext, seen: map[string]bool{}}
	mine, theirs := shapes{}, shapes{}
	for _, name := range layerNames {
		path := cue.ParsePath(name)
		c.widened(mine.of(own.LookupPath(path)), theirs.of(root.LookupPath(path)))
	}
	return root, manifest.SortProblems(c.problems)
}

// judgeSource finds what a file may not do, whatever it says.
func judgeSource(name string, data []byte) []manifest.Problem {
	f, err := parser.ParseFile(name, data, parser.ParseComments)
	if err != nil {
		return atExtension(err, map[string][]byte{name: data})
	}
	var problems []manifest.Problem
	refuse := func(p token.Pos, format string, args ...any) {
		at := position(p)
		if at.File == "" || at.Line == 0 {
			at = manifest.Position{File: name, Line: 1, Column: 1}
		}
		problems = append(problems, fault(at, "", format, args...))
	}
	if f.PackageName() != "tenantsmith" {
		refuse(f.Pos(), "must be of package tenantsmith")
	}
	for imported := range f.ImportSpecs() {
		path := unquote(imported.Path.Value)
		if first, _, _ := strings.Cut(path, "/"); strings.Contains(first, ".") || first == "tool" || strings.Contains(path, "@") {
			refuse(imported.Pos(), "import %q is not of CUE's standard library", path)
		}
	}
	for _, d := range f.Decls {
		if field, ok := d.(*ast.Field); ok {
			switch key, _, _ := ast.LabelName(field.Label); key {
			case "tiers", "defaults", "platform":
				refuse(field.Pos(), "%s stand in the platform file, not in schemas", key)
			}
		}
	}
	ast.Walk(f, func(n ast.Node) bool {
		if a, ok := n.(*ast.Attribute); ok {
			if key, _ := a.Split(); key == "extern" || key == "embed" {
				refuse(a.Pos(), "@%s is not allowed: schemas read no other files", key)
			}
		}
		return true
	}, nil)
	return problems
}

// atExtension puts CUE's errors at the platform's lines, in CUE's own words: their authors know CUE.
func atExtension(err error, ext map[string][]byte) []manifest.Problem {
	var problems []manifest.Problem
	for _, e := range errors.Errors(err) {
		for _, p := range append([]token.Pos{e.Position()}, e.InputPositions()...) {
			if _, ok := ext[p.Filename()]; ok && p.IsValid() {
				problems = append(problems, fault(position(p), strings.Join(e.Path(), "."), "%s", message(e)))
				break
			}
		}
	}
	if len(problems) == 0 {
		first := manifest.Position{File: slices.Sorted(maps.Keys(ext))[0], Line: 1, Column: 1}
		problems = append(problems, fault(first, "", "does not go together with the schemas of tenantsmith: %v", err))
	}
	return manifest.SortProblems(problems)
}

// comparison finds what the platform's files do to our schemas beyond tightening them.
type comparison struct {
	ext map[string][]byte
	// seen are the definitions that were compared.
	seen     map[string]bool
	problems []manifest.Problem
}

// widened finds fields that are not in our schemas, and those that nothing can satisfy any more.
func (c *comparison) widened(own, all *shape) {
	if err := all.value.Err(); err != nil && own.kinds != cue.BottomKind && all.kinds == cue.BottomKind {
		c.problems = append(c.problems, atExtension(err, c.ext)...)
		return
	}
	if all.def != "" && c.seen[all.def] {
		return
	}
	c.seen[all.def] = true
	for _, f := range all.fields {
		mine := own.field(f.name)
		switch _, theirs := c.ext[f.at.File]; {
		case mine != nil:
			c.widened(mine, f.shape)
		case theirs && !own.open && own.values == nil && own.kinds != cue.TopKind:
			c.problems = append(c.problems, fault(f.at, f.name, "adds a field; data of the platform's own belongs under spec.extensions"))
		}
	}
	if own.values != nil && all.values != nil {
		c.widened(own.values, all.values)
	}
	if own.item != nil && all.item != nil {
		c.widened(own.item, all.item)
	}
}
