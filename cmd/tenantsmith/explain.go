package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tenantsmith/tenantsmith/internal/pipeline"
	"github.com/tenantsmith/tenantsmith/internal/report"
	"github.com/tenantsmith/tenantsmith/schemas"
)

func newExplainCmd(w *workspace) *cobra.Command {
	format, kind, deep := "text", "tenant", false
	cmd := &cobra.Command{
		Use:   "explain [FIELD]",
		Short: "The schema's documentation of a field",
		Long: `Explain says what may stand in a field: its type, whether it is required, its choices, its default in
each tier, and its own fields with a line each. Without a field it lists those of the whole document.
Any name stands for a key of a map: services.web.replicas, services.<name>.replicas.`,
		Example: `  tenantsmith explain
  tenantsmith explain services.<name>.release
  tenantsmith explain spec.clusters --kind platform --recursive`,
		Args: atMost(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if !slices.Contains(schemas.Written, kind) {
				return fmt.Errorf("--kind: there is no kind %s%s", kind, hint(kind, schemas.Written, "; use "+strings.Join(schemas.Written, ", ")))
			}
			fsys, release, err := w.platform()
			if err != nil {
				return err
			}
			defer release()
			e, problems, err := pipeline.Explain(fsys, kind, strings.Join(args, ""), deep)
			if err := w.unanswered(problems, len(problems) > 0, err); err != nil {
				return err
			}
			return report.WriteExplanation(w.out, format, e, width(w.out))
		},
	}
	f := cmd.Flags()
	f.StringVar(&kind, "kind", kind, strings.Join(schemas.Written, ", "))
	f.BoolVar(&deep, "recursive", false, "all fields below, too")
	formatFlag(cmd, &format, report.WhyFormats)
	return cmd
}
