package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tenantsmith/tenantsmith/internal/pattern"
	"github.com/tenantsmith/tenantsmith/internal/pipeline"
	"github.com/tenantsmith/tenantsmith/internal/report"
)

func newInitCmd(w *workspace) *cobra.Command {
	demo := false
	cmd := &cobra.Command{
		Use:   "init [DIR]",
		Short: "Start a platform repository",
		Long: `Init writes a platform repository into DIR (this directory without one): the platform file, two
tenants, the schemas and settings by which editors complete and check them, workflows for GitHub,
hooks for pre-commit. DIR may be a git repository with other files in it.

Nothing is ever overwritten: where a file is in the way, init names it and writes nothing.

With --demo one tenant more has a mistake that neither a schema nor a cluster would notice, and init
ends with what check says of it.`,
		Example: `  tenantsmith init platform
  tenantsmith init --demo demo`,
		Args: atMost(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return w.initialize(cmd.Context(), append(args, ".")[0], demo)
		},
	}
	cmd.Flags().BoolVar(&demo, "demo", false, "add a tenant with a mistake, and check")
	return cmd
}

// initialize writes the starter into a folder, named from -C, and says what to do next.
func (w *workspace) initialize(ctx context.Context, dir string, demo bool) error {
	files, err := starterFiles(demo)
	if err != nil {
		return err
	}
	at := dir
	if !filepath.IsAbs(dir) {
		at = filepath.Join(w.dir, dir)
	}
	if err := plant(ctx, at, files); err != nil {
		return fmt.Errorf("init %s: %w", w.named(at), err)
	}
	w.say("%d files written to %s", len(files), filepath.ToSlash(at))
	enter := ""
	if filepath.Clean(at) != "." {
		enter = "  cd " + quoted(filepath.ToSlash(at)) + "\n"
	}
	if !demo {
		if workTree(w.abs(at)) == "" {
			enter += "  git init                               plan and the hooks want it\n"
		}
		_, err := fmt.Fprintf(w.out, nextSteps, enter)
		return err
	}
	w.dir = at
	return w.demonstrate(ctx, enter)
}

// quoted is a path as shells read it.
func quoted(dir string) string {
	if plainPath().MatchString(dir) {
		return dir
	}
	return "'" + strings.ReplaceAll(dir, "'", `'\''`) + "'"
}

var plainPath = pattern.Of(`^[\w./:+@%=,-]+$`)

const nextSteps = `next:
%s  tenantsmith check                      judge the tenants
  tenantsmith render                     write their Kustomize trees to manifests/
  tenantsmith new TENANT --tier basic    add a tenant
  pre-commit install                     have every commit checked
README.md says what the files are for, and what to fill in before the first pull request.
`

const demoSteps = `why: until a person approves, three old pods and three new ones of 600m CPU stand side by side. The quota admits 3 CPU: the
tier's 2, and half as much for releases. The last new pod would wait for the quota, and the release for that pod.
next:
%s  change %s as the fix says
  tenantsmith check                      now everything is green
  tenantsmith prove quota                the proof: what releases need, and what the quota admits
  tenantsmith render                     write the Kustomize trees to manifests/
`

// demonstrate checks the tenants: those that hold everything are green, the one with the mistake is red.
func (w *workspace) demonstrate(ctx context.Context, enter string) error {
	res, err := w.run(ctx, pipeline.Options{})
	if err != nil {
		return err
	}
	if len(res.Problems) == 0 {
		return fmt.Errorf("the demonstration has lost its mistake: %s", strings.Join(known(res), ", "))
	}
	green := slices.DeleteFunc(known(res), func(name string) bool { return slices.Contains(res.Held, name) })
	fmt.Fprintf(w.out, "green: %s\nred: %s\n", strings.Join(green, ", "), strings.Join(res.Held, ", "))
	if err := report.Write(w.out, "text", reportResult(res), report.Options{Color: colored(w.out)}); err != nil {
		return err
	}
	at := res.Problems[0].Position
	_, err = fmt.Fprintf(w.out, demoSteps, enter, fmt.Sprintf("line %d of %s", at.Line, at.File))
	return err
}
