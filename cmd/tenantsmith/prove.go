package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/pipeline"
	"github.com/tenantsmith/tenantsmith/internal/report"
	"github.com/tenantsmith/tenantsmith/schemas"
)

func newProveCmd(w *workspace) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "prove",
		Short: "Prove what no look at a single object shows",
		Long: `Prove adds up or breaks what is rendered, to show what the objects one by one do not: quota, that every
release of a tenant fits; isolation, that no tenant reaches another; controls, that every check objects
to what it is there for.`,
		// Without a proof there is nothing to do, and a misspelt one must not pass for a clean run.
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("name what to prove: quota, isolation or controls")
			}
			return fmt.Errorf("unknown proof %q: use quota, isolation or controls", args[0])
		},
		Example: `  tenantsmith prove quota
  tenantsmith prove quota acme-corp --env production --workloads
  tenantsmith prove isolation
  tenantsmith prove controls`,
	}
	cmd.AddCommand(newProveQuotaCmd(w), newProveIsolationCmd(w), newProveControlsCmd(w))
	return cmd
}

func newProveQuotaCmd(w *workspace) *cobra.Command {
	format, environment, workloads := "text", "", false
	cmd := &cobra.Command{
		Use:   "quota [TENANT|FILE...]",
		Short: "Prove that every release of a tenant fits its quota",
		Long: `Quota adds up what the pods of each tenant need between releases and at the worst moment of one, when
all of its services release at once, and compares it with the ResourceQuotas that are rendered for it.
A release that needs more would wait for pods that wait for the release: that is a finding, at the
line that mends it, and the value that is proposed there is proven, too.`,
		Example: `  tenantsmith prove quota
  tenantsmith prove quota acme-corp --env production --workloads
  tenantsmith prove quota --format json`,
		RunE: func(cmd *cobra.Command, args []string) error {
			res, err := w.run(cmd.Context(), pipeline.Options{
				Tenants: w.tenants(args), Environment: environment, Checks: []string{"TS-QUO-10"}, Certificates: true,
			})
			if err != nil {
				return err
			}
			r := reportResult(res)
			if environment != "" && r.Summary.Environments == 0 && len(res.Held) == 0 {
				return fmt.Errorf("none of these tenants has the environment %q", environment)
			}
			r.Problems = slices.DeleteFunc(r.Problems, func(p manifest.Problem) bool { return p.Message == schemas.NotRendered })
			r.Proofs = proofsOf(res)
			if format == "text" {
				if err := report.WriteProofs(w.out, r.Proofs, workloads, report.Options{Width: width(w.out)}); err != nil {
					return err
				}
			}
			return w.report(format, r)
		},
	}
	f := cmd.Flags()
	f.StringVar(&environment, "env", "", "only this environment")
	f.BoolVar(&workloads, "workloads", false, "show what each workload needs, and why")
	formatFlag(cmd, &format, report.Formats)
	w.flags(cmd)
	return cmd
}

// obstacles prints, on stderr, the errors that kept something from being proven. It reports whether there are any.
func (w *workspace) obstacles(problems []manifest.Problem) (bool, error) {
	problems = slices.DeleteFunc(manifest.SortProblems(problems), func(p manifest.Problem) bool { return p.Severity != manifest.Error })
	return len(problems) > 0, w.problems(report.Report{Problems: problems, FailOn: manifest.Error})
}

func proofsOf(res *pipeline.Result) []report.Proof {
	out := []report.Proof{}
	for _, t := range res.Tenants {
		for _, c := range t.Certificates {
			out = append(out, proofOf(c))
		}
	}
	return out
}

func proofOf(c pipeline.Certificate) report.Proof {
	p := report.Proof{
		Tenant: c.Tenant, Environment: c.Environment, Lines: []report.Line{}, Workloads: []report.Workload{},
		Assumptions: append([]string{}, c.Measured.Assumptions...),
	}
	for _, l := range c.Lines {
		line := report.Line{
			Quota: l.Quota.Name, Resource: l.Resource, Steady: l.Steady.String(), Peak: l.Peak.String(), Hard: l.Hard.String(), Fits: l.Fits,
		}
		if entitled, bounded := c.Entitled[l.Resource]; bounded {
			// The mesh's sidecars are not the tenant's demand: they count in the peak and in the quota only.
			steady := c.Measured.Steady[l.Resource]
			line.Entitled, line.Steady = entitled.String(), steady.String()
		}
		p.Lines = append(p.Lines, line)
	}
	for _, n := range c.Measured.Needs {
		if n.Peak == 0 {
			continue // a claim, or a workload that is scaled to nothing
		}
		pod := map[string]string{}
		for name, q := range n.Pod {
			pod[name] = q.String()
		}
		p.Workloads = append(p.Workloads, report.Workload{
			Kind: n.Key.Kind, Name: n.Key.Name, SteadyPods: n.Steady, PeakPods: n.Peak, Why: n.Why, Pod: pod,
		})
	}
	return p
}
