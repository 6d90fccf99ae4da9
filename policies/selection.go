package policies

import (
	"fmt"
	"slices"
	"strings"
)

// Selected returns the rules that ids or prefixes of ids stand for, all of them for none. One that
// stands for no rule is an error.
func (e *Engine) Selected(checks []string) ([]Rule, error) {
	selected, err := e.selected(checks, true)
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

// selected marks the rules to ask, by index: those that were named and have what they need.
func (e *Engine) selected(checks []string, tenant bool) ([]bool, error) {
	for _, check := range checks {
		if !slices.ContainsFunc(e.rules, func(r Rule) bool { return r.named(check) }) {
			return nil, fmt.Errorf("no check %q", check)
		}
	}
	selected := make([]bool, len(e.rules))
	for i, r := range e.rules {
		named := len(checks) == 0 || slices.ContainsFunc(checks, r.named)
		selected[i] = named && (!r.NeedsTenant || tenant)
	}
	return selected, nil
}

// named reports whether check is the id or begins it.
func (r Rule) named(check string) bool { return check != "" && strings.HasPrefix(r.ID, check) }
