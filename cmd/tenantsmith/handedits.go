package main

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/gitops"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/overlay"
	"github.com/tenantsmith/tenantsmith/internal/pipeline"
	"github.com/tenantsmith/tenantsmith/internal/report"
)

// adoption takes what was changed by hand in the GitOps repository into the overrides of tenants: as patches that,
// rendered again, make of each object what the hand made of it. All of its tenants are adopted, or none.
type adoption struct {
	w       *workspace
	own     owning
	run     pipeline.Options
	path    string // the folder in the GitOps repository
	dryRun  bool
	atomic  bool
	res     *pipeline.Result
	updates []gitops.Update // without the adoption
	left    *leaving

	edits    map[string]*handEdits // by tenant, of the last head that was looked at
	files    map[string][]byte     // the patches, by path in the platform repository
	problems []manifest.Problem
	written  []string
}

// handEdits are those of one tenant; adopted is nil where its files render by now what was changed by hand.
type handEdits struct {
	files   []string // that were changed
	adopted *overlay.Adoption
}

// publish commits the updates; those of tenants that are adopted as they are rendered with the patches, which stay
// in the platform repository only if the commit was made.
func (a *adoption) publish(ctx context.Context, to gitops.Options, ok *approval) (gitops.Result, error) {
	if len(a.own.adopt) == 0 {
		return gitops.Publish(ctx, to, a.left.around(gitops.Always(a.updates...)))
	}
	to.SourceDirty = to.SourceDirty || to.SourceCommit != "" // the patches are not committed yet
	done, err := gitops.Publish(ctx, to, a.left.around(func(ctx context.Context, head *gitops.Commit) (_ []gitops.Update, err error) {
		ok.updates, err = a.prepare(ctx, head)
		return ok.updates, err
	}))
	a.undo(done)
	if len(a.problems) > 0 {
		done.Skipped = slices.Compact(slices.Sorted(slices.Values(slices.Concat(done.Skipped, a.own.adopt))))
	}
	return done, err
}

// prepare is what to publish on a head: what was rendered anew with the patches. Tenants that cannot be adopted are
// left out, and the problems say why.
func (a *adoption) prepare(ctx context.Context, head *gitops.Commit) ([]gitops.Update, error) {
	a.undo(gitops.Result{})
	a.edits, a.files, a.problems = map[string]*handEdits{}, map[string][]byte{}, nil
	for _, r := range a.res.Tenants {
		if !slices.Contains(a.own.adopt, r.Tenant.Name) || r.Files == nil {
			continue
		}
		if err := a.find(head, r); err != nil {
			return nil, err
		}
	}
	updates, err := a.prove(ctx)
	if err != nil {
		return nil, err
	}
	if len(a.problems) > 0 {
		if a.files = nil; a.atomic {
			return nil, nil
		}
		return slices.DeleteFunc(slices.Clone(a.updates), func(u gitops.Update) bool { return slices.Contains(a.own.adopt, u.Tenant) }), nil
	}
	if a.dryRun {
		return updates, nil
	}
	return updates, a.write()
}

// find compares the published files of a tenant with its record.
func (a *adoption) find(head *gitops.Commit, r pipeline.Rendered) error {
	tenant := r.Tenant.Name
	record, files, err := gitops.Published(head, tenant)
	if err != nil || record == nil {
		return err
	}
	published, edited, lost := maps.Clone(files), map[string][]byte{}, []string(nil)
	for _, file := range slices.Sorted(maps.Keys(files)) {
		if files[file] != nil && manifest.Digest(files[file]) == record.Files[file] {
			continue
		}
		if !manifest.Patchable(tenant, file) {
			a.fixed(tenant, file, files[file], r.Files[file])
			continue
		}
		edited[file] = files[file]
		if published[file] = r.Files[file]; manifest.Digest(r.Files[file]) != record.Files[file] {
			lost = append(lost, file)
		}
	}
	if len(edited) == 0 {
		return nil
	}
	found := &handEdits{files: slices.Sorted(maps.Keys(edited))}
	switch {
	case len(lost) > 0 && !overlay.Renders(tenant, files, r.Tree):
		a.tell(tenant, moved(lost)...)
	case len(lost) == 0:
		var problems []manifest.Problem
		found.adopted, problems = overlay.Adopt(tenant, published, edited, r.Tree)
		a.tell(tenant, problems...)
	}
	a.edits[tenant] = found
	return nil
}

// fixed refuses a hand edit of a file that takes no patches, unless it says what is rendered by now. One that somebody
// removed is written again.
func (a *adoption) fixed(tenant, file string, there, rendered []byte) {
	if there != nil && !bytes.Equal(there, rendered) {
		a.tell(tenant, manifest.Problem{
			Check: "output", Severity: manifest.Error, Position: manifest.Position{File: file}, Message: "was changed by hand, and cannot be adopted",
			Remedy: fmt.Sprintf("%s, and publish with --overwrite %s", manifest.Move(tenant, file), tenant),
		})
	}
}

