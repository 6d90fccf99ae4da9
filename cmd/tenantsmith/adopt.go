package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/tenantsmith/tenantsmith/internal/adopt"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/overlay"
	"github.com/tenantsmith/tenantsmith/internal/pipeline"
	"github.com/tenantsmith/tenantsmith/internal/report"
	"github.com/tenantsmith/tenantsmith/schemas"
)

type adoptOptions struct {
	manifests, tenant, environment, tier, owner, namespace, until, format string
	dryRun                                                                bool
}

const adoptHelp = `Adopt reads what exists - files, a folder that kustomize builds, or what kubectl get -o yaml prints - and
writes the tenant that it makes: tenants/TENANT.yaml, the smallest patches for what no field says, and objects
that no field has as they are. Then it renders the tenant in memory and compares each object with what it was,
field by field: reproduced by fields, with a patch, kept, or left over with the reason.

What an API server fills in and what a cluster assigns counts for nothing. Data of Secrets is written nowhere:
put it into the platform's store, at the paths that spec.secrets names. Containers keep the rights that they
have; the checks that refuse those are named, to be mended or waived. Files that exist are never overwritten.

Where a cluster dumped the objects the namespace is in use: overrides/TENANT/ENV.yaml puts its guards in audit for
90 days, or until --guards-until, so that the first publish breaks nothing.`

