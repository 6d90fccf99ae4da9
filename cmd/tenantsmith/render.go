package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/overlay"
	"github.com/tenantsmith/tenantsmith/internal/pipeline"
	"github.com/tenantsmith/tenantsmith/schemas"
)

type renderOptions struct {
	output, environment   string
	check, atomic, verify bool
	watch                 bool
	prune                 pruning
	shard                 pipeline.Shard
}

func newRenderCmd(w *workspace) *cobra.Command {
	o := renderOptions{output: "manifests"}
	cmd := &cobra.Command{
		Use:   "render [TENANT|FILE...]",
		Short: "Write the Kustomize trees of tenants",
		Long: `Render takes the given tenants (all without arguments) through the whole chain and writes a
Kustomize base and an overlay for each environment. A tenant with a problem is not written, not even
in part, and keeps its last good output; the others go on. Only files that tenantsmith owns are
changed or removed; one that was changed by hand is an error.

Without arguments it also removes the tree of a tenant that has no file any more, if its record there says that
it was offboarding and its day has passed; any other is named and stays. More than 5 tenants or 10 % of all
objects go only with --allow-prune.

With --watch it goes on, and renders again whenever a file of tenants, overrides, waivers or the
platform changes, until you end it with Ctrl-C.`,
		Example: `  tenantsmith render
  tenantsmith render acme-corp --output build
  tenantsmith render acme-corp --env production --output -
  tenantsmith render --check`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.environment != "" && o.output != "-" {
				return errors.New("--env chooses what --output - prints; trees always hold every environment")
			}
			if o.watch && o.output == "-" {
				return errors.New("--watch writes trees, and --output - prints")
			}
			if o.output == "-" && !o.shard.All() {
				return errors.New("--shard shares the writing of trees, and --output - prints")
			}
			if o.watch {
				return w.watch(cmd.Context(), args, o)
			}
			return w.render(cmd.Context(), args, o)
		},
	}
	f := cmd.Flags()
	f.StringVarP(&o.output, "output", "o", o.output, "the `DIR` to write to, from the platform repository; - prints the built objects of one environment")
	f.StringVar(&o.environment, "env", "", "the environment that --output - prints")
	f.BoolVar(&o.check, "check", false, "write nothing; exit 1 when files are stale")
	f.BoolVar(&o.atomic, "atomic", false, "write nothing at all when any tenant has a problem")
	f.BoolVar(&o.verify, "verify", false, "build every overlay with kustomize, also those that only tenantsmith wrote")
	o.prune.flags(cmd)
	f.BoolVar(&o.watch, "watch", false, "render again whenever a file changes")
	shardFlag(cmd, &o.shard)
	apart(cmd, "watch", "check")
	w.flags(cmd)
	return cmd
}

func (w *workspace) render(ctx context.Context, args []string, o renderOptions) error {
	if err := w.separate(o.output); err != nil {
		return err
	}
	res, err := w.run(ctx, pipeline.Options{Tenants: w.tenants(args), Verify: o.verify, Environment: o.environment, Trees: o.output == "-", Shard: o.shard})
	if err != nil {
		return err
	}
	w.sharded(res)
	if err := w.refusals(res); err != nil {
		return err
	}
	switch {
	case o.output == "-":
		err = w.print(res, o.environment)
	case o.check:
		err = w.stale(res, o.output, len(args) == 0)
	case o.atomic && len(res.Held) > 0:
		w.say("nothing written: --atomic, and %s held back", list(res.Held))
	default:
		err = w.write(res, o, len(args) == 0)
	}
	if err == nil && (len(res.Held) > 0 || failing(res) > 0) {
		err = errProblems
	}
	return err
}