// moved are the problems of files that both the hand and the tenant's files changed since they were published.
func moved(files []string) []manifest.Problem {
	var out []manifest.Problem
	for _, file := range files {
		out = append(out, manifest.Problem{
			Check: "output", Severity: manifest.Error, Position: manifest.Position{File: file},
			Message: "was changed by hand, and the tenant's files render it otherwise than before, too",
			Remedy:  "adopt it from the commit of the platform repository that it was published from, or say the change in the tenant's file and publish with --overwrite",
		})
	}
	return out
}

// tell adds problems with files of the GitOps repository.
func (a *adoption) tell(tenant string, problems ...manifest.Problem) {
	for _, p := range problems {
		p.Tenant, p.File = tenant, path.Join(a.path, p.File)
		a.problems = append(a.problems, p)
	}
}

// prove renders again with the patches, and compares what they do with what the hand did. Where a patch for all
// environments does not say it, because one of an environment comes after it, there is one for each.
func (a *adoption) prove(ctx context.Context) ([]gitops.Update, error) {
	if len(a.problems) > 0 || len(a.edits) == 0 {
		return a.updates, nil
	}
	res, err := a.render(ctx, false)
	if err == nil && a.differ(res) {
		res, err = a.render(ctx, true)
	}
	if err != nil {
		return nil, err
	}
	for _, tenant := range slices.Sorted(maps.Keys(a.edits)) {
		a.check(tenant, a.edits[tenant], res)
	}
	updates := updatesOf(res)
	for i := range updates {
		updates[i].Overwrite = a.edits[updates[i].Tenant] != nil || slices.Contains(a.own.overwrite, updates[i].Tenant)
	}
	return updates, nil
}

// render renders with the patches, if there are any.
func (a *adoption) render(ctx context.Context, apart bool) (*pipeline.Result, error) {
	a.files = map[string][]byte{}
	for tenant, e := range a.edits {
		if e.adopted == nil {
			continue
		}
		if err := a.name(tenant, e.adopted.Patches(apart)); err != nil {
			return nil, err
		}
	}
	if len(a.files) == 0 {
		return a.res, nil
	}
	return a.w.runWith(ctx, a.files, a.run)
}

// differ reports whether some tenant does not become what was made of it by hand.
func (a *adoption) differ(res *pipeline.Result) bool {
	return slices.ContainsFunc(res.Tenants, func(r pipeline.Rendered) bool {
		e := a.edits[r.Tenant.Name]
		return e != nil && e.adopted != nil && r.Files != nil && e.adopted.Prove(r.Tree) != nil
	})
}

// check adds the problems that a tenant has with its patches.
func (a *adoption) check(tenant string, e *handEdits, res *pipeline.Result) {
	for _, p := range res.Problems {
		if p.Tenant == tenant && p.Waiver == "" && p.Severity.AtLeast(res.FailOn) && slices.Contains(res.Held, tenant) {
			a.problems = append(a.problems, p)
		}
	}
	i := slices.IndexFunc(res.Tenants, func(r pipeline.Rendered) bool { return r.Tenant.Name == tenant && r.Files != nil })
	if i < 0 || e.adopted == nil {
		return
	}
	if err := e.adopted.Prove(res.Tenants[i].Tree); err != nil {
		a.tell(tenant, manifest.Problem{
			Check: "output", Severity: manifest.Error, Position: manifest.Position{File: manifest.RecordPath(tenant)},
			Message: "the patches do not say what was changed by hand: " + err.Error(), Remedy: "say the change in the tenant's file, then publish with --overwrite",
		})
	}
}

// told says what became of the hand edits.
func (a *adoption) told(done gitops.Result) error {
	if len(a.problems) > 0 {
		if err := a.w.problems(reportOf(manifest.SortProblems(a.problems))); err != nil {
			return err
		}
		a.w.say("not adopted: %s; no patch was written", list(a.own.adopt))
		return nil
	}
	for _, tenant := range a.own.adopt {
		changed := slices.ContainsFunc(done.Changed, func(c gitops.Change) bool { return c.Tenant == tenant })
		switch e := a.edits[tenant]; {
		case e == nil:
			a.w.say("%s: nothing was changed by hand", tenant)
		case changed && (a.dryRun || done.Commit != ""):
			a.say(tenant, e)
		}
	}
	return nil
}

func (a *adoption) say(tenant string, e *handEdits) {
	verb := map[bool]string{true: "would adopt", false: "adopted"}[a.dryRun]
	files := slices.Sorted(maps.Keys(a.files))
	files = slices.DeleteFunc(files, func(f string) bool { return !strings.HasPrefix(f, "overrides/"+tenant+"/") })
	if len(files) == 0 {
		a.w.say("%s: its files here render what was changed by hand in %s", tenant, report.Plural(len(e.files), "file"))
		return
	}
	a.w.say("%s: %s what was changed by hand in %s as %s", tenant, verb, report.Plural(len(e.files), "file"), strings.Join(files, ", "))
	if !a.dryRun {
		a.w.say("review and commit %s in the platform repository", map[bool]string{true: "it", false: "them"}[len(files) == 1])
	}
}
