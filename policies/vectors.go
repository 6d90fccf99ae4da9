package policies

import (
	"context"
	"fmt"
	"maps"
	"path"
	"slices"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// Vector is an object that a unit test of a check of ours asks it about, and what the check says: what other judges
// of the same objects are measured by.
type Vector struct {
	Check string
	// Position is the line of the test.
	manifest.Position
	Context Context
	Object  map[string]any
	// Found are the messages of the check.
	Found []string
}

// Vectors runs the unit tests of our checks whose package and name match the expression, and returns each object that
// one of them asks about, once a line.
func Vectors(ctx context.Context, match string) ([]Vector, error) {
	mods, err := load(sources(nil, nil), testFiles)
	if err != nil {
		return nil, err
	}
	asked := &listener{heard: map[string]heard{}}
	if _, err := mods.listen(ctx, match, asked); err != nil {
		return nil, err
	}
	engine, err := CompileAll(nil)
	if err != nil {
		return nil, err
	}
	out := make([]Vector, 0, len(asked.heard))
	for _, key := range slices.Sorted(maps.Keys(asked.heard)) {
		v, err := engine.answer(ctx, asked.heard[key])
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// heard is the input of a test at a line.
type heard struct {
	at    manifest.Position
	input ast.Object
}

// listener notes every input that a test hands to a check, by its line and what is in it. Tests run at once.
type listener struct {
	sync.Mutex
	heard map[string]heard
}

// Enabled, Config and TraceEvent make it a tracer.
func (l *listener) Enabled() bool { return true }

// Config wants nothing more.
func (l *listener) Config() topdown.TraceConfig { return topdown.TraceConfig{} }

// TraceEvent notes the inputs of an expression of a test: what stands behind with.
func (l *listener) TraceEvent(e topdown.Event) {
	expr, ok := e.Node.(*ast.Expr)
	if !ok || e.Op != topdown.EvalOp || expr.Location == nil {
		return
	}
	for _, with := range expr.With {
		if with.Target.Equal(ast.InputRootDocument) || with.Target.Equal(ast.NewTerm(ast.InputRootRef)) {
			l.note(e.Plug(with.Value), expr.Location)
		}
	}
}

func (l *listener) note(given *ast.Term, at *ast.Location) {
	input, ok := given.Value.(ast.Object)
	if !ok || !input.IsGround() || part(input, "object") == nil || part(input, "ctx") == nil {
		return
	}
	l.Lock()
	defer l.Unlock()
	l.heard[fmt.Sprintf("%s %6d %x", at.File, at.Row, input.Hash())] = heard{manifest.Position{File: at.File, Line: at.Row}, input}
}

// answer asks the check whose folder the test is in what it says.
func (e *Engine) answer(ctx context.Context, h heard) (Vector, error) {
	tree, err := ast.JSON(h.input)
	if err != nil {
		return Vector{}, fmt.Errorf("%s: %w", h.at, err)
	}
	input := plainNumbers(tree).(map[string]any)
	v := Vector{Position: h.at}
	v.Object, _ = input["object"].(map[string]any)
	v.Context.changed, _ = input["ctx"].(map[string]any)
	v.Context.Tenant, _ = v.Context.changed["tenant"].(string)
	r, err := e.newRun(ctx, nil)
	if err != nil {
		return v, err
	}
	defer r.close()
	for i, rule := range e.rules {
		if path.Dir(rule.File) == path.Dir(h.at.File) {
			v.Check = rule.ID
			err = r.eval(e.question([]int{i}), h.input, func(f finding, _ Rule) error {
				v.Found = append(v.Found, f.message)
				return nil
			}, h.at.String())
		}
	}
	return v, err
}

// Break applies a mutation to the subject, as [Engine.Try] does first. It returns the subject as it is then and those
// of its objects that were changed or added; why says what the subject lacks.
func (e *Engine) Break(m Mutation, s Subject) (after Subject, broken []manifest.Object, why string, err error) {
	out, why, err := e.mutate(m, s, 0)
	if err != nil || why != "" {
		return s, nil, why, err
	}
	if m.object != nil {
		broken = append(broken, out.Objects[out.index])
	}
	return out.Subject, append(broken, out.Objects[len(out.Objects)-len(m.add):]...), "", nil
}
