package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
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
		otherwise := fmt.Sprintf("; see `%s --help`", c.CommandPath())
		if unknown, ok := errors.AsType[*pflag.NotExistError](err); ok {
			otherwise = hint("--"+unknown.GetSpecifiedName(), flagsOf(c), otherwise)
		}
		return fmt.Errorf("%w%s", err, otherwise)
	})
	cmd.Version = versionLine()
	cmd.SetVersionTemplate("{{.Version}}")
	cmd.PersistentFlags().StringVarP(&w.dir, "dir", "C", ".", "the platform repository; files that a command makes or judges are named from here, the GitOps repository, keys, cache and the file of --also, --plan and --statement from the working directory")
	for _, g := range groups(w) {
		cmd.AddGroup(&cobra.Group{ID: g.title, Title: g.title + ":"})
		for _, c := range g.commands {
			c.GroupID = g.title
			cmd.AddCommand(c)
		}
	}
	cmd.AddCommand(newVersionCmd(w), newCompletionCmd(w))
	cmd.SetHelpCommand(newHelpCmd())
	w.completes(cmd)
	return cmd
}

// group is commands that help shows under one title: what the reader wants to do.
type group struct {
	title    string
	commands []*cobra.Command
}

func groups(w *workspace) []group {
	return []group{
		{"Start and onboard", []*cobra.Command{newInitCmd(w), newNewCmd(w), newAdoptCmd(w)}},
		{"Write and understand", []*cobra.Command{newValidateCmd(w), newRenderCmd(w), newExplainCmd(w), newWhyCmd(w)}},
		{"Judge and prove", []*cobra.Command{newCheckCmd(w), newPlanCmd(w), newProveCmd(w), newReportCmd(w)}},
		{"Release", []*cobra.Command{newDeployCmd(w), newPromoteCmd(w), newRollbackCmd(w)}},
		{"Deliver", []*cobra.Command{newPublishCmd(w), newStatusCmd(w), newHoldCmd(w), newAuditCmd(w), newEjectCmd(w)}},
		{"Automate and extend", []*cobra.Command{newCodeownersCmd(w), newWorkflowCmd(w), newPolicyCmd(w), newFnCmd(w), newSchemaCmd(w)}},
	}
}
