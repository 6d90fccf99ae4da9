// Package gitops commits rendered files to a branch of a GitOps repository, without a work tree.
//
// In comes the complete new file set of some tenants; out goes one commit on top of the branch, made
// of the objects that changed and nothing else, pushed as a fast-forward that names the head it was
// made for. Files of nobody's record are never touched, hand-edited ones are reported and left alone,
// and nothing is written when nothing changed. The package reads no clock and no environment except
// what ssh needs (agent and known hosts) and the proxy settings of https; chance only says how long a writer
// that lost a race waits.
package gitops

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// Update is the complete new set of one tenant's files, its record included, by path relative to
// Options.Path. No files at all remove the tenant. What belongs to no tenant is an update of manifest.PlatformName.
type Update struct {
	Tenant string
	Files  map[string][]byte
	// Overwrite replaces what somebody changed by hand in the tenant's own files. What nobody recorded stays
	// a problem.
	Overwrite bool

	hold *holding // what to do to the tenant's hold, and nothing else
}

// Change is what one tenant's part of a commit does. Paths are relative to Options.Path and sorted.
type Change struct {
	Tenant string
	// Environments are those whose rendered objects the change can alter.
	Environments             []string
	Added, Modified, Removed []string
	// Overwritten are those among them that somebody had changed by hand.
	Overwritten []string
}

// Result says what Publish did, or with DryRun what it would do.
type Result struct {
	// Commit is the commit made; empty when nothing changed and in a dry run.
	Commit string
	// Head is what the branch points to afterwards; empty for a branch that does not exist.
	Head string
	// Changed lists the tenants with changes, sorted by name; Skipped those left alone because of
	// Problems, which say why.
	Changed  []Change
	Skipped  []string
	Problems []manifest.Problem
	// Held are the holds of the tenants that were left alone because of them, sorted by tenant.
	Held []Hold
	// Created says that the commit is the first of a branch that was not there.
	Created bool
	// LostNotes are the names of notes that the server did not take after it took the commit.
	LostNotes []string
	// Verified are the commits of the platform repository whose signatures Options.Trust found good.
	Verified Verified
	// Others are the folders below tenants/ at the head, and the platform where it has a record, that no update named,
	// sorted.
	Others []string
	// Strange are the files that a GitOps engine applies because of where they stand, though no record names them; of
	// the tenants of the updates and, where it is among them, of the platform. Sorted.
	Strange []string
}

// ErrMoved says that the branch moved between reading and pushing, more often than Options.Retries
// allows. Nothing was changed.
var ErrMoved = errors.New("the branch moved; run again")

// RefusedError says that the server received the commit and refused it. The branch is unchanged.
type RefusedError struct {
	// Reason is the server's short reason, Words what its hooks printed, one line each; both
	// without control characters.
	Reason string
	Words  []string
}

// Error joins the reason and the words of the server.
func (e *RefusedError) Error() string {
	if e.Reason == "branch is currently checked out" {
		return "somebody works on that branch: it is checked out in the folder, and git does not change it under their hands; name a bare repository (git init --bare), another --branch, or the URL that the folder was cloned from"
	}
	msg := "the server refused the push: " + e.Reason
	for _, w := range e.Words {
		msg += "\n    remote: " + w
	}
	return msg
}

// Prepare makes the updates for a head of the branch: what to write may depend on what others have
// written. The head is a read-only file system of Options.Path, valid until Prepare returns; empty for
// a branch that does not exist. Each time that somebody else moved the branch, it is asked again.
type Prepare func(ctx context.Context, head *Commit) ([]Update, error)

// Always is the Prepare of updates that are the same for every head.
func Always(updates ...Update) Prepare {
	return func(context.Context, *Commit) ([]Update, error) { return updates, nil }
}

// Read shows the head of the branch as Prepare sees it, and writes nothing. It shows it again where a cache turns out to
// be broken. Its error is that of look, or says why the head could not be read.
func Read(ctx context.Context, opts Options, look func(head *Commit) error) error {
	t, err := newTarget(opts)
	if err != nil {
		return err
	}
	defer t.close()
	for try := 0; ; try++ {
		var own error
		err := t.show(ctx, func(_ *snapshot, head *Commit) error { own = look(head); return own })
		again := t.mend(err) || errors.As(err, new(*busyError)) && try < t.retries && pause(ctx, wait(try)) == nil
		switch {
		case again:
		case err == nil || err == own:
			return err
		default:
			return fmt.Errorf("read %s: %w", t.where, t.Auth.redact(err))
		}
	}
}

// show reads what the commit goes on top of.
func (t *target) show(ctx context.Context, look func(*snapshot, *Commit) error) error {
	snap, err := t.start(ctx)
	if err != nil {
		return err
	}
	defer snap.close()
	head, err := t.view(snap)
	if err != nil {
		return err
	}
	return look(snap, head)
}

