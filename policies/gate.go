package policies

import (
	"maps"
	"slices"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"
)

// Most rules cannot say anything about most objects: a rule on hostPath is silent about an object
// without a field of that name, one on Roles about a Service. The engine reads that off the rules and
// does not even ask. It is a proof, not a guess: an expression that is not negated must be defined for
// its rule to hold, so each name it looks up must be a field of the object, unless the rules
// themselves write objects with a field of that name (or the context has it). Rules of the platform
// are always asked: they may read fields out of text, which no such proof covers.

// analysis reads needs off compiled rules.
type analysis struct {
	compiler *ast.Compiler
	written  map[string]bool // fields that rules, the context or the engine write themselves
	fields   numbers
	parts    numbers
	known    map[*ast.Rule][]need
	readers  map[*ast.Rule]bool // of the context
}

// newAnalysis is for one scope; engine are the fields that the engine writes into its input.
func newAnalysis(c *ast.Compiler, fields, parts numbers, written map[string]bool, engine []string) *analysis {
	written = maps.Clone(written)
	for _, name := range engine {
		written[name] = true
	}
	return &analysis{compiler: c, fields: fields, parts: parts, written: written, known: map[*ast.Rule][]need{}, readers: map[*ast.Rule]bool{}}
}

// written are the fields of objects that our rules write themselves, and those of the context.
func written(mods modules) map[string]bool {
	fields := map[string]bool{}
	note := func(t *ast.Term) bool {
		if o, ok := t.Value.(ast.Object); ok {
			for _, key := range o.Keys() {
				if s, ok := key.Value.(ast.String); ok {
					fields[string(s)] = true
				}
			}
		}
		return false
	}
	for _, m := range mods {
		if m.own {
			ast.WalkTerms(m.ast, note)
		}
	}
	whole := Context{Tenant: "t", Environment: "e", Namespace: "n", Tier: "t", Platform: Platform{AllowedKinds: []Kind{{}}}}
	ast.WalkTerms(ast.NewTerm(ast.MustInterfaceToValue(whole.value())), note)
	return fields
}

func (a *analysis) rules(rules []*ast.Rule) []need {
	var all []need
	for _, r := range rules {
		for ; r != nil; r = r.Else {
			if r.Default {
				return []need{{}}
			}
			all = append(all, a.rule(r)...)
		}
	}
	if all = simplest(all); len(all) > maxNeeds {
		return []need{{}}
	}
	return all
}

func (a *analysis) rule(r *ast.Rule) []need {
	if needs, ok := a.known[r]; ok {
		return needs
	}
	needs := []need{{}}
	kind := map[ast.Var]bool{}                                                      // variables that are the kind of the object
	foreign := sync.OnceValue(func() map[ast.Var]bool { return a.foreign(r.Body) }) // few bodies need it
	for _, e := range r.Body {
		needs = cross(needs, a.expr(e, kind, foreign))
	}
	a.known[r] = needs
	return needs
}

var (
	kindRef    = ast.MustParseRef("input.object.kind")
	scopeRef   = ast.MustParseRef("input.scope")
	contextRef = ast.MustParseRef("input.ctx")
)

// foreign are the variables that may come from the context and not from the object: whatever is said in
// one expression with a part of the context, or with such a variable.
func (a *analysis) foreign(body ast.Body) map[ast.Var]bool {
	vars := map[ast.Var]bool{}
	for known := -1; known < len(vars); {
		known = len(vars)
		for _, e := range body {
			terms, ok := e.Terms.([]*ast.Term)
			if ok && !e.Negated && slices.ContainsFunc(terms, func(t *ast.Term) bool { return a.outside(t, vars) }) {
				for _, t := range terms[1:] {
					bound(t, vars)
				}
			}
		}
	}
	return vars
}

// contextual reports whether a reference is to the context or to rules that read it.
func (a *analysis) contextual(r ast.Ref) bool {
	if r.HasPrefix(contextRef) {
		return true
	}
	if !r[0].Equal(ast.DefaultRootDocument) {
		return false
	}
	for i := len(r.GroundPrefix()); i > 1; i-- {
		if rules := a.compiler.GetRulesExact(r[:i]); len(rules) > 0 {
			return slices.ContainsFunc(rules, a.reads)
		}
	}
	return false
}

// reads reports whether a rule reads the context, itself or by others.
func (a *analysis) reads(r *ast.Rule) bool {
	if known, ok := a.readers[r]; ok {
		return known
	}
	a.readers[r] = false // rules do not recur
	found := false
	ast.WalkRefs(r, func(ref ast.Ref) bool {
		found = found || a.contextual(ref)
		return found
	})
	a.readers[r] = found
	return found
}

// outside reports whether a term looks at the context, or at a variable that may come from there.
func (a *analysis) outside(t *ast.Term, vars map[ast.Var]bool) bool {
	found := false
	ast.NewGenericVisitor(func(x any) bool {
		switch x := x.(type) {
		case ast.Ref:
			found = found || a.contextual(x)
		case ast.Var:
			found = found || vars[x]
		}
		return found
	}).Walk(t)
	return found
}

