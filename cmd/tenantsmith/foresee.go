package main

import (
	"context"

	"github.com/tenantsmith/tenantsmith/internal/gitops"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// foreseen is what a run would do to several branches.
type foreseen struct {
	changes []gitops.Change
	loss    manifest.Loss
	// stopped are the branches on which a tenant is left alone.
	stopped []delivered
}

// foresee looks at all branches before any of them is written, so that what stops a run stops all of it: a plan, a
// limit and --atomic are about tenants, not about branches. It returns the branches that stop a run which is all or
// nothing.
func foresee(ctx context.Context, all []route, j job) ([]delivered, error) {
	f, err := j.look(ctx, all)
	if err != nil {
		return nil, err
	}
	if j.left.slip != nil {
		return nil, j.left.slip
	}
	if j.left.refused = j.options.atomic && j.left.seen.stay(); j.left.refused {
		return nil, errKept
	}
	if err := j.prune.judge(f.loss, j.left.seen.others); err != nil {
		return nil, err
	}
	j.approval.updates = j.left.with(updatesOf(j.res), j.left.seen.gone)
	if err := j.approval.approve(f.changes); err != nil {
		return nil, err
	}
	if j.options.atomic && len(f.stopped) > 0 {
		return f.stopped, nil
	}
	j.left.seen = departures{}
	return nil, nil
}

// look asks each branch what would change there, and lets the run change nothing else.
func (j job) look(ctx context.Context, all []route) (f foreseen, err error) {
	j.left.several = true
	for i := range all {
		opts, loss := j.aim(all[i]), manifest.Loss{}
		opts.DryRun, opts.Approve = true, nil
		opts.Losing = func(l manifest.Loss) error { loss = l; return nil }
		done, err := gitops.Publish(ctx, opts, gitops.Only(all[i].env, j.prepare))
		if err != nil {
			return f, err
		}
		j.left.note()
		f.loss.Add(loss)
		f.changes = append(f.changes, done.Changed...)
		if len(done.Skipped)+len(done.Held) > 0 {
			f.stopped = append(f.stopped, delivered{Result: done, branch: opts.Branch})
		}
		all[i].Losing = j.prune.within(loss)
	}
	for i := range all {
		all[i].Approve = func(now []gitops.Change) error { return j.approval.within(f.changes, now) }
	}
	j.left.several = false
	return f, nil
}

// aim is the branch that a route writes, or proposes a change to.
func (j job) aim(r route) gitops.Options {
	opts := r.Options
	if j.options.hydrator {
		opts.From, opts.Branch = r.Branch, proposing(r.Branch, r.Path)
	}
	return opts
}

// within refuses tenants that were not among those approved.
func (a *approval) within(approved, now []gitops.Change) error {
	known := map[string]bool{}
	for _, c := range approved {
		known[c.Tenant] = true
	}
	for _, c := range now {
		a.refused = a.refused || a.expect != "" && changesFiles(c) && !known[c.Tenant]
	}
	if a.refused {
		return errUnexpected
	}
	return nil
}