// write brings the output folder to what was rendered. Trees of tenants that left are removed when all
// tenants were asked for.
func (w *workspace) write(res *pipeline.Result, o renderOptions, all bool) error {
	output, dir := o.output, w.output(o.output)
	if o.atomic {
		if _, problems, err := w.differences(res, dir, all); err != nil || len(problems) > 0 {
			return cmp.Or(err, w.handEdits(problems, output))
		}
	}
	if len(outputs(res)) == 0 && !exists(dir) {
		return nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return w.unusable("--output", dir, err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return w.unusable("--output", dir, err)
	}
	defer root.Close()
	left, err := w.departed(root.FS(), res, all, false)
	if err != nil {
		return err
	}
	lost, err := loss(root.FS(), res, left.gone)
	if err != nil {
		return err
	}
	if o.prune.judge(lost, left.others) != nil {
		return o.prune.tell(w, "nothing written")
	}
	sum, problems, err := writeTrees(root, res, left.gone)
	if err != nil {
		return err
	}
	w.say("%s: %d files written, %d removed, %d unchanged", filepath.ToSlash(output), sum.Written, sum.Removed, sum.Unchanged)
	return cmp.Or(w.handEdits(problems, output), left.tell(w))
}

// writeTrees writes what was rendered, and removes what is gone.
func writeTrees(root *os.Root, res *pipeline.Result, gone []string) (sum overlay.Counts, problems []manifest.Problem, err error) {
	add := func(n overlay.Counts, found []manifest.Problem, err error) error {
		problems = append(problems, found...)
		sum.Written, sum.Removed, sum.Unchanged = sum.Written+n.Written, sum.Removed+n.Removed, sum.Unchanged+n.Unchanged
		return err
	}
	for _, o := range outputs(res) {
		if err := add(overlay.Write(root, o.owner, o.files)); err != nil {
			return sum, nil, err
		}
	}
	for _, name := range gone {
		if err := add(overlay.Remove(root, name)); err != nil {
			return sum, nil, err
		}
	}
	return sum, problems, nil
}

// handEdits reports files in the output that are not as tenantsmith left them.
func (w *workspace) handEdits(problems []manifest.Problem, output string) error {
	if len(problems) == 0 {
		return nil
	}
	for i := range problems {
		problems[i].File = filepath.ToSlash(filepath.Join(output, problems[i].File))
	}
	if err := w.problems(reportOf(problems)); err != nil {
		return err
	}
	return errProblems
}

// stale compares without writing.
func (w *workspace) stale(res *pipeline.Result, output string, all bool) error {
	stale, problems, err := w.differences(res, w.output(output), all)
	if err != nil {
		return err
	}
	for _, p := range stale {
		fmt.Fprintln(w.out, filepath.ToSlash(filepath.Join(output, p)))
	}
	if err := w.handEdits(problems, output); err != nil {
		return err
	}
	switch {
	case len(stale) > 0:
		w.say("%s: run tenantsmith render", stales(len(stale)))
		return errProblems
	case len(res.Held) == 0:
		w.say("%s is up to date", filepath.ToSlash(output))
	}
	return nil
}

func stales(n int) string {
	if n == 1 {
		return "1 file is stale"
	}
	return fmt.Sprintf("%d files are stale", n)
}

// differences lists the files that a render would write or remove.
func (w *workspace) differences(res *pipeline.Result, dir string, all bool) ([]string, []manifest.Problem, error) {
	var stale []string
	var problems []manifest.Problem
	root, err := os.OpenRoot(dir)
	if errors.Is(err, os.ErrNotExist) {
		for _, o := range outputs(res) {
			stale = slices.AppendSeq(stale, maps.Keys(o.files))
		}
		slices.Sort(stale)
		return stale, nil, nil
	}
	if err != nil {
		return nil, nil, w.unusable("--output", dir, err)
	}
	defer root.Close()
	for _, o := range outputs(res) {
		files, found, err := overlay.Stale(root, o.owner, o.files)
		if err != nil {
			return nil, nil, err
		}
		stale, problems = append(stale, files...), append(problems, found...)
	}
	left, err := w.departed(root.FS(), res, all, false)
	if err != nil {
		return nil, nil, err
	}
	for _, name := range left.gone {
		files, found, err := overlay.Stale(root, name, nil)
		if err != nil {
			return nil, nil, err
		}
		stale, problems = append(append(stale, files...), manifest.RecordPath(name)), append(problems, found...)
	}
	return stale, problems, left.tell(w)
}

// print writes the built objects of one environment as one YAML stream.
func (w *workspace) print(res *pipeline.Result, env string) error {
	var b bytes.Buffer
	for _, r := range res.Tenants {
		name := env
		if name == "" {
			if len(r.Tenant.Environments) != 1 {
				return errors.New("say which environment to print: --env NAME")
			}
			name = r.Tenant.Environments[0].Name
		}
		if r.Files == nil || !has(r.Tenant, name) {
			continue
		}
		built, _ := r.Tree.Build(name)
		for _, o := range built {
			b.WriteString("---\n")
			b.Write(manifest.Marshal(o.Tree))
		}
	}
	if b.Len() == 0 && len(res.Held) == 0 {
		return fmt.Errorf("no tenant has the environment %q", env)
	}
	_, err := w.out.Write(b.Bytes())
	return err
}

func has(t *schemas.Tenant, env string) bool {
	return slices.ContainsFunc(t.Environments, func(e schemas.Environment) bool { return e.Name == env })
}

// separate refuses an output folder that overlaps the inputs, by a link or not: trees would stand
// among tenant files.
func (w *workspace) separate(output string) error {
	if output == "-" {
		return nil
	}
	if output == "" {
		return errors.New("--output needs a folder")
	}
	in, out := resolved(w.abs(w.dir)), resolved(w.abs(w.output(output)))
	rel, err := filepath.Rel(in, out)
	if err != nil {
		return err
	}
	first, _, _ := strings.Cut(filepath.ToSlash(rel), "/")
	if up, err := filepath.Rel(out, in); err == nil && filepath.IsLocal(up) || slices.Contains([]string{"tenants", "overrides", "waivers"}, first) {
		return fmt.Errorf("--output %s is where the inputs are; choose a folder of its own", output)
	}
	return nil
}

// resolved follows the links of as much of the path as exists.
func resolved(p string) string {
	if real, err := filepath.EvalSymlinks(p); err == nil {
		return real
	}
	parent := filepath.Dir(p)
	if parent == p {
		return p
	}
	return filepath.Join(resolved(parent), filepath.Base(p))
}

// output is relative to the platform repository, as every path but arguments is.
func (w *workspace) output(o string) string {
	if filepath.IsAbs(o) {
		return o
	}
	return filepath.Join(w.dir, o)
}

// known are the tenants that exist, held back or not.
func known(res *pipeline.Result) []string {
	names := append([]string{}, res.Held...)
	for _, r := range res.Tenants {
		names = append(names, r.Tenant.Name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func list(names []string) string {
	const shown = 5
	if len(names) > shown {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:shown], ", "), len(names)-shown)
	}
	return strings.Join(names, ", ")
}
