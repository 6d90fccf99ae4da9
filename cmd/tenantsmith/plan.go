package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"

	"github.com/spf13/cobra"

	"github.com/tenantsmith/tenantsmith/internal/gitops"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/pipeline"
	"github.com/tenantsmith/tenantsmith/internal/report"
	"github.com/tenantsmith/tenantsmith/schemas"
)

type planOptions struct {
	base, format, link string
	exitCode           bool
}

func newPlanCmd(w *workspace) *cobra.Command {
	o := planOptions{format: "text"}
	cmd := &cobra.Command{
		Use:   "plan [TENANT|FILE...]",
		Short: "Say what a change does to tenants",
		Long: `Plan renders the platform repository as a commit has it and as it stands in the working tree, both
in memory, and says what comes of the difference: which objects change in which tenants and environments,
what restarts, what is put at risk, what findings are new or fixed, what it costs. What is the same for many
tenants is told once. Tenants whose inputs do not differ are not rendered.

Without --base it compares with the commit in which HEAD left origin/HEAD, origin/main or origin/master,
whichever is there first; without any of them with HEAD, and so shows what is not committed.

The last line is the digest of the files that the tenants which change would have. publish --expect DIGEST
publishes nothing else.`,
		Example: `  tenantsmith plan
  tenantsmith plan acme-corp --base HEAD~1
  tenantsmith plan --base origin/main --trusted-from origin/main --format markdown
  tenantsmith plan --also markdown=plan.md --also json=plan.json
  tenantsmith plan --exit-code`,
		RunE: func(cmd *cobra.Command, args []string) error { return w.plan(cmd.Context(), args, o) },
	}
	f := cmd.Flags()
	baseFlag(cmd, &o.base)
	f.BoolVar(&o.exitCode, "exit-code", false, "exit 1 when something changes")
	formatFlag(cmd, &o.format, report.PlanFormats)
	f.StringVar(&o.link, "link", "", "where Markdown points to for the whole plan: `URL`")
	w.alsoFlag(cmd, report.PlanFormats)
	w.flags(cmd)
	return cmd
}

// baseFlag is the revision that the working tree is compared with. An empty value is refused: it comes from a
// variable of CI that is not set.
func baseFlag(cmd *cobra.Command, base *string) {
	cmd.Flags().Func("base", "compare with this `REV` of git", func(s string) error {
		if *base = s; s == "" {
			return errors.New("names no revision")
		}
		return nil
	})
}

func (w *workspace) plan(ctx context.Context, args []string, o planOptions) error {
	head, release, err := w.platform()
	if err != nil {
		return err
	}
	defer release()
	options, done := w.ready(pipeline.Options{Tenants: w.tenants(args)})
	defer done()
	giveRoomToPlan()
	planned, err := w.planFrom(ctx, o.base, head, options)
	if err != nil {
		return err
	}
	out := report.PlanOptions{Options: report.Options{Prefix: w.prefix(), Color: colored(w.out), Width: width(w.out), Version: version()}, Link: o.link}
	if err := report.WritePlan(w.out, o.format, planned.Plan, out); err != nil {
		return err
	}
	out.Color, out.Width = false, 0
	if err := w.writeCopies(func(to io.Writer, format string) error { return report.WritePlan(to, format, planned.Plan, out) }); err != nil {
		return err
	}
	if err := w.heldBack(planned); err != nil {
		return err
	}
	if err := w.withoutTenants(head); err != nil {
		return err
	}
	if err := staying(planned).tell(w); err != nil {
		return err
	}
	if o.exitCode && planned.Changes() {
		return errProblems
	}
	return nil
}

// heldBack says which tenants cannot be published as they stand, and what else is wrong with the files.
func (w *workspace) heldBack(planned *pipeline.Planned) error {
	broken := func(p manifest.Problem) bool { return p.Severity == manifest.Error }
	if len(planned.Result.Held) == 0 && !slices.ContainsFunc(planned.Result.Problems, broken) {
		return nil
	}
	if err := w.refusals(planned.Result); err != nil {
		return err
	}
	return errProblems
}

// withoutTenants tells, as check does, of a folder that holds none: "nothing changes" there says nothing.
func (w *workspace) withoutTenants(head fs.FS) error {
	if names, err := schemas.Names(head); err != nil || len(names) > 0 {
		return nil // an error is told already
	}
	fleet, err := schemas.Load(head, schemas.Options{})
	if err != nil {
		return err
	}
	if err := w.reasons(report.Report{Problems: fleet.Problems}); err != nil || len(fleet.Unmet) == 0 {
		return err
	}
	return errProblems
}

// planFrom opens the base and plans the way from it to the head.
func (w *workspace) planFrom(ctx context.Context, rev string, head fs.FS, o pipeline.Options) (*pipeline.Planned, error) {
	base, err := w.base(rev)
	if err != nil {
		return nil, err
	}
	defer base.Close()
	return pipeline.Plan(ctx, base, head, pipeline.PlanOptions{
		Options: o, Base: short(base.Hash), Head: "working tree",
		Differences: func(paths []string) ([]string, error) { return base.Differences(head, paths) },
	})
}

// base opens the commit to compare with, and says which it is where nobody named it.
func (w *workspace) base(rev string) (*gitops.Commit, error) {
	if rev != "" {
		commit, err := gitops.OpenCommit(w.dir, rev)
		if err != nil {
			return nil, fmt.Errorf("--base %s: %w", rev, err)
		}
		return commit, nil
	}
	hash, of, err := gitops.DefaultBase(w.dir)
	if err != nil {
		return nil, fmt.Errorf("find the revision to compare with: %w; or name one by --base", err)
	}
	if of == "HEAD" {
		w.say("comparing with HEAD (%s): there is no origin/HEAD, origin/main or origin/master", short(hash))
	} else {
		w.say("comparing with %s, where HEAD left %s", short(hash), of)
	}
	return gitops.OpenCommit(w.dir, hash)
}
