package main

import (
	"context"
	"errors"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/gitops"
	"github.com/tenantsmith/tenantsmith/internal/pipeline"
)

// leaving adds the removals of tenants that may go to the updates of a publish.
type leaving struct {
	w           *workspace
	res         *pipeline.Result
	all, atomic bool
	approval    *approval
	updates     []gitops.Update
	departures
	refused bool // a run that is all or nothing
}

var errKept = errors.New("a tenant without a file is not removed")

// prepare looks who has gone from the head of the branch.
func (l *leaving) prepare(_ context.Context, head *gitops.Commit) ([]gitops.Update, error) {
	left, err := l.w.departed(head, l.res, l.all)
	if err != nil {
		return nil, err
	}
	l.departures = left
	if l.refused = l.atomic && left.stay(); l.refused {
		return nil, errKept
	}
	updates := slices.Clone(l.updates)
	for _, name := range left.gone {
		updates = append(updates, gitops.Update{Tenant: name})
	}
	l.approval.updates = updates
	return updates, nil
}
