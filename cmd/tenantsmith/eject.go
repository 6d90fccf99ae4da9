package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/overlay"
	"github.com/tenantsmith/tenantsmith/internal/pipeline"
)

func newEjectCmd(w *workspace) *cobra.Command {
	output := "ejected"
	cmd := &cobra.Command{
		Use:   "eject TENANT...",
		Short: "Hand over the trees of tenants as plain Kustomize",
		Long: `Eject writes the trees of the given tenants as render does, without headers and without the record: plain
Kustomize that somebody else maintains from now on. kustomize builds them, and every object is compared with
what tenantsmith renders, before anything is written.

With --output on a folder that holds the tenant's rendered trees already, these become the plain ones; files
that were changed by hand there are an error. The tenant's own files stay: remove them, and its overrides,
once the trees are where they belong. A later render would want to write its trees again, and be refused.`,
		Example: `  tenantsmith eject acme-corp
  tenantsmith eject acme-corp --output ../gitops`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return fmt.Errorf("name a tenant; see `%s --help`", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return w.eject(cmd.Context(), args, output) },
	}
	cmd.Flags().StringVarP(&output, "output", "o", output, "the `DIR` to write to, from the platform repository")
	w.flags(cmd)
	return cmd
}

// eject writes nothing unless all of the tenants can be handed over.
func (w *workspace) eject(ctx context.Context, args []string, output string) error {
	if err := w.separate(output); err != nil {
		return err
	}
	res, err := w.run(ctx, pipeline.Options{Tenants: w.tenants(args), Trees: true})
	if err != nil {
		return err
	}
	if err := w.refusals(res); err != nil {
		return err
	}
	if len(res.Held) > 0 || failing(res) > 0 {
		return errProblems
	}
	plain := map[string]map[string][]byte{}
	for _, r := range res.Tenants {
		if plain[r.Tenant.Name], err = overlay.Eject(r.Tenant.Name, r.Files, r.Tree); err != nil {
			return err
		}
	}
	return w.handOver(res, plain, output)
}

// handOver brings the output to what is rendered, which refuses files of others, and then makes it plain.
func (w *workspace) handOver(res *pipeline.Result, plain map[string]map[string][]byte, output string) error {
	dir := w.output(output)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return w.unusable("--output", dir, err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return w.unusable("--output", dir, err)
	}
	defer root.Close()
	for _, r := range res.Tenants {
		if err := w.ejected(root, r.Tenant.Name, output); err != nil {
			return err
		}
	}
	if _, problems, err := w.differences(res, dir, false); err != nil || len(problems) > 0 {
		return cmp.Or(err, w.handEdits(problems, output))
	}
	for _, r := range res.Tenants {
		name := r.Tenant.Name
		if _, problems, err := overlay.Write(root, name, r.Files); err != nil || len(problems) > 0 {
			return cmp.Or(err, w.handEdits(problems, output))
		}
		if err := makePlain(root, name, plain[name]); err != nil {
			return err
		}
		w.say("%s: %d plain files in %s, which build the same %d objects", name, len(plain[name]), filepath.ToSlash(output), built(r))
		w.say("%s is yours now: remove %s here, or the next render is refused", name, list(sources(r.Tenant.Files)))
	}
	return nil
}

// ejected refuses a folder with trees of the tenant that have no record: they were handed over before.
func (w *workspace) ejected(root *os.Root, tenant, output string) error {
	folder := manifest.Folder(tenant)
	if _, err := root.Lstat(folder); err != nil {
		return nil // there is nothing yet
	}
	if _, err := root.Lstat(manifest.RecordPath(tenant)); err == nil {
		return nil
	}
	w.say("%s has no record: it was handed over already; remove it, or choose another --output", path.Join(filepath.ToSlash(output), folder))
	return errProblems
}

// sources are the files of a tenant in short: a folder for what stands in it.
func sources(files []string) []string {
	out := make([]string, len(files))
	for i, file := range files {
		parts := strings.SplitN(file, "/", 3)
		out[i] = strings.Join(parts[:min(2, len(parts))], "/")
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// makePlain takes the record away first: what is ours no more is not changed as ours.
func makePlain(root *os.Root, tenant string, files map[string][]byte) error {
	if err := root.Remove(manifest.RecordPath(tenant)); err != nil {
		return fmt.Errorf("eject %s: %w", tenant, err)
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := root.WriteFile(name, files[name], 0o644); err != nil {
			return fmt.Errorf("eject %s: %w", tenant, err)
		}
	}
	return nil
}

// built counts the objects of all environments.
func built(r pipeline.Rendered) int {
	n := 0
	for i := range r.Tenant.Environments {
		objects, _ := r.Tree.Build(r.Tenant.Environments[i].Name)
		n += len(objects)
	}
	return n
}
