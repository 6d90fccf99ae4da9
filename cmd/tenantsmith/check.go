package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/pipeline"
	"github.com/tenantsmith/tenantsmith/internal/report"
)

type checkOptions struct {
	manifests, checks           []string
	environment, failOn, format string
	tenant                      string
	change, base                string
	verify                      bool
	shard                       pipeline.Shard
}

const checkHelp = `Check renders the given tenants (all without arguments) in memory, builds every environment and
asks the policies. Every finding names the line of the tenant's file that caused it, what mends it
and which controls it stands for. The output folder is neither read nor written.

Waivers (waivers/*.yaml) accept findings for a time, as on the day of --now. In a pull request,
--trusted-from origin/main judges by the platform file, schemas, policies, overrides and waivers that are
merged, whatever the working tree says of them.

With --base only findings that are new against that commit fail; those that it has, too, are counted.

With --change it judges a change as well: who approved it, what it removes, whether its output is what
tenantsmith renders. FILE is JSON that a trusted job of CI writes from what the forge knows; it must not
lie in the repository that the change is about.

With --manifests it judges Kubernetes YAML of any origin instead: files, folders, - for standard input, Lists
unwrapped. A folder with a kustomization is built, of files of its repository alone. Given --tenant and --env as
well, it judges them as that tenant's: its quota, its domains, and what the GitOps engine lets it bring. Paths
start at -C. In the repository of a team, with the platform's checked out beside the team's files:
tenantsmith -C platform check --manifests ../deploy --tenant shop --env production`

func newCheckCmd(w *workspace) *cobra.Command {
	o := checkOptions{format: "text"}
	cmd := &cobra.Command{
		Use:   "check [TENANT|FILE...]",
		Short: "Judge tenants by schemas and policies",
		Long:  checkHelp,
		Example: `  tenantsmith check
  tenantsmith check acme-corp --env production
  tenantsmith check --checks TS-POD,TS-NET-001 --fail-on medium
  tenantsmith check --format github --also sarif=tenantsmith.sarif
  tenantsmith check --trusted-from origin/main
  tenantsmith check --base origin/main
  tenantsmith check --change ../change.json
  tenantsmith check --shard 1/8
  tenantsmith check --manifests deploy/
  helm template shop ./chart | tenantsmith check --manifests - --tenant corner-shop --env production`,
		RunE: func(cmd *cobra.Command, args []string) error { return w.check(cmd.Context(), args, o) },
	}
	o.flags(cmd)
	w.alsoFlag(cmd, report.Formats)
	w.flags(cmd)
	return cmd
}

func (o *checkOptions) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringSliceVar(&o.manifests, "manifests", nil, "judge Kubernetes YAML at `PATH` instead of tenants")
	f.StringVar(&o.tenant, "tenant", "", "with --manifests, judge them as those of the `TENANT`")
	f.StringSliceVar(&o.checks, "checks", nil, "only these checks: ids or beginnings of ids")
	f.StringVar(&o.environment, "env", "", "only this environment")
	f.StringVar(&o.failOn, "fail-on", "", "lowest severity that fails: low, medium, high (the default), critical")
	changeFlag(cmd, &o.change, "judge the change that `FILE` describes, too")
	f.BoolVar(&o.verify, "verify", false, "trust nothing: build every overlay with kustomize, ask every check of every object")
	formatFlag(cmd, &o.format, report.Formats)
	baseFlag(cmd, &o.base)
	shardFlag(cmd, &o.shard)
	apart(cmd, "manifests", "change", "base", "shard")
}

// check judges what the options name: manifests, or tenants and a change.
func (w *workspace) check(ctx context.Context, args []string, o checkOptions) error {
	failOn, err := severity(o.failOn)
	if err != nil {
		return err
	}
	if o.tenant != "" && o.manifests == nil {
		return errors.New("--tenant is for --manifests: name tenants as arguments")
	}
	if o.manifests != nil {
		return w.checkManifests(ctx, args, o, failOn)
	}
	change, err := w.change(o.change)
	if err != nil {
		return err
	}
	return w.checkTenants(ctx, o, pipeline.Options{
		Tenants: w.tenants(args), Environment: o.environment, Checks: o.checks, FailOn: failOn, Verify: o.verify, Change: change, Shard: o.shard,
	})
}

func (w *workspace) checkTenants(ctx context.Context, asked checkOptions, o pipeline.Options) error {
	res, err := w.against(ctx, asked.base, o)
	if err != nil {
		return err
	}
	r := reportResult(res)
	r.Base = asked.base
	if o.Environment != "" && r.Summary.Environments == 0 && len(res.Held)+len(res.Others) == 0 {
		return fmt.Errorf("none of these tenants has the environment %q", o.Environment)
	}
	return w.report(asked.format, r)
}

// reportResult is the report of a run over tenants.
func reportResult(res *pipeline.Result) report.Report {
	r := report.Report{Problems: res.Problems, FailOn: res.FailOn, Rules: rulesOf(res.Rules), Unasked: map[report.Place][]string{}}
	r.Summary.Tenants, r.Summary.Objects, r.Summary.Checks = len(known(res)), res.Objects, res.Asked()
	r.Summary.Held = res.Held
	for _, t := range res.Tenants {
		r.Examined = append(r.Examined, report.Place{Tenant: t.Tenant.Name})
		for _, e := range t.Checked {
			at := report.Place{Tenant: t.Tenant.Name, Environment: e}
			r.Examined, r.Unasked[at] = append(r.Examined, at), slices.Sorted(maps.Keys(t.Unasked[e]))
		}
		r.Summary.Environments += len(t.Checked)
	}
	r.Examined = append(r.Examined, report.Place{})
	r.Unasked[report.Place{}] = res.OfTenants()
	r.Summary.Skipped = append(skipped(res), pipeline.NotAsked(res.Unasked(), ofTenants)...)
	return r
}

// skipped is what a run over tenants does not look at.
func skipped(res *pipeline.Result) []report.Skipped {
	out := elsewhere(res)
	for _, t := range res.Tenants {
		out = append(out, pipeline.Elsewhere(t.Tenant)...)
	}
	return out
}

// ofTenants is what a check of tenants lacks among manifests, in the words of this command.
const ofTenants = "needs --tenant and --env"

func rulesOf(rules []pipeline.Rule) []report.Rule {
	out := make([]report.Rule, len(rules))
	for i, r := range rules {
		out[i] = report.Rule{ID: r.ID, Title: r.Title, Severity: r.Severity, Remedy: r.Remedy, Controls: r.Controls}
	}
	return out
}

// reportOf is the report of problems outside a run, which all fail.
func reportOf(problems []manifest.Problem) report.Report {
	return report.Report{Problems: manifest.SortProblems(problems), FailOn: manifest.Low}
}
