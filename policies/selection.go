package policies

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// Selected returns the rules that ids or prefixes of ids stand for, all of them for none. One that
// stands for no rule is an error.
func (e *Engine) Selected(checks []string) ([]Rule, error) {
	selected, err := e.selected(checks, nil)
	if err != nil {
		return nil, err
	}
	var rules []Rule
	for i, r := range e.rules {
		if selected[i] {
			rules = append(rules, r)
		}
	}
	return rules, nil
}

// Unasked is a rule that is not asked, and what it lacks.
type Unasked struct {
	Rule
	// Needs is a part of the context, one with what it has to be (spec.tier: premium), or "tenant".
	Needs string
}

// Unasked returns the rules that are not asked in the context.
func (e *Engine) Unasked(c Context) []Unasked {
	var all []Unasked
	ctx := c.value()
	for _, r := range e.rules {
		if need := r.lacks(ctx); need != "" {
			all = append(all, Unasked{r, need})
		}
	}
	return all
}

// lacks is what the rule needs and the context has not; nothing where it has all.
func (r Rule) lacks(ctx map[string]any) string {
	if r.NeedsTenant && !has(ctx, "tenant") {
		return "tenant"
	}
	for _, need := range r.Needs {
		if !has(ctx, need) {
			return need
		}
	}
	for _, path := range slices.Sorted(maps.Keys(r.When)) {
		if value := lookup(ctx, path); value != nil && !slices.ContainsFunc(r.When[path], func(s string) bool { return value == s || value == ast.String(s) }) {
			return path + ": " + strings.Join(r.When[path], " or ")
		}
	}
	return ""
}

// selected marks the rules to ask, by index: those that were named and have what they need; a nil
// context has everything.
func (e *Engine) selected(checks []string, ctx map[string]any) ([]bool, error) {
	for _, check := range checks {
		if !slices.ContainsFunc(e.rules, func(r Rule) bool { return r.named(check) }) {
			return nil, fmt.Errorf("no check %q; `tenantsmith policy list` names them all", check)
		}
	}
	selected := make([]bool, len(e.rules))
	for i, r := range e.rules {
		named := len(checks) == 0 || slices.ContainsFunc(checks, r.named)
		selected[i] = named && (ctx == nil || r.lacks(ctx) == "")
	}
	return selected, nil
}

// named reports whether check is the id or begins it.
func (r Rule) named(check string) bool { return check != "" && strings.HasPrefix(r.ID, check) }