// Publish commits the updates to the branch. Errors mean that the branch is as it was: ErrMoved, *UnsignedError and
// *RefusedError are typed, no error holds a credential. Problems with a tenant's files at the head (hand-edited, in the
// way) are no errors: that tenant is skipped and the others go on.
func Publish(ctx context.Context, opts Options, prepare Prepare) (Result, error) {
	t, err := newTarget(opts)
	if err != nil {
		return Result{}, err
	}
	defer t.close()
	res, err := t.publish(ctx, prepare)
	if err != nil {
		return Result{}, fmt.Errorf("publish to %s: %w", t.where, t.Auth.redact(err))
	}
	return res, nil
}

// attempt reads the head, compares, and pushes once.
func (t *target) attempt(ctx context.Context, prepare Prepare) (res Result, err error) {
	err = t.show(ctx, func(snap *snapshot, head *Commit) error {
		res, err = t.change(ctx, snap, head, prepare)
		return err
	})
	return res, err
}

func (t *target) change(ctx context.Context, snap *snapshot, head *Commit, prepare Prepare) (Result, error) {
	verified, err := t.vouch(head)
	if err != nil {
		return Result{}, err
	}
	updates, err := prepare(ctx, head)
	if err != nil {
		return Result{}, err
	}
	if err := checkUpdates(updates); err != nil {
		return Result{}, err
	}
	plan, err := t.settle(ctx, snap, head, updates)
	if err != nil {
		return Result{}, err
	}
	res := plan.result(snap.head)
	res.Verified = verified
	if res.Others, err = t.others(snap, updates); err != nil {
		return Result{}, err
	}
	if res.Strange, err = t.strange(plan); err != nil {
		return Result{}, err
	}
	if err := t.judge(snap, plan, res); err != nil {
		return Result{}, err
	}
	if len(res.Changed) == 0 || t.DryRun || t.Atomic && len(res.Skipped)+len(res.Held) > 0 {
		return res, nil
	}
	if stays, err := t.stays(snap, updates, &res); stays || err != nil {
		return res, err
	}
	if snap.start {
		if err := t.at(t.From).plant(ctx); err != nil {
			return Result{}, err
		}
		return t.attempt(ctx, prepare)
	}
	return t.send(ctx, snap, head, plan, res)
}

// judge asks those who may say no to the changes.
func (t *target) judge(snap *snapshot, p *plan, res Result) error {
	if t.Losing != nil {
		loss, err := t.loss(snap, p, res.Others)
		if err != nil {
			return err
		}
		if err := t.Losing(loss); err != nil {
			return err
		}
	}
	if t.Approve != nil {
		return t.Approve(res.Changed)
	}
	return nil
}

// send makes the commit, what goes along with it, and pushes them. The result is what is known of the changes.
func (t *target) send(ctx context.Context, snap *snapshot, head *Commit, p *plan, res Result) (Result, error) {
	pack := newPack()
	if err := t.accompany(head, p, res.Changed, pack); err != nil {
		return Result{}, err
	}
	commit, err := t.commit(snap, p, pack)
	if err != nil || commit.IsZero() {
		return res, err
	}
	if t.Made != nil {
		if err := t.Made(commit.String(), p.changing()); err != nil {
			return Result{}, err
		}
	}
	notes, err := t.annotate(snap, commit, pack)
	if err != nil {
		return Result{}, err
	}
	moves := append([]move{{t.branch, snap.tip, commit}}, notes...)
	if res.LostNotes, err = t.push(ctx, moves, pack.seal()); err != nil {
		return Result{}, err
	}
	res.Commit, res.Head, res.Created = commit.String(), commit.String(), snap.tip.IsZero()
	return res, nil
}

// settle compares the updates with the head until those that go through fit what stays there.
func (t *target) settle(ctx context.Context, snap *snapshot, head *Commit, updates []Update) (*plan, error) {
	history, err := t.openLineage()
	if err != nil {
		return nil, err
	}
	defer history.close()
	from := &source{commit: t.SourceCommit, lineage: history}
	var clashes []manifest.Problem
	for {
		plan, err := t.compare(snap, updates, from)
		if err != nil {
			return nil, err
		}
		plan.drop(clashes)
		changing := plan.changing()
		if t.Together == nil || len(changing) == 0 {
			return plan, nil
		}
		found, err := t.Together(ctx, head, changing)
		if err != nil {
			return nil, err
		}
		clashes = append(clashes, found...)
		left := slices.DeleteFunc(slices.Clone(updates), func(u Update) bool {
			return slices.ContainsFunc(found, func(p manifest.Problem) bool { return p.Tenant == u.Tenant })
		})
		if len(left) == len(updates) {
			return plan, nil
		}
		updates = left
	}
}
