package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/tenantsmith/tenantsmith/internal/audit"
	"github.com/tenantsmith/tenantsmith/internal/gitops"
	"github.com/tenantsmith/tenantsmith/internal/pattern"
	"github.com/tenantsmith/tenantsmith/internal/pipeline"
	"github.com/tenantsmith/tenantsmith/internal/report"
	"github.com/tenantsmith/tenantsmith/schemas"
)

type auditOptions struct {
	target
	from, to   time.Time
	since      string
	trust      []string
	signed     []string
	frameworks []string
	format     string
}

func newAuditCmd(w *workspace) *cobra.Command {
	o := auditOptions{format: "text"}
	cmd := &cobra.Command{
		Use:   "audit [TENANT|FILE...] --repo URL",
		Short: "What the history of a GitOps repository shows",
		Long: `Audit reads the history of the branch of a GitOps repository and says of the given tenants (all without
arguments), over a range of days: every change with who made it, whether it is signed, its pull request, its reason, the
checks and waivers then in force, and the quota before and after; on how many days each control held; and
evidence of tampering: files that differ from the record beside them, commits that touched by hand what is
tenantsmith's, signatures that do not fit, history that was rewritten.

It needs git alone: no cluster, no database. Of the platform repository (-C) it takes the authors of what was
published, and which checks serve which control. What it cannot know, it says.

The formats: text; json (see tenantsmith schema audit-report); html, one file that loads nothing. Exit 1 where there
is evidence that no hold announced.`,
		Example: `  tenantsmith audit acme-corp --repo https://git.example.com/platform/gitops.git --from 2026-01-01 --to 2026-06-30
  tenantsmith audit --repo ../gitops.git --framework soc2 --format html
  tenantsmith audit --repo https://git.example.com/platform/gitops.git --require-signed signers --since-commit 2fd4e1c67a2d28fced849ee1bb76e7391b93eb12`,
		RunE: func(cmd *cobra.Command, args []string) error { return w.audit(cmd.Context(), args, o) },
	}
	f := cmd.Flags()
	o.target.flags(cmd)
	dayFlag(cmd, &o.from, "from", "the first `DATE` of the range, YYYY-MM-DD in UTC (default that of the first commit)")
	dayFlag(cmd, &o.to, "to", "the last `DATE` of the range, YYYY-MM-DD in UTC (default today)")
	f.Func("since-commit", "a `COMMIT` that the branch held before: history without it was rewritten", func(s string) error {
		if o.since = s; !wholeHash().MatchString(s) {
			return errors.New("is no whole name of a commit: use 40 hexadecimal digits, as an audit prints them")
		}
		return nil
	})
	keysFlag(cmd, &o.trust, "trust", "a key of this `FILE` makes a signature good: allowed signers of ssh, or a keyring of gpg; may be given again")
	keysFlag(cmd, &o.signed, "require-signed", "the same, and a commit of the branch without such a signature is evidence, `FILE`")
	f.StringSliceVar(&o.frameworks, "framework", nil, "days of the controls of these (default those that the platform and the tenants have to hold)")
	formatFlag(cmd, &o.format, report.AuditFormats)
	return cmd
}

// keysFlag takes files with keys. An empty value is refused: it comes from a variable of CI that is not set.
func keysFlag(cmd *cobra.Command, files *[]string, name, usage string) {
	cmd.Flags().Func(name, usage, func(file string) error {
		if *files = append(*files, file); file == "" {
			return errors.New("names no file")
		}
		return nil
	})
}

var wholeHash = pattern.Of(`^[0-9a-f]{40}$`)

func dayFlag(cmd *cobra.Command, to *time.Time, name, usage string) {
	cmd.Flags().Func(name, usage, func(s string) (err error) {
		if *to, err = time.Parse(time.DateOnly, s); err != nil {
			return errors.New("is no date: use YYYY-MM-DD, such as 2030-12-31")
		}
		return nil
	})
}

// judge refuses what no history can answer.
func (o *auditOptions) judge(now time.Time) error {
	today := now.Truncate(24 * time.Hour)
	if o.to.IsZero() {
		o.to = today
	}
	switch {
	case o.to.After(today):
		return fmt.Errorf("--to %s has not come yet: a day counts when it is there", o.to.Format(time.DateOnly))
	case o.from.After(o.to):
		return fmt.Errorf("--from %s is after --to %s", o.from.Format(time.DateOnly), o.to.Format(time.DateOnly))
	}
	return nil
}

func (w *workspace) audit(ctx context.Context, args []string, o auditOptions) error {
	now := time.Now().UTC()
	if err := o.judge(now); err != nil {
		return err
	}
	if err := w.followed(&o.target); err != nil {
		return err
	}
	target, err := w.remote(o.target)
	if err != nil {
		return err
	}
	names := w.pastTenants(args)
	controls, err := w.controlMap(names, o.frameworks)
	if err != nil {
		return err
	}
	options := audit.Options{
		Tenants: names, From: o.from, To: o.to, Now: now, Since: o.since, Version: version(),
		Repository: without(target.URL), Branch: target.Branch, Path: target.Path, Signed: len(o.signed) > 0,
	}
	if keys := slices.Concat(o.trust, o.signed); len(keys) > 0 {
		if options.Trust, err = gitops.ReadTrust(keys...); err != nil {
			return fmt.Errorf("read trusted keys: %w", err)
		}
	}
	if options.Origin, err = gitops.OpenOrigin(w.dir); err != nil {
		options.NoOrigin = "no platform repository is at hand: " + err.Error()
	} else {
		defer options.Origin.Close()
	}
	history, err := gitops.OpenHistory(ctx, target)
	if err != nil {
		return err
	}
	defer history.Close()
	result, err := audit.Run(ctx, history, controls, options)
	if err != nil {
		return err
	}
	return w.audited(result, o.format)
}

// audited prints the audit.
func (w *workspace) audited(a *report.Audit, format string) error {
	if a.Head == "" {
		w.say("%s has no branch %s: there is nothing to audit", a.Repository, a.Branch)
	}
	if err := report.WriteAudit(w.out, format, a, report.Options{Color: colored(w.out), Width: width(w.out)}); err != nil {
		return err
	}
	if a.Alarms() {
		return errProblems
	}
	return nil
}

// controlMap reads what the platform has today. What is wrong with its files goes to stderr.
func (w *workspace) controlMap(tenants, frameworks []string) (*pipeline.ControlMap, error) {
	root, err := w.open()
	if err != nil {
		return nil, err
	}
	defer root.Close()
	controls, problems, err := pipeline.MapControls(root.FS(), tenants, frameworks)
	if err != nil || controls != nil {
		return controls, err
	}
	if err := w.problems(report.Report{Problems: problems}); err != nil {
		return nil, err
	}
	return nil, errProblems
}

// pastTenants are the names of tenants. They may have no file any more, so that arguments are names, or where the files were.
func (w *workspace) pastTenants(args []string) []string {
	names := w.tenants(args)
	for i, name := range names {
		names[i] = schemas.TenantOf(name)
	}
	return names
}

// without is a URL as it may be shown.
func without(raw string) string {
	if u, err := url.Parse(raw); err == nil && u.User != nil {
		u.User = nil
		return u.String()
	}
	return raw
}
