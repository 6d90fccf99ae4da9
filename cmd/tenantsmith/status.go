package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/tenantsmith/tenantsmith/internal/gitops"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/pipeline"
	"github.com/tenantsmith/tenantsmith/internal/report"
	"github.com/tenantsmith/tenantsmith/schemas"
)

type statusOptions struct {
	target
	format, env string
	exitCode    bool
}

func newStatusCmd(w *workspace) *cobra.Command {
	o := statusOptions{format: "text"}
	cmd := &cobra.Command{
		Use:   "status [TENANT...] --repo URL",
		Short: "How tenants stand in a GitOps repository",
		Long: `Status renders the given tenants (all without arguments) and compares them with the branch of the
GitOps repository: what publish would change, what somebody changed by hand there, who holds a tenant and
until when, and which trees have no tenant file here any more. It writes nothing.

A tenant that is named has a paragraph of its own: its files that differ, the checks that failed when it
was published, and the waivers that were used. The JSON form (see tenantsmith schema status) always has all.

With --env it is about a branch that holds one environment, as publish makes them for {env} in --branch.`,
		Example: `  tenantsmith status --repo https://git.example.com/platform/gitops.git
  tenantsmith status acme-corp --repo ../gitops.git
  tenantsmith status --repo https://git.example.com/platform/gitops.git --exit-code --format json
  tenantsmith status --repo ../gitops.git --branch environments/{env} --env production`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return w.status(cmd.Context(), args, o)
		},
	}
	f := cmd.Flags()
	formatFlag(cmd, &o.format, report.StatusFormats)
	f.BoolVar(&o.exitCode, "exit-code", false, "exit 1 unless every tenant is current")
	f.StringVar(&o.env, "env", "", "the branch holds this environment only")
	o.target.flags(cmd)
	w.flags(cmd)
	return cmd
}

func (w *workspace) status(ctx context.Context, args []string, o statusOptions) error {
	if strings.Contains(o.branch, envWord) && o.env == "" {
		return errors.New("{env} in --branch stands for an environment: name it by --env")
	}
	o.branch = strings.ReplaceAll(o.branch, envWord, o.env)
	from, err := w.remote(o.target)
	if err != nil {
		return err
	}
	names := w.tenants(args)
	for i := range names {
		names[i] = schemas.TenantOf(names[i])
	}
	here := w.values(tenantNames)
	res, err := w.rendered(ctx, names, here)
	if err != nil {
		return err
	}
	if o.follow(&from, res); strings.Contains(o.branch, envWord) && o.env == "" {
		return fmt.Errorf("gitops.revision of the platform file is %s, a branch for each environment: name one by --env", o.branch)
	}
	o.branch = strings.ReplaceAll(o.branch, envWord, o.env)
	from.Branch = o.branch
	if at, err := w.sourced(&from); err != nil {
		return err
	} else if at != nil {
		defer at.Close()
	}
	updates, err := o.updates(ctx, from, res)
	if err != nil {
		return err
	}
	if len(names) > 0 { // to know the platform's own files all tenants are rendered
		updates = slices.DeleteFunc(updates, func(u gitops.Update) bool { return !slices.Contains(names, u.Tenant) })
	}
	standings, head, err := gitops.Inspect(ctx, from, names, updates...)
	if err != nil {
		return err
	}
	if len(res.Own.Files) > 0 {
		here = append(here, manifest.PlatformName)
	}
	s := report.FleetStatus{Branch: o.branch, Head: head, Tenants: statuses(res, standings, names, here, from.When)}
	for _, name := range names {
		if !slices.ContainsFunc(s.Tenants, func(t report.TenantStatus) bool { return t.Tenant == name }) {
			return fmt.Errorf("there is no tenant %s here, nor on %s%s", name, o.branch, hint(name, here, ""))
		}
	}
	if err := report.WriteStatus(w.out, o.format, s, len(names) > 0, report.Options{Width: width(w.out)}); err != nil {
		return err
	}
	if head == "" && o.given("branch") {
		w.say("%s has no branch %s", without(o.repo), o.branch)
		return errProblems
	}
	return w.concluded(s, o)
}

// updates are what publish would bring to the branch.
func (o statusOptions) updates(ctx context.Context, from gitops.Options, res *pipeline.Result) ([]gitops.Update, error) {
	updates := updatesOf(res)
	if o.env == "" || len(updates) == 0 {
		return updates, nil
	}
	if names := environments(res); !slices.Contains(names, o.env) {
		return nil, fmt.Errorf("the platform has no environment %q%s", o.env, hint(o.env, names, "; it has "+strings.Join(names, ", ")))
	}
	err := gitops.Read(ctx, from, func(head *gitops.Commit) (err error) {
		updates, err = gitops.Only(o.env, gitops.Always(updates...))(ctx, head)
		return err
	})
	return updates, err
}

