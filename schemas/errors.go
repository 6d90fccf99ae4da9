package schemas

import (
	"fmt"
	"strconv"
	"strings"
	"sync"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/cuecontext"
	"cuelang.org/go/cue/errors"
	"cuelang.org/go/cue/parser"
	"cuelang.org/go/cue/token"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// What CUE says about a document is right but not for people: it names branches of choices and hides
// some errors behind others. So it only decides whether a document is refused. What is wrong is found
// by walking the document beside the schema; what the walk cannot see (rules between fields, the
// platform's own constraints) is translated from CUE's errors.

// speller holds the schemas once more, for the words. It is built when the first document is refused,
// apart from the values that sessions share, and used by one goroutine at a time.
type speller struct {
	mu      sync.Mutex
	ctx     *cue.Context
	shapes  map[string]*shape
	sources map[string][]byte
}

// explain puts every fault of the document into words.
func (s *speller) explain(layer string, doc *manifest.Node, err error) []manifest.Problem {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.prepare()
	w := walk{speller: s, doc: doc, said: map[string]bool{}, within: map[string]bool{}}
	if layer != layerRules {
		w.node(s.shapes[layer], doc, nil)
	}
	for _, e := range errors.Errors(err) {
		w.translate(e)
	}
	if len(w.problems) == 0 {
		w.add(doc.Position, nil, manifest.Position{}, "is refused by the schema")
	}
	return manifest.SortProblems(w.problems)
}

// removals puts every null under a key that the schema does not have into words.
func (s *speller) removals(layer string, doc *manifest.Node) []manifest.Problem {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.prepare()
	w := walk{speller: s, doc: doc, said: map[string]bool{}, within: map[string]bool{}}
	w.removals(s.shapes[layer], doc, nil)
	return w.problems
}

// prepare compiles what compiled before, hence without an error.
func (s *speller) prepare() {
	if s.shapes != nil {
		return
	}
	root, _ := compile(s.sources, parser.ParseComments)
	s.ctx = cuecontext.New()
	all := shapes{}
	s.shapes = make(map[string]*shape, len(layerNames))
	for _, name := range layerNames[:len(layerNames)-1] {
		s.shapes[name] = all.of(root.LookupPath(cue.ParsePath(name)))
	}
}

func (w *walk) add(at manifest.Position, p manifest.Path, rule manifest.Position, format string, args ...any) {
	problem := fault(at, p.String(), format, args...)
	problem.Rule = rule
	w.problems = append(w.problems, problem)
	w.said[p.String()] = true
	for i := range p {
		w.within[p[:i].String()] = true
	}
}

// known reports whether something was already said about the field, a part of it, or what it is part
// of.
func (w *walk) known(p manifest.Path) bool {
	if w.within[p.String()] {
		return true
	}
	for i := range len(p) + 1 {
		if w.said[p[:i].String()] {
			return true
		}
	}
	return false
}

// translate puts one of CUE's errors into words, unless the walk already found what it is about.
func (w *walk) translate(e errors.Error) {
	p := w.path(e.Path())
	format, args := e.Msg()
	rule := w.rule(e)
	text := ""
	switch format {
	case "%d errors in empty disjunction:":
		return
	case "field is required but not present":
		text = "is required"
	case "required field missing: %s":
		if len(args) == 1 {
			p = p.Join(unquote(fmt.Sprint(args[0])))
		}
		text = "is required"
	case "field not allowed":
		text = "unknown field"
	default:
		text = w.refusal(e, format, args)
	}
	if w.known(p) {
		return
	}
	at, _ := w.doc.Find(p)
	w.add(at, p, rule, "%s", text)
	if format == "field not allowed" && len(p) > 0 {
		w.mend("remove it", p[:len(p)-1])
	}
}

// refusal puts a refused value into words.
func (w *walk) refusal(e errors.Error, format string, args []any) string {
	if w.isOwn(e.Position()) {
		return message(e)
	}
	switch {
	case format == "invalid value %v (out of bound %s)" && len(args) == 2:
		return bound(fmt.Sprint(args[1]))
	case format == "conflicting values %s and %s" && len(args) == 2:
		return "must be another value: " + fmt.Sprintf("%s is wanted beside %s", args[0], args[1])
	case strings.Contains(format, "mismatched types"):
		return "has a value of the wrong type"
	case strings.Contains(format, "incompatible list lengths"):
		return "has the wrong number of entries"
	}
	return "is refused by the schema"
}

// message is CUE's own text without the path in front.
func message(e errors.Error) string {
	format, args := e.Msg()
	return fmt.Sprintf(format, args...)
}

// bound says what CUE writes as >=3.
func bound(constraint string) string {
	for _, b := range []struct{ op, words string }{
		{">=", "must be at least "}, {"<=", "must be at most "}, {"!~", ""}, {"=~", ""},
		{"!=", "must not be "}, {">", "must be more than "}, {"<", "must be less than "},
	} {
		if rest, ok := strings.CutPrefix(constraint, b.op); ok && b.words != "" {
			return b.words + rest
		} else if ok {
			return "has not the form that is asked for"
		}
	}
	return "is refused by the schema"
}

// isOwn reports whether an error was written by the author of a schema, as error("…").
func (w *walk) isOwn(p token.Pos) bool {
	src := w.sources[p.Filename()]
	return p.IsValid() && p.Offset() <= len(src) && strings.HasPrefix(string(src[p.Offset():min(len(src), p.Offset()+6)]), "error(")
}

// rule is where a schema says so.
func (w *walk) rule(e errors.Error) manifest.Position {
	for _, p := range append([]token.Pos{e.Position()}, e.InputPositions()...) {
		if w.sources[p.Filename()] != nil && p.IsValid() {
			return position(p)
		}
	}
	return manifest.Position{}
}

// path turns CUE's path into one of the document.
func (w *walk) path(steps []string) manifest.Path {
	var p manifest.Path
	at := w.doc
	for _, step := range steps {
		if at != nil && at.Kind == manifest.List {
			if i, err := strconv.Atoi(step); err == nil && i >= 0 && i < len(at.Items) {
				p, at = append(p, i), at.Items[i]
				continue
			}
		}
		key := unquote(step)
		p, at = append(p, key), at.Get(key)
	}
	return p
}

func unquote(label string) string {
	if s, err := strconv.Unquote(label); err == nil {
		return s
	}
	return label
}