// bound notes the variables that a term is or is made of; those it looks things up with are not.
func bound(t *ast.Term, vars map[ast.Var]bool) {
	ast.NewGenericVisitor(func(x any) bool {
		switch x := x.(type) {
		case ast.Ref, *ast.ArrayComprehension, *ast.SetComprehension, *ast.ObjectComprehension:
			return true
		case ast.Var:
			vars[x] = true
		}
		return false
	}).Walk(t)
}

func (a *analysis) expr(e *ast.Expr, kind map[ast.Var]bool, foreign func() map[ast.Var]bool) []need {
	var n need
	if len(e.With) > 0 {
		return []need{n}
	}
	if e.Negated {
		a.negated(&n, e)
		return []need{n}
	}
	var terms []*ast.Term
	switch t := e.Terms.(type) {
	case *ast.Term:
		terms = []*ast.Term{t}
	case []*ast.Term:
		terms = t[1:]
		n.constants(e, kind)
	}
	needs := []need{n}
	for _, t := range terms {
		walkDefined(t, func(r ast.Ref) {
			demands := a.ref(r)
			if len(demands) == 1 && demands[0].nothing() {
				return
			}
			if v, ok := r[0].Value.(ast.Var); !ok || ast.RootDocumentNames.Contains(r[0]) || !foreign()[v] {
				needs = cross(needs, demands)
			}
		})
	}
	return needs
}

// negated notes what must not be there: the scope of the kind, or a part of the input.
func (a *analysis) negated(n *need, e *ast.Expr) {
	t, ok := e.Terms.(*ast.Term)
	if !ok {
		return
	}
	r, ok := t.Value.(ast.Ref)
	switch {
	case t.Value.Compare(scopeRef) == 0:
		n.scope = unknownScope
	case ok && len(r) == 2 && r[0].Equal(ast.InputRootDocument):
		part, _ := r[1].Value.(ast.String)
		n.inputs.set(a.parts.of(without(string(part))))
	}
}

// without stands for the absence of a part of the input.
func without(part string) string { return "no " + part }

// walkDefined visits the references that must be defined for the term to be; those inside of
// comprehensions need not.
func walkDefined(t *ast.Term, visit func(ast.Ref)) {
	ast.NewGenericVisitor(func(x any) bool {
		switch x := x.(type) {
		case *ast.ArrayComprehension, *ast.SetComprehension, *ast.ObjectComprehension, *ast.Every:
			return true
		case ast.Ref:
			visit(x)
		}
		return false
	}).Walk(t)
}

// constants notes what the kind and its scope are compared with.
func (n *need) constants(e *ast.Expr, kind map[ast.Var]bool) {
	operands := e.Operands()
	if len(operands) != 2 {
		return
	}
	switch left, right := operands[0].Value, operands[1].Value; e.Operator().String() {
	case "eq", "equal":
		if v, ok := left.(ast.Var); ok && right.Compare(kindRef) == 0 {
			kind[v] = true
		}
		for _, pair := range [][2]ast.Value{{left, right}, {right, left}} {
			text, ok := pair[1].(ast.String)
			if ok && isKind(pair[0], kind) {
				n.kinds = []string{string(text)}
			}
			if ok && pair[0].Compare(scopeRef) == 0 {
				n.scope = string(text)
			}
		}
	case "internal.member_2":
		if set, ok := right.(ast.Set); ok && isKind(left, kind) && set.IsGround() {
			n.kinds = []string{}
			set.Foreach(func(t *ast.Term) {
				if s, ok := t.Value.(ast.String); ok {
					n.kinds = append(n.kinds, string(s))
				}
			})
		}
	}
}

func isKind(v ast.Value, kind map[ast.Var]bool) bool {
	name, ok := v.(ast.Var)
	return ok && kind[name] || v.Compare(kindRef) == 0
}

func (a *analysis) ref(r ast.Ref) []need {
	var n need
	rest := r[1:]
	switch {
	case r[0].Equal(ast.InputRootDocument):
		if len(r) > 1 {
			part, _ := r[1].Value.(ast.String)
			n.inputs.set(a.parts.of(string(part)))
			n.odd = part == "odd"
			if part == "suspects" {
				n.fields.set(a.fields.of(suspected))
			}
			rest = nil
			if part == "object" {
				rest = r[2:]
			}
		}
	case r[0].Equal(ast.DefaultRootDocument):
		for i := len(r.GroundPrefix()); i > 1; i-- {
			if rules := a.compiler.GetRulesExact(r[:i]); len(rules) > 0 {
				if i == len(r) && rules[0].Head.DocKind() != ast.CompleteDoc {
					return []need{n} // the whole of a set is there, if only empty
				}
				if !a.contextual(r[:i]) {
					a.look(&n, r[i:])
				}
				return cross(a.rules(rules), []need{n})
			}
		}
		return []need{n}
	}
	a.look(&n, rest)
	return []need{n}
}

// look notes the names that a reference looks up.
func (a *analysis) look(n *need, r ast.Ref) {
	for _, t := range r {
		if s, ok := t.Value.(ast.String); ok && !a.written[string(s)] {
			n.fields.set(a.fields.of(string(s)))
		}
	}
}

// numbers gives each name a number, in the order of asking.
type numbers map[string]int

func (n numbers) of(name string) int {
	i, ok := n[name]
	if !ok {
		i = len(n)
		n[name] = i
	}
	return i
}
