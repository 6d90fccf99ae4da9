package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/gitops"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/pipeline"
)

// leaving adds the removals of tenants that may go to the updates of a publish.
type leaving struct {
	w   *workspace
	res *pipeline.Result
	// all: the run is about all tenants; rewind: their records may name commits that are not here.
	all, rewind bool
	approval    *approval
	// overwrite are tenants whose hand edits may go with them; strangers those of them that have no file here, of
	// which found are on some branch.
	overwrite, strangers, found []string
	// atomic refuses where a tenant stays; several says that a look at several branches leaves refusals to its end.
	atomic, several bool
	departures                 // at the head that was looked at last
	seen            departures // on all branches that were looked at
	refused         bool       // a run that is all or nothing
	slip            error      // a name that is no tenant
}

var errKept = errors.New("a tenant without a file is not removed")

// around asks for the updates, and looks who has gone from the head of the branch. Where a run that is all or
// nothing gives up what it has to publish, nobody goes either.
func (l *leaving) around(prepare gitops.Prepare) gitops.Prepare {
	return func(ctx context.Context, head *gitops.Commit) ([]gitops.Update, error) {
		updates, err := prepare(ctx, head)
		if err != nil || l.atomic && len(updates) == 0 && len(updatesOf(l.res)) > 0 {
			return updates, err
		}
		if l.departures, err = l.w.departed(head, l.res, l.all, l.rewind); err != nil {
			return nil, err
		}
		if !l.rewind {
			if err := l.late(l.w.dir, head); err != nil {
				return nil, err
			}
		}
		for _, name := range l.strangers {
			if _, err := fs.Stat(head, manifest.RecordPath(name)); err == nil {
				l.found = append(l.found, name)
			}
		}
		if l.slip = l.unknown(); l.slip != nil && !l.several {
			return nil, l.slip
		}
		if l.refused = l.atomic && !l.several && l.stay(); l.refused {
			return nil, errKept
		}
		updates = l.with(updates, l.gone)
		l.approval.updates = updates
		return updates, nil
	}
}

// with adds the tenants that go.
func (l *leaving) with(updates []gitops.Update, gone []string) []gitops.Update {
	updates = slices.Clone(updates)
	for _, name := range gone {
		updates = append(updates, gitops.Update{Tenant: name, Overwrite: slices.Contains(l.overwrite, name)})
	}
	return updates
}

// unknown refuses a name of --overwrite that is no tenant here, nor on a branch that was looked at.
func (l *leaving) unknown() error {
	for _, name := range l.strangers {
		if !slices.Contains(l.found, name) {
			return fmt.Errorf("--overwrite: %q is no tenant of this run%s", name, hint(name, known(l.res), ""))
		}
	}
	return nil
}

// note keeps what was seen on a branch, before the next one is looked at.
func (l *leaving) note() {
	l.seen.gone = union(l.seen.gone, l.gone)
	l.seen.doubts, l.seen.others = union(l.seen.doubts, l.doubts), union(l.seen.others, l.others)
	for _, k := range l.kept {
		if !slices.Contains(l.seen.kept, k) {
			l.seen.kept = append(l.seen.kept, k)
		}
	}
	slices.SortStableFunc(l.seen.kept, func(a, b departure) int { return cmp.Compare(a.tenant, b.tenant) })
	l.departures = departures{}
}

func union(a, b []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(slices.Concat(a, b))))
}
