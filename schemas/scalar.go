package schemas

import (
	"fmt"
	"strings"

	"cuelang.org/go/cue"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// refused reports whether CUE refuses a value.
func (w *walk) refused(s *shape, value any) bool {
	return refuses(w.ctx.Encode(value), s.value)
}

func refuses(value, constraint cue.Value) bool {
	return value.Unify(constraint).Validate(cue.Concrete(true)) != nil
}

// scalar reports a value of the right kind that the schema refuses.
func (w *walk) scalar(s *shape, n *manifest.Node, p manifest.Path) {
	at, _ := w.doc.Find(p)
	reason := w.reason(s, n.Value)
	w.add(at, p, s.at, "%s", reason)
	found := &w.problems[len(w.problems)-1]
	text, _ := n.Value.(string)
	if name := nearest(text, s.enum); name != "" {
		found.Remedy = "write " + name
	} else if s.form != nil && !strings.HasSuffix(reason, s.form.write) {
		found.Remedy = "write " + s.form.write
	}
}

// reason says why a value is refused.
func (w *walk) reason(s *shape, value any) string {
	text, isText := value.(string)
	switch {
	case len(s.enum) > 0 && isText:
		return choose(text, s.enum)
	case isText && s.form != nil:
		return noForm(s, text)
	}
	if words := w.broken(s.value, w.ctx.Encode(value)); words != "" {
		return words
	}
	if s.form != nil {
		return noForm(s, value)
	}
	return "is refused by the schema"
}

// broken finds the part of a constraint that a value does not meet.
func (w *walk) broken(constraint, value cue.Value) string {
	op, args := constraint.Expr()
	switch op {
	case cue.AndOp:
		for _, a := range args {
			if refuses(value, a) {
				return w.broken(a, value)
			}
		}
	case cue.OrOp:
		for _, a := range args {
			if a.IncompleteKind()&value.Kind() != 0 {
				return w.broken(a, value)
			}
		}
	case cue.SelectorOp:
		if def := referent(constraint); def.Exists() {
			return w.broken(def, value)
		}
	case cue.GreaterThanEqualOp, cue.GreaterThanOp, cue.LessThanEqualOp, cue.LessThanOp, cue.NotEqualOp:
		return bound(fmt.Sprint(op) + fmt.Sprint(args[0]))
	case cue.RegexMatchOp, cue.NotRegexMatchOp:
		return "has not the form that is asked for"
	case cue.CallOp:
		return called(fmt.Sprint(constraint))
	}
	return ""
}

// called puts the validators of CUE that have a number into words.
func called(validator string) string {
	name, rest, _ := strings.Cut(strings.TrimSuffix(validator, ")"), "(")
	words, ok := map[string]string{
		"strings.MinRunes": "must have at least %s characters", "strings.MaxRunes": "must have at most %s characters",
		"list.MinItems": "must have at least %s entries", "list.MaxItems": "must have at most %s entries",
		"struct.MinFields": "must have at least %s entries", "struct.MaxFields": "must have at most %s entries",
	}[name]
	if !ok {
		return "has not the form that is asked for"
	}
	return fmt.Sprintf(words, rest)
}

// noForm says that a text has another form than the schema's.
func noForm(s *shape, value any) string {
	if s.form == nil {
		return fmt.Sprintf("%q has not the form that is asked for", short(value))
	}
	return fmt.Sprintf("%q is %s; write %s", short(value), s.form.no, s.form.write)
}

// short keeps a message on a line.
func short(value any) string {
	text := []rune(fmt.Sprint(value))
	if len(text) > 60 {
		return string(text[:60]) + "…"
	}
	return string(text)
}

// choose is the message for a choice that was not met.
func choose(text string, choices []string) string {
	if len(choices) == 1 {
		return "must be " + choices[0]
	}
	message := "must be one of " + strings.Join(choices, ", ")
	if name := nearest(text, choices); name != "" {
		message += "; did you mean " + name + "?"
	}
	return message
}
