package schemas

import (
	"cuelang.org/go/cue"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// shape is what a piece of the schema says, in a form that can be walked beside a document. CUE alone
// decides whether a document is right; the shape finds the words for what is wrong.
type shape struct {
	value cue.Value
	kinds cue.Kind
	// at is where the schema says so, doc what it says to people.
	at  manifest.Position
	doc string
	// enum are the texts of a choice; form is what a text looks like.
	enum []string
	form *form
	// def is the definition that the value is a mere reference to: #Service.
	def string
	// fields are those of a struct, in the order of the schema; keys and values those of a map.
	fields []shapeField
	keys   *shape
	values *shape
	open   bool
	item   *shape
	// branches are the alternatives of different kinds.
	branches []*shape
}

type shapeField struct {
	name     string
	required bool
	*shape
}

// form is what the attribute `say` of a definition holds: what a text that fails is not, and what to
// write.
type form struct{ no, write string }

// shapes builds the shapes of one compiled schema, each definition once.
type shapes map[string]*shape

func (all shapes) of(v cue.Value) *shape {
	def := definition(v)
	if def == "" {
		return all.build(v)
	}
	if all[def] == nil {
		all[def] = all.build(referent(v))
	}
	s := *all[def]
	s.value, s.at, s.doc, s.def = v, position(v.Pos()), comment(v), def
	return &s
}

func (all shapes) build(v cue.Value) *shape {
	s := &shape{value: v, kinds: v.IncompleteKind(), at: position(v.Pos()), doc: comment(v), form: formOf(v)}
	if text, err := v.String(); err == nil {
		s.enum = []string{text}
		return s
	}
	if s.kinds == cue.TopKind {
		s.open = true
		return s
	}
	if branches := disjuncts(v); len(branches) > 1 {
		s.alternatives(all, branches)
		if s.kinds&cue.StructKind == 0 || len(s.branches) > 0 {
			return s
		}
	}
	if s.kinds&cue.StructKind != 0 {
		s.structure(all)
	}
	if s.kinds&cue.ListKind != 0 {
		if item := v.LookupPath(cue.MakePath(cue.AnyIndex)); item.Exists() {
			s.item = all.of(item)
		}
	}
	return s
}

// alternatives tells a choice of texts from a choice of forms.
func (s *shape) alternatives(all shapes, branches []cue.Value) {
	for _, b := range branches {
		if text, err := b.String(); err == nil {
			s.enum = append(s.enum, text)
			continue
		}
		s.branches = append(s.branches, all.of(b))
	}
	if s.kinds&(cue.StructKind|cue.ListKind) == 0 {
		for _, b := range s.branches {
			if s.form == nil {
				s.form = b.form
			}
		}
		if len(s.enum) < len(branches) {
			s.enum = nil
		}
		s.branches = nil
	}
}

func (s *shape) structure(all shapes) {
	it, err := s.value.Fields(cue.Optional(true), cue.Patterns(true))
	for err == nil && it.Next() {
		sel := it.Selector()
		if sel.ConstraintType() == cue.PatternConstraint {
			s.keys, s.values = all.of(sel.Pattern()), all.of(it.Value())
			continue
		}
		s.fields = append(s.fields, shapeField{
			name: sel.Unquoted(), required: sel.ConstraintType() == cue.RequiredConstraint, shape: all.of(it.Value()),
		})
	}
	s.open = s.value.LookupPath(cue.MakePath(cue.AnyString)).Exists() && s.values == nil
}

// field returns what a map may hold under a key, or nil.
func (s *shape) field(key string) *shape {
	for i := range s.fields {
		if s.fields[i].name == key {
			return s.fields[i].shape
		}
	}
	return nil
}

// under returns what may stand under a key in any of the alternatives, or nil, and whether anything
// may: a null that takes back one alternative stands beside another.
func (s *shape) under(key string) (child *shape, open bool) {
	if child = s.field(key); child == nil {
		child = s.values
	}
	open = s.open
	for _, b := range s.branches {
		if child == nil {
			var any bool
			child, any = b.under(key)
			open = open || any
		}
	}
	return child, open
}

// names are the keys that the schema has, in any of the alternatives.
func (s *shape) names() []string {
	var names []string
	for _, f := range s.fields {
		names = append(names, f.name)
	}
	for _, b := range s.branches {
		names = append(names, b.names()...)
	}
	return names
}

// branch chooses the alternative that a node was meant as, or nil if it is of none of their kinds.
func (s *shape) branch(n *manifest.Node) *shape {
	var best *shape
	score := -1
	for _, b := range s.branches {
		if b.kinds&cueKind(n) == 0 {
			continue
		}
		known := 0
		for _, f := range n.Fields {
			if b.field(f.Key) != nil {
				known++
			}
		}
		if known > score {
			best, score = b, known
		}
	}
	return best
}

// disjuncts are the alternatives of a value, those of definitions that it refers to among them.
func disjuncts(v cue.Value) []cue.Value {
	op, args := v.Expr()
	switch op {
	case cue.OrOp:
		var out []cue.Value
		for _, a := range args {
			if inner := disjuncts(a); len(inner) > 1 {
				out = append(out, inner...)
				continue
			}
			out = append(out, a)
		}
		return out
	case cue.SelectorOp:
		if def := referent(v); def.Exists() {
			return disjuncts(def)
		}
	}
	return nil
}

// referent is the definition that a value is a mere reference to.
func referent(v cue.Value) cue.Value {
	root, path := v.ReferencePath()
	if len(path.Selectors()) == 0 {
		return cue.Value{}
	}
	return root.LookupPath(path)
}

func definition(v cue.Value) string {
	_, path := v.ReferencePath()
	if s := path.Selectors(); len(s) == 1 && s[0].IsDefinition() {
		return s[0].String()
	}
	return ""
}

func formOf(v cue.Value) *form {
	for def := v; def.Exists(); def = referent(def) {
		if a := def.Attribute("say"); a.Err() == nil {
			no, _ := a.String(0)
			write, _ := a.String(1)
			return &form{no, write}
		}
	}
	return nil
}

// comment is the doc comment of a field.
func comment(v cue.Value) string {
	docs := v.Doc()
	if len(docs) == 0 {
		return ""
	}
	return docs[0].Text()
}

func cueKind(n *manifest.Node) cue.Kind {
	switch {
	case n.Kind == manifest.Map:
		return cue.StructKind
	case n.Kind == manifest.List:
		return cue.ListKind
	}
	switch n.Value.(type) {
	case string:
		return cue.StringKind
	case bool:
		return cue.BoolKind
	case int64:
		return cue.IntKind
	case float64:
		return cue.FloatKind
	}
	return cue.NullKind
}
