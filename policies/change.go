package policies

import (
	"context"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// Change is what somebody wants to merge. Its facts come from the forge or from whoever vouches for them,
// never from the files that are to be merged. Rules see it under input.change, with these names; lists
// are never null. The fields are documented in schemas/change.cue.
type Change struct {
	// Author opened it, Committer pushed its head.
	Author    string `json:"author"`
	Committer string `json:"committer"`
	// Head is the commit that is to be merged; approvals of other commits are of something else.
	Head      string     `json:"head"`
	Signed    bool       `json:"signed"`
	Ticket    string     `json:"ticket"`
	Labels    []string   `json:"labels"`
	Approvals []Approval `json:"approvals"`
	// Files are the paths it touches, from the platform repository.
	Files []string `json:"files"`
	// Environments are those whose output it changes.
	Environments []string `json:"environments"`
	// Removed are the tenants whose files go.
	Removed []Removal `json:"removed"`
	// Deleted are the objects that go, Total is how many there were.
	Deleted []Deletion `json:"deleted"`
	Total   int        `json:"total"`
	// Stale are output files that differ from a new rendering, Unrecorded those that no record knows.
	Stale      []string `json:"stale"`
	Unrecorded []string `json:"unrecorded"`
}

// Approval is one person's word for one commit.
type Approval struct {
	By     string `json:"by"`
	Commit string `json:"commit"`
	// Owner says that By owns all files of the change that have owners; Platform, that By is of the
	// platform team, which may approve any; Bot, that By is a program.
	Owner    bool `json:"owner"`
	Platform bool `json:"platform"`
	Bot      bool `json:"bot"`
}

// Removal is a tenant whose files go; Lifecycle is what they said before.
type Removal struct {
	Tenant    string `json:"tenant"`
	Lifecycle string `json:"lifecycle"`
}

// Deletion is an object that goes.
type Deletion struct {
	Tenant      string `json:"tenant"`
	Environment string `json:"environment"`
	Kind        string `json:"kind"`
	Name        string `json:"name"`
}

// value is the change as rules see it: what is not there is an empty list, which they can count.
func (c Change) value() ast.Value {
	for _, texts := range []*[]string{&c.Labels, &c.Files, &c.Environments, &c.Stale, &c.Unrecorded} {
		*texts = append([]string{}, *texts...)
	}
	c.Approvals = append([]Approval{}, c.Approvals...)
	c.Removed, c.Deleted = append([]Removal{}, c.Removed...), append([]Deletion{}, c.Deleted...)
	return ast.MustInterfaceToValue(c)
}

// CheckChange judges a change on a platform. Checks are ids, or prefixes of ids; none means all.
func (e *Engine) CheckChange(ctx context.Context, c Context, change Change, checks []string) ([]manifest.Problem, error) {
	return e.once(ctx, c, ChangeScope, "the change", change.value(), checks)
}

// CheckPlatform judges what the platform file says. Findings name its fields. Checks are ids, or
// prefixes of ids; none means all.
func (e *Engine) CheckPlatform(ctx context.Context, c Context, checks []string) ([]manifest.Problem, error) {
	if c.Platform.Spec.value == nil {
		return nil, nil
	}
	return e.once(ctx, c, PlatformScope, "the platform file", c.Platform.Spec.value, checks)
}

// once asks the rules of a scope that has one thing to judge, which they find under the scope's name.
func (e *Engine) once(ctx context.Context, c Context, scope Scope, about string, it ast.Value, checks []string) ([]manifest.Problem, error) {
	if scope == ChangeScope && e.rest != nil {
		whole, err := e.rest()
		if err != nil {
			return nil, err
		}
		e = whole
	}
	known := c.value()
	selected, err := e.selected(checks, known)
	if err != nil {
		return nil, err
	}
	r, err := e.newRun(ctx, selected)
	if err != nil {
		return nil, err
	}
	defer r.close()
	q := r.ask(func(i int) bool { return e.gates.rules[scope][i].always })
	if q == nil {
		return nil, nil
	}
	e.putControls(known)
	input := ast.LazyObject(map[string]any{string(scope): it, "ctx": ast.LazyObject(known)})
	err = r.eval(q, input, func(f finding, rule Rule) error {
		r.add(rule, f, nil)
		return nil
	}, about)
	return manifest.SortProblems(r.problems), err
}
