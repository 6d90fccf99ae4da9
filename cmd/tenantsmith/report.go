package main

import (
	"github.com/spf13/cobra"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/pipeline"
	"github.com/tenantsmith/tenantsmith/internal/report"
)

func newReportCmd(w *workspace) *cobra.Command {
	format, changed := "text", ""
	var frameworks []string
	cmd := &cobra.Command{
		Use:   "report [TENANT|FILE...]",
		Short: "What the manifests show of compliance frameworks",
		Long: `Report examines the given tenants (all without arguments) by every check and says for each control
of a framework what that shows: pass, only where manifests decide the whole control; evidence found,
where they show a part; fail; accepted risk, where a waiver covers what was found; attested or not
attested, where somebody has to vouch for it. Each control names its checks, the objects they looked
at, the lines they complain of, and what no manifest shows.

The formats: text; json (see tenantsmith schema compliance-report); markdown for a pull request or a
wiki; html, one file that loads nothing; oscal, assessment results of OSCAL 1.1.3.

Without --framework it reports those that the platform and the tenants have to hold. It shows the
state of the files on one day, not of a cluster, and not of a period.`,
		Example: `  tenantsmith report
  tenantsmith report --framework gdpr,soc2
  tenantsmith report acme-corp --framework cis --format json --now 2026-12-31
  tenantsmith report --framework soc2 --format html`,
		RunE: func(cmd *cobra.Command, args []string) error {
			change, err := w.change(changed)
			if err != nil {
				return err
			}
			fsys, release, err := w.platform()
			if err != nil {
				return err
			}
			defer release()
			o := pipeline.Options{Tenants: w.tenants(args), Version: version(), Now: w.day(), Change: change}
			c, res, err := pipeline.Assess(cmd.Context(), fsys, o, frameworks)
			if err != nil {
				return err
			}
			return w.reportCompliance(format, c, res)
		},
	}
	f := cmd.Flags()
	f.StringSliceVar(&frameworks, "framework", nil, "only these: cis, gdpr, iso27001, mtb, nist-csf, nsa, pss, soc2, or one of the platform's own")
	formatFlag(cmd, &format, report.ComplianceFormats)
	changeFlag(cmd, &changed, "count what the change that `FILE` describes shows, too")
	w.flags(cmd)
	return cmd
}

// reportCompliance prints the report, and what kept tenants out of it on stderr.
func (w *workspace) reportCompliance(format string, c *report.Compliance, res *pipeline.Result) error {
	if c != nil {
		c.Skipped = append(c.Skipped, skipped(res)...)
		if err := report.WriteCompliance(w.out, format, c, report.Options{Color: colored(w.out), Width: width(w.out)}); err != nil {
			return err
		}
		if len(c.Frameworks) == 0 && len(c.Held) == 0 {
			w.say("no tenant has to hold a framework; name one with --framework, or in spec.compliance.frameworks")
		}
	}
	broken := report.Report{FailOn: res.FailOn}
	for _, p := range res.Problems {
		if p.Severity == manifest.Error && p.Waiver == "" {
			broken.Problems = append(broken.Problems, p)
		}
	}
	if err := w.problems(broken); err != nil {
		return err
	}
	if len(broken.Problems) > 0 || c.Fails(res.FailOn) {
		return errProblems
	}
	return nil
}
