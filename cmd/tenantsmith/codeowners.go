package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"github.com/tenantsmith/tenantsmith/internal/repository"
	"github.com/tenantsmith/tenantsmith/schemas"
)

type ownersOptions struct {
	write, check string
	gitops       bool
}

func newCodeownersCmd(w *workspace) *cobra.Command {
	o := ownersOptions{}
	cmd := &cobra.Command{
		Use:   "codeowners",
		Short: "Print who reviews which files, for CODEOWNERS",
		Long: `Codeowners prints lines for a CODEOWNERS file: everything is reviewed by the platform
(gitops.reviewers of tenantsmith.yaml), and what a team may decide alone by the team (delivery.reviewers
of the tenant): the files of its folder that say nothing about tier, owners, domains and the like, its
patches and objects. With --gitops the lines are for the GitOps repository, where the workloads of a
tenant are its team's.

With --write the lines go between two comments of FILE, and the rest of it stays. Lines below them win
over them. With --check nothing is written, and a FILE that lacks them is a problem.`,
		Example: `  tenantsmith codeowners
  tenantsmith codeowners --write CODEOWNERS
  tenantsmith codeowners --check CODEOWNERS
  tenantsmith codeowners --gitops`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return w.codeowners(o) },
	}
	cmd.Flags().StringVar(&o.write, "write", "", "write the lines into `FILE` of the platform repository")
	cmd.Flags().StringVar(&o.check, "check", "", "fail unless `FILE` of the platform repository has the lines")
	cmd.Flags().BoolVar(&o.gitops, "gitops", false, "the lines for the GitOps repository")
	return cmd
}

func (w *workspace) codeowners(o ownersOptions) error {
	if o.write != "" && o.check != "" {
		return errors.New("use --write or --check, not both")
	}
	root, err := w.open()
	if err != nil {
		return err
	}
	defer root.Close()
	block, err := w.ownersBlock(root, o.gitops)
	if err != nil {
		return err
	}
	file := o.write + o.check
	if file == "" {
		_, err = w.out.Write(block)
		return err
	}
	old, err := root.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return w.unusable("codeowners", file, err)
	}
	text, err := repository.Insert(old, block)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return w.owned(root, o, file, old, text)
}

// ownersBlock are the lines; with a tenant that nobody can read there are none.
func (w *workspace) ownersBlock(root *os.Root, gitops bool) ([]byte, error) {
	fleet, err := schemas.Load(root.FS(), schemas.Options{})
	if err != nil {
		return nil, err
	}
	if fleet.Platform == nil || len(fleet.Held) > 0 {
		return nil, errors.Join(w.problems(reportOf(fleet.Problems)), errProblems)
	}
	block, err := repository.PlatformOwners(root.FS(), fleet)
	if gitops {
		block, err = repository.GitOpsOwners(fleet)
	}
	if errors.Is(err, repository.ErrNoReviewers) {
		w.say("%v", err)
		return nil, errProblems
	}
	return block, err
}

// owned writes the file, or says that it should be written.
func (w *workspace) owned(root *os.Root, o ownersOptions, file string, old, text []byte) error {
	switch {
	case bytes.Equal(old, text):
		w.say("%s is up to date", file)
		return nil
	case o.check != "":
		flag := ""
		if o.gitops {
			flag = " --gitops"
		}
		w.say("%s is stale: `tenantsmith codeowners%s --write %s` writes it", file, flag, file)
		return errProblems
	}
	if err := root.WriteFile(file, text, 0o644); err != nil {
		return w.unusable("codeowners", file, err)
	}
	w.say("%s written", file)
	return nil
}
