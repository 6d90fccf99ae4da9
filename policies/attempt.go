package policies

import (
	"context"
	"fmt"
	"regexp"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// Attempt is a mutation that was tried on a subject.
type Attempt struct {
	// Why says why it could not be applied; empty where it was.
	Why string
	// Object is what it changed, removed or added; the zero Key where that is no object.
	Object manifest.Key
	// Found is what the check says of the mutant and not of the subject.
	Found []manifest.Problem
}

// Try applies a mutation of the rule to the subject, asks the rule, and no other, before and after, and
// returns what is new. A context that the mutation brings holds before as well where the mutation
// changes more than that: what a rule says of the context alone is no answer to the rest.
func (e *Engine) Try(ctx context.Context, rule Rule, m Mutation, s Subject) (Attempt, error) {
	after, why, err := e.mutate(m, s)
	if err != nil || why != "" {
		return Attempt{Why: why}, err
	}
	if need := rule.lacks(after.Context.value()); need != "" && !slices.Equal(rule.Scopes, []Scope{FleetScope}) {
		return Attempt{Why: need + " is not set"}, nil
	}
	before := mutant{Subject: s}
	if m.others() && m.change == nil {
		before.Context = after.Context
	}
	old, err := e.saysOf(ctx, rule, before)
	if err != nil {
		return Attempt{}, err
	}
	now, err := e.saysOf(ctx, rule, after)
	return Attempt{Object: after.object, Found: fresh(old, now)}, err
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
	// An id may begin with another.
	return slices.DeleteFunc(all, func(p manifest.Problem) bool { return p.Check != rule.ID }), failed
}

var indexInPath = regexp.MustCompile(`\[\d+\]`)

// fresh are the problems of after that before has not. Positions in lists do not count: what stands
// behind an insertion is no new problem.
func fresh(before, after []manifest.Problem) []manifest.Problem {
	id := func(p manifest.Problem) string {
		where := indexInPath.ReplaceAllString(p.Path.String()+" "+p.Field, "[]")
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
