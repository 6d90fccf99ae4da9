package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"

	"github.com/spf13/cobra"

	"github.com/tenantsmith/tenantsmith/internal/repository"
	"github.com/tenantsmith/tenantsmith/schemas"
)

func newWorkflowCmd(w *workspace) *cobra.Command {
	ask, output := repository.Ask{Branch: "main"}, ""
	cmd := &cobra.Command{
		Use:   "workflow TENANT --platform OWNER/NAME",
		Short: "Print the workflow that builds a tenant's services",
		Long: `Workflow prints a workflow of GitHub for the repository that a tenant's services are built from. On each
push it builds their images, scans them with Trivy and fails on what the platform's policies.failOn says,
pushes and signs them with cosign, attests a list of what is in them, and asks the platform's repository to
deploy them, by the digest: its workflow deploy.yml opens a pull request there.

With -o the workflow is written below DIR. A file that is not tenantsmith's is never overwritten.`,
		Example: `  tenantsmith workflow acme-corp --platform example/platform
  tenantsmith workflow corner-shop --service web --platform example/platform --context services/{service}`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 || ask.Platform == "" {
				return errors.New("name a tenant and the platform's repository: tenantsmith workflow TENANT --platform OWNER/NAME")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return w.workflow(args[0], ask, output) },
	}
	f := cmd.Flags()
	f.StringVar(&ask.Platform, "platform", "", "the platform's repository on GitHub, as `OWNER/NAME`")
	f.StringSliceVar(&ask.Services, "service", nil, "build only these services (default all of the tenant)")
	f.StringVar(&ask.Context, "context", "", "the `FOLDER` that an image is built from, {service} for the service (default the root for one image, else {service})")
	f.StringVar(&ask.Branch, "branch", ask.Branch, "the branch whose commits are deployed")
	f.StringVarP(&output, "output", "o", "", "write "+repository.WorkflowFile+" below `DIR`")
	return cmd
}

func (w *workspace) workflow(arg string, ask repository.Ask, output string) error {
	root, err := w.open()
	if err != nil {
		return err
	}
	defer root.Close()
	fleet, err := schemas.Load(root.FS(), schemas.Options{Tenants: w.tenants([]string{arg})})
	if err != nil {
		return err
	}
	if fleet.Platform == nil || len(fleet.Tenants) != 1 {
		return errors.Join(w.problems(reportOf(fleet.Problems)), errProblems)
	}
	text, err := repository.Workflow(fleet.Tenants[0], fleet.Platform, ask)
	if errors.Is(err, repository.ErrTenant) {
		w.say("%v", err)
		return errProblems
	}
	if err != nil {
		return err
	}
	if output == "" {
		_, err = w.out.Write(text)
		return err
	}
	return w.writeWorkflow(output, text)
}

// writeWorkflow writes the workflow into the folder of another repository, through no symlink that leads out of it.
func (w *workspace) writeWorkflow(dir string, text []byte) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return w.unusable("-o", dir, err)
	}
	defer root.Close()
	old, err := root.ReadFile(repository.WorkflowFile)
	switch {
	case err == nil && !bytes.HasPrefix(old, []byte(repository.WorkflowHeader)):
		return fmt.Errorf("%s/%s is not tenantsmith's: move it away first", dir, repository.WorkflowFile)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return w.unusable("-o", repository.WorkflowFile, err)
	}
	if err = root.MkdirAll(path.Dir(repository.WorkflowFile), 0o755); err == nil {
		err = root.WriteFile(repository.WorkflowFile, text, 0o644)
	}
	if err != nil {
		return w.unusable("-o", repository.WorkflowFile, err)
	}
	w.say("%s/%s written", dir, repository.WorkflowFile)
	return nil
}