func newAdoptCmd(w *workspace) *cobra.Command {
	o := adoptOptions{format: "text"}
	cmd := &cobra.Command{
		Use:   "adopt --manifests PATH --tenant TENANT --owner GROUP",
		Short: "Write the tenant that existing objects make, and prove that it reproduces them",
		Long:  adoptHelp,
		Example: `  tenantsmith adopt --manifests deploy/overlays/production --tenant shop --owner shop-admins
  tenantsmith adopt --manifests dump.yaml --tenant shop --env production --tier premium
  tenantsmith adopt --manifests deploy --tenant shop --owner shop-admins --dry-run --format json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return w.adopt(cmd.Context(), o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.manifests, "manifests", "", "a file, a folder of files, or a folder with a kustomization, at `PATH`")
	f.StringVar(&o.tenant, "tenant", "", "the name of the tenant (default the namespace of the objects)")
	f.StringVar(&o.environment, "env", "", "the environment that the objects run in (default the platform's first)")
	f.StringVar(&o.tier, "tier", "", "the tier (default the smallest that has room)")
	f.StringVar(&o.owner, "owner", "", "the `GROUP` that owns it (default those of its RoleBindings)")
	f.StringVar(&o.namespace, "namespace", "", "adopt this namespace only (default the one with the most workloads)")
	f.StringVar(&o.until, "guards-until", "", "guards begin in audit, until this `DATE` (default 90 days from now for a namespace that a cluster dumped)")
	f.BoolVar(&o.dryRun, "dry-run", false, "write nothing, and print the files")
	f.StringVar(&o.format, "format", o.format, "text, json")
	w.date(cmd)
	return cmd
}

// adopt writes the tenant, unless something is wrong with what was read.
func (w *workspace) adopt(ctx context.Context, o adoptOptions) error {
	if o.manifests == "" {
		return errors.New("say what exists: --manifests PATH")
	}
	if !slices.Contains([]string{"text", "json"}, o.format) {
		return fmt.Errorf("unknown format %q: use text or json", o.format)
	}
	root, err := w.open()
	if err != nil {
		return err
	}
	defer root.Close()
	objects, err := w.existing(o.manifests)
	if err != nil {
		return err
	}
	in, err := w.guessed(root, objects, o)
	if err != nil {
		return err
	}
	a, res, err := w.settled(ctx, root, in)
	if err != nil {
		return err
	}
	return w.adopted(root, a, res, o)
}

// settled is the tenant with what the checks say of it: in the tier that was asked for, or in the smallest in whose
// quota the least is missing.
func (w *workspace) settled(ctx context.Context, root *os.Root, in adopt.Input) (best *adopt.Adoption, judged *pipeline.Result, err error) {
	asked := in.Tier != nil
	for {
		a, res, err := w.tried(ctx, root, in)
		if err != nil {
			return nil, nil, err
		}
		if best == nil || shortages(res) < shortages(judged) {
			best, judged = a, res
		}
		in.Tier = a.Larger()
		if asked || in.Tier == nil || shortages(res) == 0 {
			return best, judged, nil
		}
	}
}

// shortages is how many findings of the quota there are.
func shortages(res *pipeline.Result) int {
	n := 0
	for _, p := range res.Problems {
		if strings.HasPrefix(p.Check, "TS-QUO-1") {
			n++
		}
	}
	return n
}

// tried is one attempt at that.
func (w *workspace) tried(ctx context.Context, root *os.Root, in adopt.Input) (*adopt.Adoption, *pipeline.Result, error) {
	a, problems := adopt.New(in)
	if len(problems) > 0 {
		return nil, nil, errors.Join(w.problems(reportOf(problems)), errProblems)
	}
	if !a.Owned() {
		return nil, nil, errors.New("no RoleBinding says who owns the tenant: --owner GROUP, as your identity provider names it")
	}
	problems, err := a.Settle(func(files map[string][]byte) ([]manifest.Object, []manifest.Problem, error) {
		return pipeline.Unjudged(changedFS{root.FS(), files}, a.Tenant, a.Environment.Name)
	})
	if err != nil {
		return nil, nil, err
	}
	if len(problems) > 0 {
		return nil, nil, w.refused(a.File(), problems)
	}
	res, err := w.runWith(ctx, a.Files(), pipeline.Options{Tenants: []string{a.Tenant}, Environment: a.Environment.Name})
	return a, res, err
}

// guessed is the tenant that the objects make.
func (w *workspace) guessed(root *os.Root, objects []manifest.Object, o adoptOptions) (in adopt.Input, err error) {
	p, problems, err := schemas.LoadPlatform(root.FS())
	if err != nil {
		return in, err
	}
	if p == nil {
		return in, errors.Join(w.problems(reportOf(problems)), errProblems)
	}
	in = adopt.Input{Tenant: o.tenant, Owner: o.owner, Namespace: o.namespace, Platform: p, Objects: objects}
	if in.Until, err = w.until(objects, o); err != nil {
		return in, err
	}
	if in.Tenant == "" {
		in.Tenant = adopt.Namespace(objects, o.namespace)
	}
	if in.Tenant == "" {
		return in, errors.New("the objects name no namespace: say which tenant they are, --tenant TENANT")
	}
	if err := schemas.TenantName(in.Tenant); err != nil {
		return in, err
	}
	if err := vacant(root, in.Tenant); err != nil {
		return in, err
	}
	var asked []string
	if o.environment != "" {
		asked = []string{o.environment}
	}
	environments, err := chosen(p, asked)
	if err != nil {
		return in, err
	}
	in.Environment = environments[0]
	tiers := slices.Sorted(maps.Keys(p.Tiers))
	if o.tier != "" {
		if in.Tier = p.Tiers[o.tier]; in.Tier == nil {
			return in, fmt.Errorf("--tier %s is not one of %s%s", o.tier, strings.Join(tiers, ", "), schemas.Suggest(o.tier, tiers))
		}
	}
	return in, nil
}

// auditDays is how long guards may be in audit where nobody says it: half of what a check allows.
const auditDays = 90

// until is the last day on which guards may be in audit; empty where the namespace is not in use.
func (w *workspace) until(objects []manifest.Object, o adoptOptions) (string, error) {
	switch {
	case o.until != "":
		if _, err := time.Parse(time.DateOnly, o.until); err != nil {
			return "", fmt.Errorf("--guards-until %s is no date: use YYYY-MM-DD, such as 2030-12-31", o.until)
		}
		return o.until, nil
	case adopt.Live(objects, o.namespace):
		return w.day().AddDate(0, 0, auditDays).Format(time.DateOnly), nil
	}
	return "", nil
}

// vacant refuses a tenant that is there.
func vacant(root *os.Root, name string) error {
	for _, there := range []string{"tenants/" + name, "tenants/" + name + ".yaml", "tenants/" + name + ".yml", "overrides/" + name} {
		if _, err := root.Lstat(there); err == nil {
			return fmt.Errorf("there is a tenant %s: %s", name, there)
		}
	}
	return nil
}

// existing reads the objects at a path: what kustomize builds of it, or what its files hold.
func (w *workspace) existing(p string) ([]manifest.Object, error) {
	full := p
	if !filepath.IsAbs(full) {
		full = filepath.Join(w.dir, full)
	}
	for _, name := range overlay.Kustomizations {
		if info, err := os.Stat(filepath.Join(full, name)); err == nil && info.Mode().IsRegular() {
			return w.built(full)
		}
	}
	r := report.Report{}
	objects, err := w.readManifests([]string{p}, &r)
	if err != nil {
		return nil, err
	}
	if len(r.Problems) > 0 {
		return nil, errors.Join(w.problems(reportOf(r.Problems)), errProblems)
	}
	if w.unexamined(r.Summary.Skipped, "-v"); len(objects) == 0 {
		return nil, fmt.Errorf("--manifests %s: holds no object", p)
	}
	return objects, nil
}

// built has kustomize build a folder from the files of the repository that it lies in, or from its own.
func (w *workspace) built(dir string) ([]manifest.Object, error) {
	dir = w.abs(dir)
	top := dir
	for d := dir; ; d = filepath.Dir(d) {
		if exists(filepath.Join(d, ".git")) {
			top = d
			break
		}
		if d == filepath.Dir(d) {
			break
		}
	}
	root, err := os.OpenRoot(top)
	if err != nil {
		return nil, w.unusable("--manifests", dir, err)
	}
	defer root.Close()
	rel, err := filepath.Rel(top, dir)
	if err != nil {
		return nil, err
	}
	objects, problems := overlay.Foreign(root.FS(), filepath.ToSlash(rel))
	for i := range problems {
		if file, err := filepath.Rel(w.abs(w.dir), filepath.Join(top, problems[i].File)); err == nil {
			problems[i].File = filepath.ToSlash(file)
		}
	}
	if len(problems) > 0 {
		return nil, errors.Join(w.problems(reportOf(problems)), errProblems)
	}
	return objects, nil
}

// adopted tells what became of the objects, and writes the files.
func (w *workspace) adopted(root *os.Root, a *adopt.Adoption, res *pipeline.Result, o adoptOptions) error {
	files, account := a.Files(), a.Account()
	account.Findings = findings(res)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		account.Files = append(account.Files, adopt.Written{Path: name, Content: string(files[name])})
	}
	if err := w.accounted(account, o); err != nil {
		return err
	}
	if o.dryRun {
		w.say("nothing written (--dry-run)")
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := root.MkdirAll(path.Dir(name), 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
			return w.unusable("adopt", name, err)
		}
		if err := create(root, name, files[name]); err != nil {
			return w.unusable("adopt", name, err)
		}
	}
	w.say("%s written; `tenantsmith check %s` judges it, `tenantsmith plan` shows what it renders", report.Plural(len(files), "file"), a.Tenant)
	return nil
}

// findings are what the checks say of the tenant, once each.
func findings(res *pipeline.Result) []adopt.Finding {
	count := map[adopt.Finding]int{}
	for _, p := range res.Problems {
		if p.Waiver != "" || !p.Severity.AtLeast(manifest.Low) {
			continue
		}
		about := p.Object.Kind + " " + p.Object.Name
		if p.Object.Kind == "" {
			about = cmp.Or(p.Field, p.File)
		}
		count[adopt.Finding{Check: p.Check, Severity: string(p.Severity), Object: about, Message: p.Message, Remedy: p.Remedy}]++
	}
	return slices.SortedFunc(maps.Keys(count), func(x, y adopt.Finding) int {
		return strings.Compare(x.Check+x.Object+x.Message, y.Check+y.Object+y.Message)
	})
}

// accounted prints the account.
func (w *workspace) accounted(account *adopt.Account, o adoptOptions) error {
	if o.format == "json" {
		if !o.dryRun {
			for i := range account.Files {
				account.Files[i].Content = ""
			}
		}
		return account.WriteJSON(w.out)
	}
	if o.dryRun {
		for _, f := range account.Files {
			fmt.Fprintf(w.out, "--- %s\n%s", f.Path, f.Content)
		}
		fmt.Fprintln(w.out, "---")
	}
	return account.WriteText(w.out)
}
