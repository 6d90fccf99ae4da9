package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tenantsmith/tenantsmith/internal/gitops"
	"github.com/tenantsmith/tenantsmith/internal/pipeline"
)

type rollbackOptions struct {
	editing
	target
	service, to        string
	approvedBy, ticket string
	requestedBy        string
	days               int
}

func newRollbackCmd(w *workspace) *cobra.Command {
	o := rollbackOptions{days: 7}
	cmd := &cobra.Command{
		Use:   "rollback TENANT",
		Short: "Bring a tenant back to what it was, in its own files",
		Long: `Rollback restores the files of a tenant, or what they say of one service, as an earlier commit of the
platform repository has them: without --to the last state before this one; with --repo the last that was
published, or the one that --to, a commit of the GitOps repository, holds. Going back twice goes back two
states. Other tenants, the platform file and waivers stay as they are.

The result is rendered and checked. What breaks quota or isolation is not written. Other checks did not stop
the state when it was published: where they fail now, publish would hold the tenant back, so they are told,
and --ticket with --approved-by writes waivers for them, for some days.

It prints what stops a release that is under way, and says what a self-healing controller would undo.`,
		Example: `  tenantsmith rollback corner-shop --service web --repo https://git.example.com/platform/gitops.git --commit --push
  tenantsmith rollback corner-shop --to HEAD --dry-run
  tenantsmith rollback shop --to 1f3a9c2 --repo https://git.example.com/platform/gitops.git --ticket INC-7 --approved-by sam@example.com`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("name a tenant: tenantsmith rollback TENANT")
			}
			return atMost(1)(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return w.rollback(cmd.Context(), w.tenants(args)[0], o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.service, "service", "", "only this service")
	f.StringVar(&o.to, "to", "", "the `REV` to go back to, of the platform repository, or with --repo of the GitOps repository")
	o.target.flags(cmd)
	o.editing.flags(cmd)
	f.StringVar(&o.ticket, "ticket", "", "write waivers for checks that fail only now: the incident")
	f.StringVar(&o.approvedBy, "approved-by", "", "who approves those waivers")
	f.StringVar(&o.requestedBy, "requested-by", "", "who asks for them (default the author)")
	f.IntVar(&o.days, "days", o.days, "how long they hold")
	w.date(cmd)
	return cmd
}

// rollback finds the state to go back to, and what has to be written for it.
func (w *workspace) rollback(ctx context.Context, tenant string, o rollbackOptions) error {
	if (o.ticket == "") != (o.approvedBy == "") {
		return errors.New("waivers need both, --ticket and --approved-by")
	}
	if o.repo != "" {
		if err := w.followed(&o.target); err != nil {
			return err
		}
	}
	root, err := w.open()
	if err != nil {
		return err
	}
	defer root.Close()
	tree, err := gitops.OpenWorkTree(w.dir)
	if err != nil {
		return fmt.Errorf("the platform repository: %w", err)
	}
	defer tree.Close()
	to, err := w.goal(ctx, tree, root, tenant, o)
	if err := w.unanswered(nil, false, err); err != nil {
		return err
	}
	past, err := gitops.OpenCommit(w.dir, to.Hash)
	if err != nil {
		return err
	}
	defer past.Close()
	files, err := pipeline.Restore(root.FS(), past, tenant, o.service)
	if errors.Is(err, pipeline.ErrNotFound) && !errors.Is(err, pipeline.ErrUnreadable) {
		err = fmt.Errorf("%s of %s: %w", short(to.Hash), to.When.UTC().Format("2006-01-02 15:04"), err)
	}
	if err := w.unanswered(nil, false, err); err != nil {
		return err
	}
	w.say("back to %s of %s: %s", short(to.Hash), to.When.UTC().Format("2006-01-02 15:04 UTC"), to.Subject)
	if len(files) == 0 {
		w.say("%s is as it was there; nothing to do", what(tenant, o.service))
		return nil
	}
	return w.restore(ctx, root, tree, past, tenant, to, files, o)
}

func what(tenant, service string) string {
	if service == "" {
		return tenant
	}
	return service + " of " + tenant
}

// restore judges what would come of the files, and writes them.
func (w *workspace) restore(ctx context.Context, root *os.Root, tree *gitops.WorkTree, past fs.FS, tenant string, to gitops.Revision, files map[string][]byte, o rollbackOptions) error {
	e := edit{
		files: files, subject: fmt.Sprintf("%s: roll back to %s", tenant, short(to.Hash)),
		trailers: []gitops.Trailer{{Key: gitops.TenantTrailer, Value: tenant}, {Key: gitops.RollbackTrailer, Value: to.Hash}},
	}
	if o.service != "" {
		e.subject = fmt.Sprintf("%s: roll back %s to %s", tenant, o.service, short(to.Hash))
		e.trailers = append(e.trailers, gitops.Trailer{Key: gitops.ServiceTrailer, Value: o.service})
	}
	others, err := tree.Uncommitted(e.names())
	if err != nil {
		return err
	}
	if len(others) > 0 {
		w.say("nothing written: %s differs from what is committed; commit that, or drop it, first", list(others))
		return errProblems
	}
	ok, err := w.passes(ctx, root.FS(), tree, tenant, to, e, o)
	if err != nil || !ok {
		return err
	}
	moved, err := moves(changedFS{root.FS(), e.files}, root.FS(), past, tenant)
	if err != nil {
		return err
	}
	for _, name := range e.names() {
		fmt.Fprintf(w.out, "%s\t%s\n", name, w.fate(root, name, e.files[name]))
	}
	w.releases(moved, healer(root.FS()))
	if o.dryRun {
		w.say("nothing written (--dry-run)")
		return nil
	}
	if err := w.settle(ctx, root, o.editing, e, o.commits(tree)); err != nil {
		return err
	}
	w.say("no cluster has it yet: tenantsmith publish %s --repo URL renders what is committed", tenant)
	return nil
}

// commits is the work tree where a commit is asked for.
func (e editing) commits(tree *gitops.WorkTree) *gitops.WorkTree {
	if e.commit || e.push {
		return tree
	}
	return nil
}

// fate says what happens to a file.
func (w *workspace) fate(root *os.Root, name string, data []byte) string {
	_, err := root.Lstat(name)
	switch {
	case data == nil:
		return "removed"
	case err != nil:
		return "added"
	}
	return "restored"
}

// passes reports whether publish would take the tenant as it was. It adds waivers to the edit where they are asked
// for.
func (w *workspace) passes(ctx context.Context, now fs.FS, tree *gitops.WorkTree, tenant string, to gitops.Revision, e edit, o rollbackOptions) (bool, error) {
	res, err := w.judged(ctx, changedFS{now, e.files}, tenant)
	if err != nil {
		return false, err
	}
	v := pipeline.Judge(res)
	if len(v.Blocking) == 0 && len(v.Younger) > 0 && o.ticket != "" {
		grant, err := w.grant(tree, tenant, to, o)
		if err != nil {
			return false, err
		}
		for name, data := range grant.Waivers(v.Younger) {
			e.files[name] = data
		}
		if res, err = w.judged(ctx, changedFS{now, e.files}, tenant); err != nil {
			return false, err
		}
		v = pipeline.Judge(res)
	}
	if err := w.refusals(res); err != nil {
		return false, err
	}
	switch {
	case len(v.Blocking) > 0:
		w.say("nothing written: what %s was at %s does not pass, and quota and isolation are never waived for a rollback", what(tenant, o.service), short(to.Hash))
		return false, errProblems
	case len(v.Younger) > 0:
		w.say("nothing written: publish would hold %s back, by checks that did not stop it at %s; --ticket and --approved-by write waivers for %d days, or mend it by hand", tenant, short(to.Hash), o.days)
		return false, errProblems
	case len(res.Held) > 0:
		w.say("nothing written")
		return false, errProblems
	}
	return true, nil
}

// grant is what the waivers of a rollback say.
func (w *workspace) grant(tree *gitops.WorkTree, tenant string, to gitops.Revision, o rollbackOptions) (pipeline.Grant, error) {
	g := pipeline.Grant{
		Name: "rollback-" + tenant + "-" + to.Hash[:8], Ticket: o.ticket, ApprovedBy: o.approvedBy, RequestedBy: o.requestedBy,
		Reason:  strings.TrimSpace(fmt.Sprintf("rolled back to %s, which these checks did not stop: %s", short(to.Hash), o.reason)),
		Created: w.day(), Days: o.days,
	}
	if g.RequestedBy == "" {
		m, err := o.message(tree, edit{})
		if err != nil {
			return g, fmt.Errorf("%w; or --requested-by", err)
		}
		g.RequestedBy = m.Author.Email
	}
	return g, nil
}