// rendered takes the tenants through the chain that have a file here; those that only the branch knows cannot be.
func (w *workspace) rendered(ctx context.Context, names, here []string) (*pipeline.Result, error) {
	ours := slices.DeleteFunc(slices.Clone(names), func(n string) bool { return !slices.Contains(here, n) })
	own := slices.Contains(names, manifest.PlatformName)
	if len(names) > 0 && len(ours) == 0 && !own {
		return &pipeline.Result{}, nil
	}
	res, err := w.run(ctx, pipeline.Options{Tenants: ours, Own: own})
	if err == nil && res.Fleet.Platform == nil { // every tenant would look orphaned
		if err = w.refusals(res); err == nil {
			err = errProblems
		}
	}
	return res, err
}

// statuses join what stands on the branch with what is here, sorted by tenant.
func statuses(res *pipeline.Result, standings []gitops.Standing, names, here []string, now time.Time) []report.TenantStatus {
	standing, present, held := map[string]bool{}, set(here), set(res.Held)
	for _, s := range standings {
		standing[s.Tenant] = true
	}
	for _, name := range res.Held {
		if !standing[name] && (len(names) == 0 || slices.Contains(names, name)) {
			standings = append(standings, gitops.Standing{Tenant: name})
		}
	}
	rendered := map[string]*schemas.Tenant{}
	for _, r := range res.Tenants {
		rendered[r.Tenant.Name] = r.Tenant
	}
	var out []report.TenantStatus
	for _, s := range standings {
		t := report.TenantStatus{Tenant: s.Tenant, Edited: s.Edited, Missing: s.Missing, Foreign: s.Foreign, Stale: s.Stale}
		for _, file := range s.Strange {
			t.Strange = append(t.Strange, report.StrangeFile{File: file, Means: manifest.Applied(file)})
		}
		for _, p := range s.Problems {
			t.Problems = append(t.Problems, p.File+": "+p.Message)
		}
		if r := s.Record; r != nil {
			t.Published = &report.Published{Source: r.Source, Version: r.Version, FailedChecks: r.Findings, Waivers: r.Waivers}
		}
		if h := s.Hold; h != nil {
			t.Hold = &report.StatusHold{Until: h.Until, Active: h.Active(now), Ticket: h.Ticket, Reason: h.Reason, By: h.By}
		}
		if t.Tenant == manifest.PlatformName && len(res.Own.Files) > 0 {
			t.Environments = ownEnvironments(res)
		} else if of := rendered[t.Tenant]; of != nil {
			describe(&t, of)
		}
		if s.Record != nil && !present[s.Tenant] {
			t.Lifecycle, t.Until = s.Record.Lifecycle, s.Record.Until
		}
		t.States = states(&t, s.Behind, held[s.Tenant], present[s.Tenant])
		out = append(out, t)
	}
	slices.SortFunc(out, func(a, b report.TenantStatus) int { return strings.Compare(a.Tenant, b.Tenant) })
	return out
}

func set(names []string) map[string]bool {
	out := make(map[string]bool, len(names))
	for _, name := range names {
		out[name] = true
	}
	return out
}

// ownEnvironments are those in which the platform has objects of its own.
func ownEnvironments(res *pipeline.Result) []string {
	return slices.DeleteFunc(environments(res), func(name string) bool { return len(res.Own.Objects[name]) == 0 })
}

// describe adds what the tenant's file says.
func describe(t *report.TenantStatus, of *schemas.Tenant) {
	t.Tier = of.Base.Spec.Tier
	t.Lifecycle, t.Until = of.Lifecycle()
	if len(pipeline.Elsewhere(of)) > 0 {
		t.Workloads = report.NotExamined
	}
	services := map[string]bool{}
	for _, e := range of.Environments {
		t.Environments = append(t.Environments, e.Name)
		for name := range e.Spec.Services {
			services[name] = true
		}
	}
	t.Services = slices.Sorted(maps.Keys(services))
}

func states(t *report.TenantStatus, behind, broken, here bool) []string {
	var out []string
	for _, s := range []struct {
		state string
		is    bool
	}{
		{report.Unreadable, len(t.Problems) > 0},
		{report.OnHold, t.Hold != nil && t.Hold.Active},
		{report.Orphaned, !here},
		{report.Broken, broken},
		{report.Unpublished, here && t.Published == nil && len(t.Problems) == 0},
		{report.Edited, len(t.Edited)+len(t.Missing) > 0},
		{report.Strange, len(t.Strange) > 0},
		{report.Outdated, len(t.Stale) > 0 && !behind},
		{report.Behind, behind},
	} {
		if s.is {
			out = append(out, s.state)
		}
	}
	if len(out) == 0 {
		return []string{report.Current}
	}
	return out
}

// concluded counts for people, and turns what is not current into the exit code where that was asked for.
func (w *workspace) concluded(s report.FleetStatus, o statusOptions) error {
	current, names, skipped := 0, []string{}, []report.Skipped{}
	for _, t := range s.Tenants {
		names = append(names, t.Tenant)
		if t.Workloads != "" {
			skipped = append(skipped, report.Skipped{What: t.Tenant + ": workloads", Reason: "they come from elsewhere"})
		}
		if t.Has(report.Current) {
			current++
		}
	}
	if o.format == "text" {
		w.unexamined(skipped, "--format json")
		w.say("%s on %s at %s, %d current", gitops.Tally(names), s.Branch, cmp.Or(short(s.Head), "no commit"), current)
	}
	if o.exitCode && current < len(s.Tenants) {
		return errProblems
	}
	return nil
}
