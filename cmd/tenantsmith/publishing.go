package main

import (
	"cmp"
	"context"

	"github.com/tenantsmith/tenantsmith/internal/gitops"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/pipeline"
)

// publishing is one run of publish, from what was rendered on.
type publishing struct {
	args      []string
	options   publishOptions
	run       pipeline.Options
	res       *pipeline.Result
	statement *statement
	updates   []gitops.Update
	strangers []string
	approval  approval
}

// all reports whether no tenants were named.
func (r *publishing) all() bool { return len(r.args) == 0 }

// updates makes those of what was rendered; done if there is nothing to do with them.
func (w *workspace) updates(r *publishing) (done bool, err error) {
	o := r.options
	r.updates = updatesOf(r.res)
	if r.strangers, err = r.options.apply(w, r.res, o.shard, r.updates, r.all()); err != nil {
		return true, err
	}
	if o.atomic && len(r.res.Held) > 0 {
		w.say("nothing published: --atomic, and %s held back", list(r.res.Held))
		return true, errProblems
	}
	r.approval = approval{expect: o.expect, updates: r.updates}
	if len(r.updates) > 0 || r.all() {
		return false, nil
	}
	if r.approval.approve(nil) != nil {
		return true, w.unexpected(r.approval, nothing(nil))
	}
	w.say("no tenant to publish")
	return true, outcome(o, r.res, nil)
}

// commit brings the updates to each branch, and tells what became of them.
func (w *workspace) commit(ctx context.Context, target gitops.Options, r *publishing) error {
	left := r.leaving(w)
	target.Together, target.Approve, target.Share = together(r.res), r.approval.approve, r.res.Shard.Has
	target.Losing = func(l manifest.Loss) error { return r.options.prune.judge(l, left.others) }
	adopting := r.adoption(w, left)
	job, err := r.job(w, left, adopting)
	if err != nil {
		return err
	}
	done, failed := w.deliverAll(ctx, routes(target, r.res), job)
	for _, d := range done {
		if err := w.state(r.statement, d.Result); err != nil {
			return err
		}
	}
	if len(done) > 0 && failed == nil {
		if err := adopting.told(done[0].Result); err != nil {
			return err
		}
	}
	if failed == nil && len(r.updates)+len(left.seen.gone) == 0 {
		w.say("no tenant to publish")
	} else if told := w.published(done, job); told != nil || failed != nil {
		return cmp.Or(told, w.stopped(failed, job, nothing(done)))
	}
	return cmp.Or(left.seen.tell(w), outcome(r.options, r.res, done))
}

// leaving is what becomes of tenants without a file.
func (r *publishing) leaving(w *workspace) *leaving {
	o := r.options
	return &leaving{
		w: w, res: r.res, all: r.all(), rewind: o.rewind, atomic: o.atomic, approval: &r.approval, overwrite: o.overwrite, strangers: r.strangers,
	}
}

// adoption is what --adopt keeps.
func (r *publishing) adoption(w *workspace, left *leaving) *adoption {
	o := r.options
	return &adoption{
		w: w, own: o.owning, run: r.run, path: o.path, dryRun: o.dryRun, atomic: o.atomic, res: r.res, updates: r.updates, left: left,
	}
}

// job is what goes to each branch.
func (r *publishing) job(w *workspace, left *leaving, adopting *adoption) (j job, err error) {
	j = job{
		options: r.options, res: r.res, prepare: left.around(gitops.Always(r.updates...)), scope: scopeOf(r.args, r.res), left: left,
		prune: &r.options.prune, approval: &r.approval,
		direct: func(ctx context.Context, to gitops.Options) (gitops.Result, error) {
			return adopting.publish(ctx, to, &r.approval)
		},
	}
	if r.options.hydrator {
		j.dry, err = w.dry()
	}
	return j, err
}
