package schemas

import (
	"fmt"
	"slices"
	"strings"

	"cuelang.org/go/cue"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// walk goes through a document and the schema side by side, and says what is wrong.
type walk struct {
	*speller
	doc      *manifest.Node
	problems []manifest.Problem
	// said are the fields that something was said about, within those that it was said in.
	said, within map[string]bool
}

func (w *walk) node(s *shape, n *manifest.Node, p manifest.Path) {
	if len(s.branches) > 0 {
		branch := s.branch(n)
		if branch == nil {
			w.kind(s, n, p)
			return
		}
		s = branch
	}
	switch {
	case s.kinds == cue.TopKind:
	case s.kinds&cueKind(n) == 0:
		w.kind(s, n, p)
	case n.Kind == manifest.Map:
		w.fields(s, n, p)
	case n.Kind == manifest.List:
		w.list(s, n, p)
	case w.refused(s, n.Value):
		w.scalar(s, n, p)
	}
}

func (w *walk) fields(s *shape, n *manifest.Node, p manifest.Path) {
	for i := range n.Fields {
		f := &n.Fields[i]
		here := p.Join(f.Key)
		child := s.field(f.Key)
		switch {
		case child == nil && s.values != nil:
			if child = s.values; w.refused(s.keys, f.Key) {
				w.add(f.Position, here, s.keys.at, "%s", noForm(s.keys, f.Key))
				continue
			}
		case child == nil && s.open:
			continue
		case child == nil:
			w.unknown(s, f, p)
			continue
		}
		w.node(child, f.Value, here)
	}
	for _, f := range s.fields {
		if f.required && n.Get(f.name) == nil {
			w.missing(f, n, p)
		}
	}
}

// unknown reports a key that the schema does not have in the map at p.
func (w *walk) unknown(s *shape, f *manifest.Field, p manifest.Path) {
	here := p.Join(f.Key)
	if f.Key == "tier" && s.field("services") != nil {
		w.add(f.Position, here, s.at, "is the same in all environments, and only the tenant's spec.tier sets it")
		return
	}
	name := nearest(f.Key, s.names())
	w.add(f.Position, here, s.at, "unknown field%s", hint(p, name))
	first := "remove it"
	if name != "" {
		first = "write " + name
	} else if below := s.misplaced(f); below != "" {
		first = "indent it if it belongs below " + below + ", or remove it"
	}
	w.mend(first, p)
}

// misplaced is the map beside a field that the schema does not have, such as services, below which the field would be
// known if it were indented: as an entry, or in one. Empty if there is none.
func (s *shape) misplaced(f *manifest.Field) string {
	for _, beside := range s.fields {
		entry := beside.values
		if entry == nil || len(entry.fields) == 0 {
			continue
		}
		strange := func(f manifest.Field) bool { return entry.field(f.Key) == nil }
		if !strange(*f) || len(f.Value.Fields) > 0 && !slices.ContainsFunc(f.Value.Fields, strange) {
			return beside.name
		}
	}
	return ""
}

// mend says of an unknown field in the map at p, which was told last, what to do with it.
func (w *walk) mend(first string, p manifest.Path) {
	w.problems[len(w.problems)-1].Remedy = first + "; `" + w.explains(p) + "` lists what may stand there"
}

// explains is the command that shows the fields of the map at p. Those of an override are the tenant's, and those of
// the items of a list are shown with the list.
func (w *walk) explains(p manifest.Path) string {
	words := []string{"tenantsmith explain"}
	if kind := w.kindWord(); kind == "platform" || kind == "waiver" || kind == "change" || kind == "override" && len(p) == 0 {
		words = append(words, "--kind", kind)
	}
	fields := slices.DeleteFunc(slices.Clone(p), func(step any) bool { _, item := step.(int); return item })
	if len(fields) > 0 {
		words = append(words, fields.String())
	}
	return strings.Join(words, " ")
}

// kindWord is the kind of the document as commands name it.
func (w *walk) kindWord() string {
	if n := w.doc.Get("kind"); n != nil {
		return strings.ToLower(text(n.Value))
	}
	return ""
}

// removals reports the nulls that stand under keys the schema does not have: nothing could ever be
// there to remove. Everything else in the document is judged without its nulls.
func (w *walk) removals(s *shape, n *manifest.Node, p manifest.Path) {
	for i := range n.Fields {
		f := &n.Fields[i]
		child, open := s.under(f.Key)
		switch {
		case child != nil && f.Value.Kind == manifest.Map:
			w.removals(child, f.Value, p.Join(f.Key))
		case child == nil && !open && isNull(f.Value):
			w.unknown(s, f, p)
		}
	}
}

// missing reports a required field at its parent.
func (w *walk) missing(f shapeField, parent *manifest.Node, p manifest.Path) {
	at, ok := w.doc.Find(p)
	if !ok || len(p) == 0 {
		at = parent.Position
	}
	w.add(at, p.Join(f.name), f.at, "is required")
}

func (w *walk) list(s *shape, n *manifest.Node, p manifest.Path) {
	if len(n.Items) == 0 && w.refused(s, []any{}) {
		at, _ := w.doc.Find(p)
		w.add(at, p, s.at, "must not be empty")
	}
	if s.item == nil {
		return
	}
	for i, item := range n.Items {
		w.node(s.item, item, p.Join(i))
	}
}

// kind reports a value of another kind than the schema's.
func (w *walk) kind(s *shape, n *manifest.Node, p manifest.Path) {
	at, _ := w.doc.Find(p)
	advice := ""
	if s.kinds&cue.StringKind != 0 && cueKind(n)&(cue.NumberKind|cue.BoolKind) != 0 {
		advice = "; put it in quotes"
		if s.form != nil && w.refused(s, fmt.Sprint(n.Value)) {
			advice = "; write " + s.form.write
		}
		if len(s.enum) > 0 && !slices.Contains(s.enum, fmt.Sprint(n.Value)) {
			advice = "; write " + choiceOf(s.enum)
		}
	}
	w.add(at, p, s.at, "must be %s, not %s%s", kindWords(s.kinds), valueWords(n, s.kinds), advice)
}

// valueWords names what stands in a document.
func valueWords(n *manifest.Node, wanted cue.Kind) string {
	switch got := cueKind(n); got {
	case cue.BoolKind:
		return fmt.Sprint(n.Value)
	case cue.IntKind, cue.FloatKind:
		if wanted&cue.IntKind != 0 {
			return fmt.Sprint(n.Value)
		}
		return "a number"
	default:
		return kindWords(got)
	}
}

var kindNames = []struct {
	kind  cue.Kind
	words string
}{
	{cue.StringKind, "a string"}, {cue.NumberKind, "a number"}, {cue.IntKind, "a whole number"},
	{cue.BoolKind, "true or false"}, {cue.StructKind, "a map"}, {cue.ListKind, "a list"}, {cue.NullKind, "nothing"},
}

// kindWords names kinds: "a string or a map".
func kindWords(kinds cue.Kind) string {
	var words []string
	for _, k := range kindNames {
		if kinds&k.kind == k.kind {
			words = append(words, k.words)
			kinds &^= k.kind
		}
	}
	return strings.Join(words, " or ")
}

// misspelt stands before the path of the field that was meant, in what is said of one that there is none of.
const misspelt = "; did you mean "

// hint asks whether another field was.
func hint(p manifest.Path, name string) string {
	if name == "" {
		return ""
	}
	return misspelt + p.Join(name).String() + "?"
}
