package policies

import (
	"context"
	"fmt"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/pattern"
)

// Attempt is a mutation that was tried on a subject.
type Attempt struct {
	// Why says why it could not be applied; empty where it was.
	Why string
	// Tried is how many objects were broken by it, one at a time, until the check objected or there was none
	// left; 1 where it names no object.
	Tried int
	// Object is what it changed, removed or added: where the check objected, otherwise at first. It is the
	// zero Key where that is no object.
	Object manifest.Key
	// Found is what the check says of the mutant and not of the subject.
	Found []manifest.Problem
	// Alone tells that it says the same of the context that the mutation brings, without the rest.
	Alone bool
}

// Try applies a mutation of the rule to the subject, asks the rule, and no other, before and after, and
// returns what is new. Not every object of a kind breaks a rule by what breaks another, a Service of a
// Rollout and any other, so that it goes on to the next one where the rule says nothing.
func (e *Engine) Try(ctx context.Context, rule Rule, m Mutation, s Subject) (Attempt, error) {
	var out Attempt
	for from := 0; ; {
		after, why, err := e.mutate(m, s, from)
		if need := rule.lacks(after.Context.value()); err == nil && need != "" && !slices.Equal(rule.Scopes, []Scope{FleetScope}) {
			why = need + " is not set"
		}
		if err != nil || why != "" {
			if out.Tried == 0 {
				out.Why = why
			}
			return out, err
		}
		found, alone, err := e.news(ctx, rule, m, s, after)
		if err != nil {
			return out, err
		}
		if out.Tried++; out.Tried == 1 || len(found) > 0 {
			out.Object, out.Found, out.Alone = after.object, found, alone
		}
		if len(found) > 0 || m.object == nil {
			return out, nil
		}
		from = after.index + 1
	}
}

// news is what the rule says of the mutant and not of the subject. A context that the mutation brings
// holds before as well where it changes more than that: what a rule says of the context alone is no
// answer to the rest, and alone tells of it.
func (e *Engine) news(ctx context.Context, rule Rule, m Mutation, s Subject, after mutant) (found []manifest.Problem, alone bool, err error) {
	now, err := e.saysOf(ctx, rule, after)
	if err != nil || m.change != nil || len(now) == 0 {
		return now, false, err // before a change there is nothing to judge
	}
	before := mutant{Subject: s}
	old, err := e.saysOf(ctx, rule, before)
	if err != nil {
		return nil, false, err
	}
	found = fresh(old, now)
	if len(m.context) == 0 || !m.others() {
		return found, false, nil
	}
	before.Context = after.Context
	old, err = e.saysOf(ctx, rule, before)
	rest := fresh(old, now)
	return rest, len(rest) == 0 && len(found) > 0, err
}

// saysOf is what the rule says in all of its scopes.
func (e *Engine) saysOf(ctx context.Context, rule Rule, m mutant) ([]manifest.Problem, error) {
	var all []manifest.Problem
	var failed error
	ask := func(found []manifest.Problem, err error) {
		all = append(all, found...)
		if failed == nil {
			failed = err
		}
	}
	of := func(s Scope) bool { return slices.Contains(rule.Scopes, s) }
	checks := []string{rule.ID}
	switch {
	case m.change != nil:
		ask(e.CheckChange(ctx, m.Context, *m.change, checks))
	case of(ObjectScope) || of(SetScope) || of(TenantScope):
		ask(e.Check(ctx, Input{Context: m.Context, Objects: m.Objects, Checks: checks}))
	}
	if m.change == nil && of(FleetScope) {
		ask(e.CheckFleet(ctx, m.Fleet, checks))
	}
	if m.change == nil && of(PlatformScope) {
		ask(e.CheckPlatform(ctx, m.Context, checks))
	}
	// An id may begin with another.
	return slices.DeleteFunc(all, func(p manifest.Problem) bool { return p.Check != rule.ID }), failed
}

var indexInPath = pattern.Of(`\[\d+\]`)

// fresh are the problems of after that before has not. Positions in lists do not count: what stands
// behind an insertion is no new problem.
func fresh(before, after []manifest.Problem) []manifest.Problem {
	id := func(p manifest.Problem) string {
		where := indexInPath().ReplaceAllString(p.Path.String()+" "+p.Field, "[]")
		return fmt.Sprint(p.Tenant, p.Environment, p.Object, where, p.Message)
	}
	known := map[string]int{}
	for _, p := range before {
		known[id(p)]++
	}
	var out []manifest.Problem
	for _, p := range after {
		if known[id(p)]--; known[id(p)] < 0 {
			out = append(out, p)
		}
	}
	return out
}
