package schemas

import (
	"cuelang.org/go/cue"
	"cuelang.org/go/cue/cuecontext"
	"cuelang.org/go/cue/token"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// session checks the documents of one tenant in one goroutine. Its memory goes with it: a context
// that lives longer keeps every document it saw.
type session struct {
	c    *checker
	ctx  *cue.Context // made when the first document is judged
	memo *Memo        // what it knows is not judged again
}

// session starts the checks of one tenant.
func (c *checker) session() *session { return &session{c: c} }

// unify lays a document on a layer of the schemas.
func (s *session) unify(layer string, doc *manifest.Node) cue.Value {
	if s.ctx == nil {
		s.ctx = cuecontext.New()
	}
	return s.ctx.Encode(doc.Tree()).Unify(s.c.layers[layer])
}

// once judges a document unless the memo knows that nothing is wrong with it.
func (s *session) once(layer string, doc *manifest.Node, judge func() []manifest.Problem) []manifest.Problem {
	if s.memo == nil {
		return judge()
	}
	v := verdictOf(s.c.sum, layer, doc)
	if s.memo.knows(v) {
		return nil
	}
	problems := judge()
	if len(problems) == 0 {
		s.memo.keep(v)
	}
	return problems
}

// input judges one document by itself: kind is Tenant, Platform, Override, Waiver or Change.
func (s *session) input(kind string, doc *manifest.Node) []manifest.Problem {
	return s.check("#"+kind+"Input", doc)
}

// layer judges one document that lies on others: what null removes has to be known, and is not there.
func (s *session) layer(kind string, doc *manifest.Node) []manifest.Problem {
	rest := withoutNulls(doc)
	problems := s.input(kind, rest)
	if rest != doc {
		problems = append(problems, s.c.words.removals("#"+kind+"Input", doc)...)
	}
	return problems
}

// complete judges the merged files of a tenant, before anything is filled in: whether all that a
// tenant has to say was said.
func (s *session) complete(doc *manifest.Node) []manifest.Problem {
	return s.check(layerComplete, doc)
}

// rules judges a tenant in one environment, with everything filled in.
func (s *session) rules(doc *manifest.Node) []manifest.Problem {
	return s.once(layerRules, doc, func() []manifest.Problem { return s.judge(doc) })
}

func (s *session) judge(doc *manifest.Node) []manifest.Problem {
	v := s.unify(layerRules, doc)
	problems, err := s.findings(doc, v)
	if err == nil {
		err = v.Validate(cue.Concrete(true), cue.Final(), cue.All())
	}
	if err != nil {
		problems = append(problems, s.c.words.explain(layerRules, doc, err)...)
	}
	return manifest.SortProblems(problems)
}

// findings are what the rules found. The error says that they could not be asked, which happens only
// when the document breaks a constraint.
func (s *session) findings(doc *manifest.Node, v cue.Value) ([]manifest.Problem, error) {
	var problems []manifest.Problem
	rules, err := v.LookupPath(cue.ParsePath("#rules")).Fields()
	for err == nil && rules.Next() {
		var found cue.Iterator
		if found, err = rules.Value().List(); err != nil {
			break
		}
		for found.Next() {
			problems = append(problems, finding(doc, found.Value()))
		}
	}
	return problems, err
}

// finding reads what a rule found: a field under spec, what is wrong with it, and what to do about it.
func finding(doc *manifest.Node, v cue.Value) manifest.Problem {
	path := manifest.Path{"spec"}
	steps, _ := v.LookupPath(cue.ParsePath("at")).List()
	for steps.Next() {
		if i, err := steps.Value().Int64(); err == nil {
			path = append(path, int(i))
		} else if key, err := steps.Value().String(); err == nil {
			path = append(path, key)
		}
	}
	says := v.LookupPath(cue.ParsePath("says"))
	text, _ := says.String()
	at, _ := doc.Find(path)
	problem := fault(at, path.String(), "%s", text)
	problem.Rule = position(says.Pos())
	problem.Remedy, _ = v.LookupPath(cue.ParsePath("fix")).String()
	return problem
}

func (s *session) check(layer string, doc *manifest.Node) []manifest.Problem {
	return s.once(layer, doc, func() []manifest.Problem {
		if err := s.unify(layer, doc).Validate(cue.Concrete(true), cue.Final(), cue.All()); err != nil {
			return s.c.words.explain(layer, doc, err)
		}
		return nil
	})
}

func position(p token.Pos) manifest.Position {
	if !p.IsValid() {
		return manifest.Position{File: p.Filename()}
	}
	return manifest.Position{File: p.Filename(), Line: p.Line(), Column: p.Column()}
}
