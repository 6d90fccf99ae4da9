package policies

import (
	"context"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// Change is what somebody wants to merge. Its facts come from the forge or from whoever vouches for them,
// never from the files that are to be merged. Rules see it under input.change, with these names.
type Change struct {
	// Author opened it, Committer pushed its head. Bot says that the author is a program.
	Author    string `json:"author"`
	Committer string `json:"committer"`
	Bot       bool   `json:"bot"`
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
	// Tenants are those whose files it removes, with what they were before.
	Removed []Removal `json:"removed"`
	// Deleted are the objects that it removes, Total those there were.
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
	// platform team; Bot, that By is a program.
	Owner    bool `json:"owner"`
	Platform bool `json:"platform"`
	Bot      bool `json:"bot"`
}

// Removal is a tenant whose files go.
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

// CheckChange judges a change on a platform. Checks are ids, or prefixes of ids; none means all.
func (e *Engine) CheckChange(ctx context.Context, c Context, change Change, checks []string) ([]manifest.Problem, error) {
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
	q := r.ask(func(i int) bool { return e.gates.rules[ChangeScope][i].always })
	if q == nil {
		return nil, nil
	}
	input := map[string]any{"change": ast.MustInterfaceToValue(change), "ctx": ast.LazyObject(known)}
	err = r.eval(q, ast.LazyObject(input), func(f finding, rule Rule) error {
		r.add(rule, f, nil)
		return nil
	}, "the change")
	return manifest.SortProblems(r.problems), err
}
