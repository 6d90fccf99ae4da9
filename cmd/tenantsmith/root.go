package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

func newRootCmd(s streams) *cobra.Command {
	w := &workspace{streams: s, dir: "."}
	cmd := &cobra.Command{
		Use:   "tenantsmith",
		Short: "Tenant YAML in, checked Kustomize trees in a GitOps repository out",
		Long: `tenantsmith keeps tenants as YAML: one file or folder each under tenants/, what the platform
decides in tenantsmith.yaml, the platform's exceptions under overrides/, the findings it accepts for a
time under waivers/. It checks them against schemas, renders plain Kustomize bases and overlays,
judges the result by policies, and commits it.

Every problem names the line that caused it. Exit codes: 0 clean, 1 your files have problems,
2 tenantsmith could not do its job.`,
		Example: `  tenantsmith validate
  tenantsmith render
  tenantsmith check --format json`,
		Args:                  oneOf,
		RunE:                  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		DisableFlagsInUseLine: true,
		SilenceUsage:          true,
		SilenceErrors:         true,
	}
	cmd.SetIn(s.in)
	cmd.SetOut(s.out)
	cmd.SetErr(s.err)
	cmd.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return fmt.Errorf("%w; see `%s --help`", err, c.CommandPath())
	})
	cmd.PersistentFlags().StringVarP(&w.dir, "dir", "C", ".", "the platform repository")
	cmd.AddCommand(
		newInitCmd(w), newNewCmd(w), newAdoptCmd(w), newValidateCmd(w), newRenderCmd(w), newCheckCmd(w), newPlanCmd(w), newWhyCmd(w), newExplainCmd(w), newProveCmd(w), newReportCmd(w),
		newPublishCmd(w), newDeployCmd(w), newPromoteCmd(w), newRollbackCmd(w), newHoldCmd(w), newStatusCmd(w), newAuditCmd(w),
		newCodeownersCmd(w), newWorkflowCmd(w), newEjectCmd(w), newPolicyCmd(w), newSchemaCmd(w), newFnCmd(w), newVersionCmd(w), newCompletionCmd(w),
	)
	cmd.SetHelpCommand(newHelpCmd())
	w.completes(cmd)
	return cmd
}
