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
	ask, output, check := repository.Ask{Branch: "main"}, "", false
	cmd := &cobra.Command{
		Use:   "workflow TENANT --platform OWNER/NAME",
		Short: "Print the workflow that builds a tenant's services, or checks its own YAML",
		Long: `Workflow prints a workflow of GitHub for the repository that a tenant's services are built from. On each
push it builds their images, scans them with Trivy and fails on what the platform's policies.failOn says,
pushes and signs them with cosign, attests a list of what is in them, and asks the platform's repository to
deploy them, by the digest: its workflow deploy.yml opens a pull request there.

With --check it prints the one that judges, in each pull request, the folders which the tenant brings from its
own repository, spec.delivery.sources: check --manifests for those of each environment.

With -o the workflow is written below DIR. A file that is not tenantsmith's is never overwritten.`,
		Example: `  tenantsmith workflow acme-corp --platform example/platform
  tenantsmith workflow corner-shop --service web --platform example/platform --context services/{service}
  tenantsmith workflow enterprise-client --check --platform example/platform -o ../deploy`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 || ask.Platform == "" {
				return errors.New("name a tenant and the platform's repository: tenantsmith workflow TENANT --platform OWNER/NAME")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return w.workflow(args[0], ask, output, check) },
	}
	f := cmd.Flags()
	f.StringVar(&ask.Platform, "platform", "", "the platform's repository on GitHub, as `OWNER/NAME`")
	f.StringSliceVar(&ask.Services, "service", nil, "build only these services (default all of the tenant)")
	f.StringVar(&ask.Context, "context", "", "the `FOLDER` that an image is built from, {service} for the service (default the root for one image, else {service})")
	f.StringVar(&ask.Branch, "branch", ask.Branch, "the branch whose commits are deployed")
	f.BoolVar(&check, "check", false, "the workflow that checks the folders of spec.delivery.sources")
	f.StringVarP(&output, "output", "o", "", "write the workflow below `DIR`, from the platform repository, into .github/workflows")
	return cmd
}

func (w *workspace) workflow(arg string, ask repository.Ask, output string, check bool) error {
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
	file := repository.WorkflowFile
	text, err := []byte(nil), error(nil)
	if check {
		file = repository.ChecksFile
		text, err = repository.Checks(fleet.Tenants[0], ask)
	} else {
		text, err = repository.Workflow(fleet.Tenants[0], fleet.Platform, ask)
	}
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
	return w.writeWorkflow(output, file, text)
}

// writeWorkflow writes the workflow into the folder of another repository, through no symlink that leads out of it.
func (w *workspace) writeWorkflow(dir, file string, text []byte) error {
	root, err := os.OpenRoot(w.output(dir))
	if err != nil {
		return w.unusable("-o", dir, err)
	}
	defer root.Close()
	old, err := root.ReadFile(file)
	switch {
	case err == nil && !bytes.HasPrefix(old, []byte(repository.WorkflowHeader)):
		return fmt.Errorf("%s/%s is not tenantsmith's: move it away first", dir, file)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return w.unusable("-o", file, err)
	}
	if err = root.MkdirAll(path.Dir(file), 0o755); err == nil {
		err = root.WriteFile(file, text, 0o644)
	}
	if err != nil {
		return w.unusable("-o", file, err)
	}
	w.say("%s/%s written", dir, file)
	return nil
}
