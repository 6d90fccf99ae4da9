package main

import (
	"github.com/spf13/cobra"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/pipeline"
	"github.com/tenantsmith/tenantsmith/internal/report"
)

func newProveControlsCmd(w *workspace) *cobra.Command {
	format := "text"
	var checks []string
	cmd := &cobra.Command{
		Use:   "controls [TENANT|FILE...]",
		Short: "Prove that every check objects to what it is there for",
		Long: `Controls breaks what is rendered for the given tenants (all without arguments), one mutation at a time,
and asks the check that must object: a privileged init container, the default deny gone, a wider role.
A check that objects to every mutation is proven; one that lets some pass has missed them; one that
objects to none, or has none, is vacuous. Anything but proven fails.

The mutations stand beside the rules: mutations.yaml in the folder of a check of ours,
NAME.mutations.yaml beside NAME.rego of yours. Each is applied to one tenant and environment after the
other, in memory, until the check objects; no file is written.`,
		Example: `  tenantsmith prove controls
  tenantsmith prove controls acme-corp --checks TS-POD,TS-NET-001
  tenantsmith prove controls --format json`,
		RunE: func(cmd *cobra.Command, args []string) error {
			fsys, release, err := w.platform()
			if err != nil {
				return err
			}
			defer release()
			proofs, problems, err := pipeline.Controls(cmd.Context(), fsys, pipeline.Options{Tenants: w.tenants(args), Checks: checks, Now: w.day()})
			if err != nil {
				return err
			}
			return w.reportControls(format, proofs, problems)
		},
	}
	cmd.Flags().StringSliceVar(&checks, "checks", nil, "only these checks: ids or beginnings of ids")
	formatFlag(cmd, &format, report.ControlFormats)
	w.flags(cmd)
	return cmd
}

// reportControls prints the proofs, and on stderr what kept tenants or checks from being tried.
func (w *workspace) reportControls(format string, proofs *report.ControlProofs, problems []manifest.Problem) error {
	broken, err := w.obstacles(problems)
	if err != nil {
		return err
	}
	if proofs == nil {
		return errProblems
	}
	if err := report.WriteControls(w.out, format, proofs, report.Options{Width: width(w.out)}); err != nil {
		return err
	}
	w.say("%s", proofs.Sentence())
	if broken || proofs.Failed() {
		return errProblems
	}
	return nil
}
