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
	departures
	refused bool // a run that is all or nothing
}

var errKept = errors.New("a tenant without a file is not removed")

// around asks for the updates, and looks who has gone from the head of the branch. Where a run that is all or
// nothing has nothing to publish, nobody goes either.
func (l *leaving) around(prepare gitops.Prepare) gitops.Prepare {
	return func(ctx context.Context, head *gitops.Commit) ([]gitops.Update, error) {
		updates, err := prepare(ctx, head)
		if err != nil || l.atomic && len(updates) == 0 {
			return updates, err
		}
		if l.departures, err = l.w.departed(head, l.res, l.all); err != nil {
			return nil, err
		}
		if l.refused = l.atomic && l.stay(); l.refused {
			return nil, errKept
		}
		updates = slices.Clone(updates)
		for _, name := range l.gone {
			updates = append(updates, gitops.Update{Tenant: name})
		}
		l.approval.updates = updates
		return updates, nil
	}
}
