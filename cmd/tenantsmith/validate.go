package main

import (
	"github.com/spf13/cobra"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/report"
	"github.com/tenantsmith/tenantsmith/schemas"
)

func newValidateCmd(w *workspace) *cobra.Command {
	format := "text"
	cmd := &cobra.Command{
		Use:   "validate [TENANT|FILE...]",
		Short: "Check tenant files against the schemas",
		Long: `Validate reads the platform repository and reports every problem of the given tenants (all
without arguments) at file:line:col: unknown fields, wrong values, missing ones, tier limits, names
that collide. Nothing is rendered and no policy runs, so it is fast enough for an editor.`,
		Example: `  tenantsmith validate
  tenantsmith validate acme-corp tenants/corner-shop.yaml
  tenantsmith validate --format json`,
		RunE: func(_ *cobra.Command, args []string) error {
			fsys, release, err := w.platform()
			if err != nil {
				return err
			}
			defer release()
			fleet, err := schemas.Load(fsys, schemas.Options{Tenants: w.tenants(args)})
			if err != nil {
				return err
			}
			r := report.Report{Problems: fleet.Problems, FailOn: manifest.Error}
			r.Summary.Tenants, r.Summary.Held = len(fleet.Tenants)+len(fleet.Held), fleet.Held
			for _, t := range fleet.Tenants {
				r.Examined = append(r.Examined, report.Place{Tenant: t.Name})
				r.Summary.Environments += len(t.Environments)
			}
			return w.report(format, r)
		},
	}
	formatFlag(cmd, &format, report.Formats)
	w.trust(cmd)
	return cmd
}
