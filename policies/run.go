package policies

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/metrics"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/topdown"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// run is one call of Check or CheckFleet: one deadline and one list of problems.
type run struct {
	limit
	engine   *Engine
	selected []bool // by the index of the rule
	txn      storage.Transaction
	problems []manifest.Problem
}

func (e *Engine) newRun(ctx context.Context, selected []bool) (*run, error) {
	txn, err := e.store.NewTransaction(ctx)
	if err != nil {
		return nil, fmt.Errorf("open the empty store of policies: %w", err)
	}
	return &run{limit: within(ctx, e.Deadline), engine: e, selected: selected, txn: txn}, nil
}

func (r *run) close() {
	r.release()
	r.engine.store.Abort(context.Background(), r.txn)
}

// limit stops evaluations when its time is over.
type limit struct {
	ctx     context.Context
	cancel  topdown.Cancel
	release func()
}

func within(ctx context.Context, d time.Duration) limit {
	ctx, done := context.WithTimeout(ctx, d)
	cancel := topdown.NewCancel()
	stop := context.AfterFunc(ctx, cancel.Cancel)
	return limit{ctx: ctx, cancel: cancel, release: func() { stop(); done() }}
}

// question asks some rules at once: each expression of its body binds the findings of one of them.
type question struct {
	rules []int // their indexes
	vars  []ast.Var
	body  ast.Body
}

// ask is the question of the selected rules that concern holds for; nil means none.
func (r *run) ask(concern func(rule int) bool) *question {
	mask := make([]byte, len(r.engine.rules))
	any := false
	for i := range mask {
		if r.selected[i] && concern(i) {
			mask[i], any = 1, true
		}
	}
	if !any {
		return nil
	}
	if q, ok := r.engine.questions.Load(string(mask)); ok {
		return q.(*question)
	}
	var rules []int
	for i := range mask {
		if mask[i] == 1 {
			rules = append(rules, i)
		}
	}
	q := r.engine.question(rules)
	r.engine.questions.Store(string(mask), q)
	return q
}

func (e *Engine) question(rules []int) *question {
	q := &question{rules: rules}
	for _, i := range rules {
		v := ast.Var("findings_of_" + e.rules[i].pkg)
		q.vars = append(q.vars, v)
		q.body.Append(ast.Equality.Expr(ast.NewTerm(e.rules[i].deny()), ast.NewTerm(v)))
	}
	return q
}

// take receives a finding of a rule.
type take func(finding, Rule) error

// eval asks and hands each finding over. About names the input in errors.
func (r *run) eval(q *question, input ast.Object, take take, about string) error {
	answer, err := r.query(r.limit, q, input, strict)
	if err != nil {
		return r.apart(q, input, take, about)
	}
	return r.hear(q, answer, take)
}

// How a query takes it that a built-in function fails: as its own failure, or as a condition that does not hold.
const strict, lenient = true, false

func (r *run) query(l limit, q *question, input ast.Object, strictly bool) (topdown.QueryResult, error) {
	if err := l.ctx.Err(); err != nil {
		return nil, err
	}
	var answer topdown.QueryResult
	err := topdown.NewQuery(q.body).WithCompiler(r.engine.compiler).WithStore(r.engine.store).WithTransaction(r.txn).
		WithInput(ast.NewTerm(input)).WithCancel(l.cancel).WithStrictBuiltinErrors(strictly).WithMetrics(metrics.NoOp()).
		Iter(l.ctx, func(result topdown.QueryResult) error {
			answer = result
			return nil
		})
	return answer, err
}

func (r *run) hear(q *question, answer topdown.QueryResult, take take) error {
	for i, v := range q.vars {
		rule := r.engine.rules[q.rules[i]]
		found, ok := answer[v]
		if !ok {
			return fmt.Errorf("%s: %s gave no answer", rule.File, rule.ID)
		}
		set, _ := found.Value.(ast.Set)
		if set.Len() == 0 {
			continue
		}
		err := set.Iter(func(t *ast.Term) error {
			f, err := readFinding(t.Value)
			if err != nil {
				return fmt.Errorf("%s: %w", rule.File, err)
			}
			return take(f, rule)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// blameTime is how long each rule gets alone when all together did not end.
const blameTime = 200 * time.Millisecond

// apart asks each rule by itself, after all together failed. Either one stumbled: over a number, say,
// where there should be a text. That is a finding of the rule and not a failure of the run, or whoever
// writes such an object stops the work for everybody. Or one did not end, and is found and named.
func (r *run) apart(q *question, input ast.Object, take take, about string) error {
	late := r.ctx.Err() != nil
	if errors.Is(r.ctx.Err(), context.Canceled) {
		return r.ctx.Err()
	}
	for _, i := range q.rules {
		rule, alone := r.engine.rules[i], r.engine.question([]int{i})
		answer, err, expired := r.patiently(late, alone, input)
		switch {
		case errors.Is(expired, context.Canceled):
			return expired
		case expired != nil:
			return r.endless(rule, about)
		case late:
			continue
		case err != nil:
			if err = take(finding{message: "cannot be judged: " + stumble(err)}, rule); err == nil {
				err = r.rest(rule, alone, input, take, about)
			}
		default:
			err = r.hear(alone, answer, take)
		}
		if err != nil {
			return err
		}
	}
	if late {
		return fmt.Errorf("policies did not end on %s within %s", about, r.engine.Deadline)
	}
	return nil
}

// rest hands over what a rule that stumbled finds all the same: a body that stumbles does not hold, the
// others do. A rule that asks by not may find fault with what it stumbled over; that it stumbled is told
// beside it.
func (r *run) rest(rule Rule, q *question, input ast.Object, take take, about string) error {
	answer, err := r.query(r.limit, q, input, lenient)
	switch expired := r.ctx.Err(); {
	case err == nil:
		return r.hear(q, answer, take)
	case errors.Is(expired, context.Canceled):
		return expired
	case expired != nil:
		return r.endless(rule, about)
	}
	return nil // not a built-in function failed but the rule itself, and has found nothing
}

func (r *run) endless(rule Rule, about string) error {
	return fmt.Errorf("%s: %s does not end on %s within %s", rule.File, rule.ID, about, r.engine.Deadline)
}

// patiently asks within the time of the run or, when that is over, within one of its own. Expired
// tells whether that is over too.
func (r *run) patiently(late bool, q *question, input ast.Object) (answer topdown.QueryResult, err, expired error) {
	l := r.limit
	if late {
		l = within(context.WithoutCancel(r.ctx), blameTime)
		defer l.release()
	}
	answer, err = r.query(l, q, input, strict)
	return answer, err, l.ctx.Err()
}

// stumble is what a rule stumbled over, without the place in the rule.
func stumble(err error) string {
	if e, ok := errors.AsType[*topdown.Error](err); ok {
		return e.Message
	}
	return err.Error()
}
