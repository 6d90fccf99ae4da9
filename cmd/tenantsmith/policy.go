package main

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/pipeline"
	"github.com/tenantsmith/tenantsmith/internal/report"
)

func newPolicyCmd(w *workspace) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "policy",
		Short: "The checks: what they are, and tests of your own",
		Long: `Policy tells of the checks by which tenants are judged: list says what there is, test runs the tests of
those that you wrote.`,
		Example: `  tenantsmith policy list
  tenantsmith policy test`,
		Args: oneOf,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newPolicyListCmd(w), newPolicyTestCmd(w))
	return cmd
}

func newPolicyListCmd(w *workspace) *cobra.Command {
	format := "text"
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the checks, those of the platform among them",
		Long: `List prints every check: those that come with tenantsmith and those in the folders that the platform
names in spec.extend.policies, as their METADATA describes them, and whether the API server can
be asked the same, by spec.policies.admission.`,
		Example: `  tenantsmith policy list
  tenantsmith policy list --format json`,
		Args: atMost(0),
		RunE: func(*cobra.Command, []string) error {
			root, err := w.open()
			if err != nil {
				return err
			}
			defer root.Close()
			rules, problems, err := pipeline.Catalogue(root.FS())
			if err != nil {
				return err
			}
			if len(problems) > 0 {
				return w.report("text", reportOf(problems))
			}
			return report.WriteCatalogue(w.out, format, catalogue(rules), report.Options{Width: width(w.out)})
		},
	}
	formatFlag(cmd, &format, report.CatalogueFormats)
	return cmd
}

func catalogue(rules []pipeline.Check) []report.Check {
	var out []report.Check
	for _, r := range rules {
		c := report.Check{
			ID: r.ID, Title: r.Title, Severity: r.Severity, Waivable: r.Waivable, Guarded: r.Guarded, Brought: r.Brought, Remedy: r.Remedy,
			Objects: append([]string{}, r.Objects...), Needs: append([]string{}, r.Needs...), Scopes: []string{}, Source: "tenantsmith",
			Controls: report.CheckControls{Direct: append([]manifest.Control{}, r.Direct...), Supporting: []manifest.Control{}},
		}
		if !r.Own {
			c.Source = r.File
		}
		for _, path := range slices.Sorted(maps.Keys(r.When)) {
			c.Needs = append(c.Needs, path+": "+strings.Join(r.When[path], " or "))
		}
		for _, s := range r.Scopes {
			c.Scopes = append(c.Scopes, string(s))
		}
		for _, control := range r.Controls {
			if !slices.Contains(r.Direct, control) {
				c.Controls.Supporting = append(c.Controls.Supporting, control)
			}
		}
		out = append(out, c)
	}
	return out
}

func newPolicyTestCmd(w *workspace) *cobra.Command {
	var coverage float64
	verbose := false
	cmd := &cobra.Command{
		Use:   "test [DIR...]",
		Short: "Run the unit tests of your Rego, or ours where you have none",
		Long: `Test compiles the rules in the given folders, or in those that the platform names in
spec.extend.policies, as check would, with ours beside them, and runs every test_… rule of files that
end in _test.rego. It lists the lines of your rules that no test reaches. Where there are none of yours, it
runs the tests of ours.`,
		Example: `  tenantsmith policy test
  tenantsmith policy test platform/policies --coverage 90`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if coverage < 0 || coverage > 100 {
				return fmt.Errorf("--coverage %v is no share: use 0 to 100", coverage)
			}
			root, err := w.open()
			if err != nil {
				return err
			}
			defer root.Close()
			for i := range args {
				args[i] = filepath.ToSlash(filepath.Clean(args[i]))
				if info, err := root.Stat(args[i]); err != nil || !info.IsDir() {
					return fmt.Errorf("no folder %s in the platform repository", args[i])
				}
			}
			r, problems, err := pipeline.TestPolicies(cmd.Context(), root.FS(), args)
			if err != nil {
				return err
			}
			if len(problems) > 0 {
				return w.report("text", reportOf(problems))
			}
			return w.tested(r, coverage, verbose)
		},
	}
	cmd.Flags().Float64Var(&coverage, "coverage", 0, "fail below this share of lines, in `PERCENT`")
	cmd.Flags().BoolVarP(&verbose, "verbose", "v", false, "name the tests that passed as well")
	return cmd
}

// tested prints what failed, what nobody tests, and how many there were.
func (w *workspace) tested(r pipeline.TestReport, coverage float64, verbose bool) error {
	for _, t := range r.Tests {
		if verbose && t.Fault == "" {
			fmt.Fprintf(w.out, "ok   %s: %s.%s\n", t.Position, t.Package, t.Name)
		}
	}
	failed := r.Failed()
	for _, t := range failed {
		fmt.Fprintf(w.out, "FAIL %s: %s.%s: %s\n", t.Position, t.Package, t.Name, report.Clean(t.Fault))
	}
	for _, at := range r.Uncovered {
		fmt.Fprintf(w.out, "%s: no test reaches this line\n", at)
	}
	w.say("%d tests, %d failed, %.1f %% of lines reached", len(r.Tests), len(failed), r.Coverage)
	switch {
	case len(failed) > 0:
		return errProblems
	case r.Coverage < coverage:
		w.say("--coverage asks for %.1f %%", coverage)
		return errProblems
	}
	return nil
}
